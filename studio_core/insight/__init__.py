"""What a snapshot says: status counted, and whether the account is ready for a roster."""

"""Read a snapshot: status, and readiness of the account for a roster."""

"""Pure planning: (Roster, Snapshot) to Plan."""

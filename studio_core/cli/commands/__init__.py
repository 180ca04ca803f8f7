"""The commands, one module each or per pair."""

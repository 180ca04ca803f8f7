"""The engine: apply a plan, wait, retry, verify, and keep to one run at a time."""

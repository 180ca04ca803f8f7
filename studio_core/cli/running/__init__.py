"""Show, confirm, follow and report a plan on the command line."""

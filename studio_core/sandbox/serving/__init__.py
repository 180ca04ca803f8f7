"""Serve the sandbox over HTTP: gateway, control addresses, faults, pages, saved state."""

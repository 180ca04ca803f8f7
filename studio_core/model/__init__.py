"""Domain types: frozen dataclasses shared by every module."""

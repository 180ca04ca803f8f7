"""Measurements, each a module that can be run on its own."""

"""Roles of the people who run an event, and access codes of its participants."""

"""Roles of the people who run an event, and the access codes of those who take part."""

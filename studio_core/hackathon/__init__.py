"""The face of the core: one event on one domain, and everything that can be done with it."""

from studio_core.hackathon.hackathon import Hackathon

__all__ = ["Hackathon"]

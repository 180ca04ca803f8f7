"""The price list, laid out as a moto backend: moto has none of its own."""

from studio_core.sandbox.services.pricing.models import pricing_backends

__all__ = ["pricing_backends"]

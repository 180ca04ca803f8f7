"""Simulated AWS: SageMaker Studio as an extension of moto, in-process or as a server.

`install()` extends moto in this process; `studio_core.sandbox.serving.server` serves it.
"""

from __future__ import annotations

__all__ = ["install"]


def install() -> None:
    """Extend moto in this process, so that `mock_aws()` includes Studio; safe to repeat."""
    from studio_core.sandbox.extension import install as extend  # noqa: PLC0415  # moto is slow to import

    extend()

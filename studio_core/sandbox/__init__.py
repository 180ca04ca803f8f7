"""The simulated AWS: SageMaker Studio as an extension of moto, served or in-process.

`install()` puts Studio into this process's moto; `studio_core.sandbox.serving.server` serves it.
"""

from __future__ import annotations

__all__ = ["install"]


def install() -> None:
    """Extend moto in this process, so that `mock_aws()` holds Studio; safe to call again."""
    from studio_core.sandbox.extension import install as extend  # noqa: PLC0415  # moto is slow to import

    extend()

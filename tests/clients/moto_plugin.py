"""pytest plugin that puts the extension into the moto under test."""

from __future__ import annotations

from studio_core.sandbox import install

install()

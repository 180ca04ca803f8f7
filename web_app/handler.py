# ruff: noqa: INP001 - the folder becomes the root of the bundle
"""Entry point of the Lambda function; see README.md."""

from studio_core.portal.serverless import handler

__all__ = ["handler"]

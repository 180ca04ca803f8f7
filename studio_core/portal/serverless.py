"""The web app in AWS Lambda, behind an HTTP API of API Gateway (payload format 2.0)."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

from mangum import Mangum

from studio_core import config
from studio_core.hackathon import Hackathon
from studio_core.portal.app import create_app


@lru_cache(maxsize=1)
def _adapter() -> Mangum:
    """Build the app once per instance, with settings from the `STUDIO_…` variables."""
    logging.getLogger("studio_core.portal").setLevel(logging.INFO)
    # Mangum would log the request with an exception.
    logging.getLogger("mangum").setLevel(logging.CRITICAL)
    hackathon = Hackathon(config.load().require(), owner="web-app")
    return Mangum(create_app(hackathon), lifespan="off")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle one event of API Gateway, which contains the client's address."""
    answer: dict[str, Any] = _adapter()(event, context)
    return answer

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
    """Make the app once an instance. Settings come from its `STUDIO_…` variables."""
    logging.getLogger("studio_core.portal").setLevel(logging.INFO)
    # Its own log line on an exception would hold the request.
    logging.getLogger("mangum").setLevel(logging.CRITICAL)
    hackathon = Hackathon(config.load().require(), owner="web-app")
    return Mangum(create_app(hackathon), lifespan="off")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one event. API Gateway names the client in it; no header is asked."""
    answer: dict[str, Any] = _adapter()(event, context)
    return answer

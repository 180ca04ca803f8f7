"""Puts Studio into moto: after `install()`, `mock_aws()` and moto's server both hold it.

What is touched of moto's internals is touched here: the class behind the SageMaker
backends, the routes of four services, and one service moto does not know. A contract
test holds these seams against the pinned version of moto.
"""

from __future__ import annotations

import re
import sys
import threading

from moto import backend_index
from moto.iam import urls as iam_urls
from moto.resourcegroupstaggingapi import urls as tagging_urls
from moto.sagemaker import urls as sagemaker_urls
from moto.sagemaker.models import sagemaker_backends
from moto.servicequotas import urls as quota_urls

from studio_core.sandbox.services import pricing
from studio_core.sandbox.services.permissions import PermissionsResponse
from studio_core.sandbox.services.pricing.urls import url_bases as pricing_bases
from studio_core.sandbox.services.quotas import QuotasResponse
from studio_core.sandbox.services.tagging import TaggingResponse
from studio_core.sandbox.studio import lifecycle
from studio_core.sandbox.studio.models import StudioBackend
from studio_core.sandbox.studio.responses import StudioResponse

_lock = threading.Lock()


def install() -> None:
    """Extend moto in this process; calling it again changes nothing.

    Statuses change at once until `lifecycle.configure` says otherwise.
    """
    with _lock:
        if sagemaker_backends.backend is StudioBackend:
            return
        sagemaker_backends.backend = StudioBackend
        sagemaker_backends.clear()  # backends of moto's own class, made before this call
        sagemaker_urls.url_paths["{0}/$"] = StudioResponse.dispatch
        iam_urls.url_paths["{0}/$"] = PermissionsResponse.dispatch
        quota_urls.url_paths["{0}/$"] = QuotasResponse.dispatch
        tagging_urls.url_paths["{0}/$"] = TaggingResponse.dispatch
        # moto looks backends up as attributes of its own submodules.
        sys.modules["moto.pricing"] = pricing
        backend_index.backend_url_patterns += [
            ("pricing", re.compile(base)) for base in pricing_bases
        ]
        lifecycle.configure()

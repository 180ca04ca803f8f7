"""Install Studio into moto, for both `mock_aws()` and moto's server.

All changes to moto's internals are here: the class of the SageMaker backends, the routes of
five services, and one service that moto lacks. A contract test checks these seams against
the pinned version of moto.
"""

from __future__ import annotations

import re
import sys
import threading

from moto import backend_index
from moto.dynamodb import urls as dynamodb_urls
from moto.iam import urls as iam_urls
from moto.resourcegroupstaggingapi import urls as tagging_urls
from moto.sagemaker import urls as sagemaker_urls
from moto.sagemaker.models import sagemaker_backends
from moto.servicequotas import urls as quota_urls

from studio_core.sandbox.services.dynamodb import DynamoResponse
from studio_core.sandbox.services.permissions import PermissionsResponse
from studio_core.sandbox.services.pricing import models as pricing
from studio_core.sandbox.services.pricing.urls import url_bases as pricing_bases
from studio_core.sandbox.services.quota_table import applied_limit
from studio_core.sandbox.services.quotas import QuotasResponse
from studio_core.sandbox.services.tagging import TaggingResponse
from studio_core.sandbox.studio import lifecycle
from studio_core.sandbox.studio.limits import limits
from studio_core.sandbox.studio.models import StudioBackend
from studio_core.sandbox.studio.responses import StudioResponse

_lock = threading.Lock()


def install() -> None:
    """Extend moto in this process; a second call changes nothing.

    Statuses change at once until `lifecycle.configure` is called.
    """
    with _lock:
        if sagemaker_backends.backend is StudioBackend:
            return
        sagemaker_backends.backend = StudioBackend
        sagemaker_backends.clear()  # instances of moto's own class, made before this call
        sagemaker_urls.url_paths["{0}/$"] = StudioResponse.dispatch
        dynamodb_urls.url_paths["{0}/"] = DynamoResponse.dispatch
        iam_urls.url_paths["{0}/$"] = PermissionsResponse.dispatch
        quota_urls.url_paths["{0}/$"] = QuotasResponse.dispatch
        tagging_urls.url_paths["{0}/$"] = TaggingResponse.dispatch
        # moto imports `moto.<service>` and reads `<service>_backends` from it.
        sys.modules["moto.pricing"] = pricing
        backend_index.backend_url_patterns += [
            ("pricing", re.compile(base)) for base in pricing_bases
        ]
        limits.read_from(applied_limit)
        lifecycle.configure()

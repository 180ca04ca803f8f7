"""The IAM reference that ships with cfn-lint: services, their actions, resources and conditions."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def reference() -> dict[str, Any]:
    data = files("cfnlint") / "data" / "AdditionalSpecs" / "Policies.json"
    return dict(json.loads(data.read_text()))

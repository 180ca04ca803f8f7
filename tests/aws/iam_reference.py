"""The IAM reference that ships with cfn-lint: services, their actions, resources and conditions."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint


@cache
def reference() -> dict[str, Any]:
    data = Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs" / "Policies.json"
    return dict(json.loads(data.read_text()))

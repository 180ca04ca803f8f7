"""State in a file, so that a rehearsal survives a restart.

What is kept: domains, profiles, spaces, apps with their tags and statuses, applied quotas,
and DynamoDB tables with their items (without secondary indexes and streams). Time that
passes while nothing runs counts: what was Pending is InService when its time was up.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.sagemaker.models import sagemaker_backends

from studio_core.sandbox.services import quota_table
from studio_core.sandbox.studio.lifecycle import utcnow
from studio_core.sandbox.studio.resources import App, Domain, Space, UserProfile

if TYPE_CHECKING:
    from studio_core.sandbox.studio.models import StudioBackend
    from studio_core.sandbox.studio.resource import Resource

VERSION = 1

_CAPACITY = ("ReadCapacityUnits", "WriteCapacityUnits")


class StateError(ValueError):
    """The file is not the state of a sandbox; the sentence says why."""


def save(account: str, path: Path) -> None:
    """Write an account's state to a file that its owner alone can read.

    The file is replaced as a whole, so that a crash leaves the old one.

    Raises:
        OSError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(snapshot(account))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def load(account: str, path: Path) -> None:
    """Load the state of a file into an empty account.

    Raises:
        OSError: the file cannot be read.
        StateError: it is not the state of a sandbox.
    """
    text = path.read_text(encoding="utf-8")
    try:
        restore(account, json.loads(text))
    except (KeyError, TypeError, ValueError) as error:
        raise StateError(f"{path} does not hold the state of a sandbox: {error!r}") from error


def snapshot(account: str) -> dict[str, Any]:
    """Return an account's state in the form of JSON."""
    studio = {}
    for region, moto_backend in list(sagemaker_backends[account].items()):
        backend = cast("StudioBackend", moto_backend)
        with backend.lock:
            backend.settle()
            if backend.studio_domains:
                studio[region] = [_domain(each) for each in backend.studio_domains.values()]
    tables = {
        region: [_table(table) for table in list(backend.tables.values())]
        for region, backend in list(dynamodb_backends[account].items())
        if backend.tables
    }
    return {
        "version": VERSION,
        "saved": utcnow().isoformat(),
        "quotas": quota_table.applied[account].as_dict(),
        "studio": studio,
        "tables": tables,
    }


def restore(account: str, saved: dict[str, Any]) -> None:
    """Fill an account from the result of `snapshot`.

    Raises:
        ValueError: it is of another version.
        KeyError: something is missing in it.
    """
    if saved["version"] != VERSION:
        raise ValueError(f"version {saved['version']!r} is not {VERSION}")
    quota_table.applied[account] = quota_table.AppliedQuotas(saved["quotas"])
    for region, domains in saved["studio"].items():
        backend = cast("StudioBackend", sagemaker_backends[account][region])
        with backend.lock:
            for each in domains:
                _restore_domain(backend, each)
    for region, tables in saved["tables"].items():
        dynamodb = dynamodb_backends[account][region]
        for each in tables:
            table = dynamodb.create_table(**each["table"], **_NOT_KEPT)
            table.ttl = each["ttl"]
            for item in each["items"]:
                dynamodb.put_item(each["table"]["name"], item)


_NOT_KEPT: dict[str, Any] = dict.fromkeys(
    ("global_indexes", "indexes", "streams", "sse_specification", "warm_throughput")
)


def _resource(resource: Resource, **own: Any) -> dict[str, Any]:
    return {
        "serial": resource.serial,
        "created": resource.created.isoformat(),
        "modified": resource.modified.isoformat(),
        "failure_reason": resource.failure_reason,
        "tags": resource.tags,
        "state": resource.state.as_dict(),
        **own,
    }


def _domain(domain: Domain) -> dict[str, Any]:
    return _resource(
        domain,
        id=domain.id,
        settings=domain.settings,
        profiles=[
            _resource(each, name=each.name, settings=each.settings)
            for each in domain.profiles.values()
        ],
        spaces=[
            _resource(each, name=each.name, settings=each.settings, storage=each.storage.as_dict())
            for each in domain.spaces.values()
        ],
        apps=[
            _resource(
                each,
                name=each.name,
                app_type=each.app_type,
                profile=each.profile,
                space=each.space,
                spec=each.spec,
                recovery_mode=each.recovery_mode,
            )
            for each in domain.apps.values()
        ],
    )


def _restore_domain(backend: StudioBackend, saved: dict[str, Any]) -> None:
    domain = Domain(saved["id"], saved["settings"], **_common(backend, saved))
    _settle_in(backend, domain, saved)
    backend.studio_domains[domain.id] = domain
    for each in saved["profiles"]:
        profile = UserProfile(domain, each["name"], each["settings"], **_common(backend, each))
        _settle_in(backend, profile, each)
        domain.profiles[profile.name.casefold()] = profile
    for each in saved["spaces"]:
        space = Space(domain, each["name"], each["settings"], **_common(backend, each))
        _settle_in(backend, space, each)
        space.storage.restore(each["storage"])
        domain.spaces[space.name.casefold()] = space
    for each in saved["apps"]:
        own = {key: each[key] for key in ("profile", "space", "spec", "recovery_mode")}
        app = App(domain, each["name"], each["app_type"], **own, **_common(backend, each))
        _settle_in(backend, app, each)
        domain.apps[app.key] = app


def _common(backend: StudioBackend, saved: dict[str, Any]) -> dict[str, Any]:
    backend.count_from(saved["serial"])
    return {
        "region": backend.region_name,
        "account": backend.account_id,
        "serial": saved["serial"],
        "now": datetime.fromisoformat(saved["created"]),
        "tags": dict(saved["tags"]),
    }


def _settle_in(backend: StudioBackend, resource: Resource, saved: dict[str, Any]) -> None:
    resource.modified = datetime.fromisoformat(saved["modified"])
    resource.failure_reason = saved["failure_reason"]
    resource.state.restore(saved["state"])
    backend.resume(resource)


def _table(table: Any) -> dict[str, Any]:
    on_demand = table.billing_mode == "PAY_PER_REQUEST"
    capacity = {name: table.throughput[name] for name in _CAPACITY}
    return {
        "table": {
            "name": table.name,
            "schema": table.schema,
            "attr": table.attr,
            "billing_mode": table.billing_mode,
            "throughput": None if on_demand else capacity,
            "tags": table.tags,
            "deletion_protection_enabled": table.deletion_protection_enabled,
        },
        "ttl": table.ttl,
        "items": [
            json.loads(dynamo_json_dump(item.to_json()["Attributes"])) for item in table.all_items()
        ],
    }

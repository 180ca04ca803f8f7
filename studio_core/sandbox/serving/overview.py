"""What an account contains, for the control page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from moto.dynamodb.models import dynamodb_backends
from moto.sagemaker.models import sagemaker_backends

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio_core.sandbox.studio.models import StudioBackend
    from studio_core.sandbox.studio.resource import Resource
    from studio_core.sandbox.studio.resources import Domain

ROWS = 200
"""Most spaces of a domain that the page shows."""


@dataclass(frozen=True, slots=True)
class SpaceRow:
    """A space with its app, if one is live."""

    name: str
    owner: str | None
    status: str
    app: str | None
    app_label: str | None
    """The app's label as faults name it, such as `team-1/JupyterLab/default`."""


@dataclass(frozen=True, slots=True)
class DomainOverview:
    """A domain: how many of what in which status, and its spaces."""

    region: str
    domain_id: str
    name: str
    status: str
    profiles: dict[str, int]
    spaces: dict[str, int]
    apps: dict[str, int]
    rows: tuple[SpaceRow, ...]


@dataclass(frozen=True, slots=True)
class TableOverview:
    """A DynamoDB table."""

    region: str
    name: str
    items: int


def domains_of(account: str) -> list[DomainOverview]:
    """Return every domain of an account."""
    found = []
    for region, backend in list(sagemaker_backends[account].items()):
        studio = cast("StudioBackend", backend)
        with studio.lock:
            studio.settle()
            found += [_domain(region, each) for each in studio.studio_domains.values()]
    return found


def tables_of(account: str) -> list[TableOverview]:
    """Return every DynamoDB table of an account."""
    return [
        TableOverview(region, table.name, sum(1 for _ in table.all_items()))
        for region, backend in list(dynamodb_backends[account].items())
        for table in list(backend.tables.values())
    ]


def _domain(region: str, domain: Domain) -> DomainOverview:
    apps = {app.space.casefold(): app for app in domain.apps.values() if app.space and app.live}
    rows = []
    for space in list(domain.spaces.values())[:ROWS]:
        app = apps.get(space.name.casefold())
        label = f"{app.space}/{app.app_type}/{app.name}" if app else None
        status = app.status if app else None
        rows.append(SpaceRow(space.name, space.owner, space.status, status, label))
    return DomainOverview(
        region=region,
        domain_id=domain.id,
        name=domain.settings["DomainName"],
        status=domain.status,
        profiles=_by_status(domain.profiles.values()),
        spaces=_by_status(domain.spaces.values()),
        apps=_by_status(domain.apps.values()),
        rows=tuple(rows),
    )


def _by_status(resources: Iterable[Resource]) -> dict[str, int]:
    return dict(sorted(Counter(each.status for each in resources).items()))

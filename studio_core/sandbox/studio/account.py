"""State of one account and region: resources, their transitions, list pages and limits."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import Counter
from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from moto.moto_api._internal import mock_random
from moto.sagemaker.models import SageMakerModelBackend

from studio_core.sandbox.studio.behaviour import behaviours
from studio_core.sandbox.studio.exceptions import AWSValidationException, limit_exceeded, not_found
from studio_core.sandbox.studio.lifecycle import utcnow
from studio_core.sandbox.studio.limits import RUNNING_APPS, limits, running_apps
from studio_core.sandbox.studio.paging import page
from studio_core.sandbox.studio.resources import App, Domain, Space, UserProfile
from studio_core.sandbox.studio.tags import as_dict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from studio_core.sandbox.studio.resource import Resource

GONE = "Gone"
"""Final status of everything but apps; no response shows it."""

APP_RECORD = timedelta(hours=24)
"""How long Deleted and Failed apps stay in ListApps.

Known: apps are listed for 24 hours after they ended [botocore, DescribeApp.CreationTime].
"""


_created = attrgetter("serial")
"""Sort key by time of creation: serial numbers are unique and ascend with it."""


def _modified(row: Resource) -> tuple[float, int]:
    return (row.modified.timestamp(), row.serial)


class Account(SageMakerModelBackend):
    """State of one account and region, and the tools of every operation.

    The response classes take `lock` around each operation; nothing here takes it.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock = threading.RLock()
        self.studio_domains: dict[str, Domain] = {}
        self._serial = 0
        self._due: list[tuple[datetime, int, Resource]] = []
        self._pushes = itertools.count()
        self._buried: list[tuple[datetime, Resource]] = []

    def common(self, tags: Iterable[dict[str, str]] | None) -> dict[str, Any]:
        """Return the arguments that the constructor of every resource takes."""
        self._serial += 1
        return {
            "region": self.region_name,
            "account": self.account_id,
            "serial": self._serial,
            "now": utcnow(),
            "tags": as_dict(tags),
        }

    def count_from(self, serial: int) -> None:
        """Continue the serial numbers behind that of a restored resource."""
        self._serial = max(self._serial, serial)

    def new_domain_id(self) -> str:
        """Return a random domain id.

        Known: ids match `d-(-*[a-z0-9]){1,61}` [botocore, DomainId].
        Invented: that they have 12 characters.
        """
        letters = mock_random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=12)
        return "d-" + "".join(letters)

    # Transitions

    def begin(self, resource: Resource, phase: str, status: str, target: str) -> None:
        """Put a resource into a status that becomes `target` when the phase ends."""
        now = utcnow()
        if resource.status != status:
            resource.earlier = (resource.status, now)
        resource.state.begin(phase, status, target)
        if phase != "create":
            resource.modified = now
        self.resume(resource)

    def resume(self, resource: Resource) -> None:
        """Schedule the end of the phase of a resource that was restored or whose clock changed."""
        if not resource.state.moving:
            if isinstance(resource, App) and not resource.live:
                self._await(resource.modified + APP_RECORD, resource)
        elif (due := resource.state.due) is not None:
            self._await(due, resource)
        elif resource.state.progression == "immediate":
            self._arrive(resource, utcnow())

    def reschedule(self) -> None:
        """Schedule every phase again after the clock changed."""
        self._due.clear()
        for domain in list(self.studio_domains.values()):
            held = [*domain.apps.values(), *domain.spaces.values(), *domain.profiles.values()]
            for resource in (*held, domain):
                self.resume(resource)

    def settle(self) -> None:
        """End every phase whose time is up; called before every operation."""
        now = utcnow()
        while self._due and self._due[0][0] < now:
            due, _, resource = heapq.heappop(self._due)
            # An entry that no longer fits was overtaken by a read or by another phase.
            if isinstance(resource, App) and not resource.live:
                if due == resource.modified + APP_RECORD:
                    self._forget(resource)
            elif resource.state.moving and resource.state.due == due:
                self._arrive(resource, due)

    def _await(self, due: datetime, resource: Resource) -> None:
        heapq.heappush(self._due, (due, next(self._pushes), resource))

    def touch(self, resource: Resource) -> None:
        """Count one read of a resource, for the manual progression."""
        if resource.state.moving:
            resource.state.advance()
            self._arrive(resource, utcnow())

    def _arrive(self, resource: Resource, when: datetime) -> None:
        before = resource.status
        _ = resource.state.status  # moto's managed state moves when it is read
        if resource.state.moving:
            return
        resource.earlier = (before, when)
        resource.modified = max(resource.modified, when)
        if resource.status == GONE:
            self._remove(resource, when)
        elif isinstance(resource, App) and not resource.live:
            self._await(resource.modified + APP_RECORD, resource)

    def _remove(self, resource: Resource, when: datetime) -> None:
        if isinstance(resource, Domain):
            self.studio_domains.pop(resource.id, None)
        elif isinstance(resource, UserProfile):
            resource.domain.profiles.pop(resource.name.casefold(), None)
        elif isinstance(resource, Space):
            resource.domain.spaces.pop(resource.name.casefold(), None)
        if behaviours[self.account_id].list_lag:
            self._buried.append((when, resource))

    @staticmethod
    def _forget(app: App) -> None:
        if app.domain.apps.get(app.key) is app:
            del app.domain.apps[app.key]

    # Resources

    def domain(self, domain_id: str, *, creating: bool = False) -> Domain:
        """Find a domain.

        Raises:
            ResourceNotFound: it does not exist; with `creating`, AWSValidationException.

        Known: create operations declare no ResourceNotFound [botocore].
        Invented: that they answer ValidationException for a missing domain, profile or space.
        """
        found = self.studio_domains.get(domain_id)
        if found:
            self.touch(found)
            found = self.studio_domains.get(domain_id)
        if found is None:
            raise self._missing("Domain", "domain", domain_id, creating=creating)
        return found

    def profile(self, domain: Domain, name: str, *, creating: bool = False) -> UserProfile:
        """Find a profile, ignoring case; raises as `domain`.

        Known: user profile names are not case sensitive [botocore, UserProfileName].
        """
        found = domain.profiles.get(name.casefold())
        if found is None:
            path = f"{domain.id}/{name}"
            raise self._missing("UserProfile", "user-profile", path, creating=creating)
        return found

    def space(self, domain: Domain, name: str, *, creating: bool = False) -> Space:
        """Find a space, ignoring case; raises as `domain`.

        Invented: that space names ignore case as profile names do.
        """
        found = domain.spaces.get(name.casefold())
        if found is None:
            path = f"{domain.id}/{name}"
            raise self._missing("Space", "space", path, creating=creating)
        return found

    def _missing(self, noun: str, kind: str, path: str, *, creating: bool) -> Exception:
        arn = f"arn:{self.partition}:sagemaker:{self.region_name}:{self.account_id}:{kind}/{path}"
        missing = not_found(noun, arn)
        return AWSValidationException(missing.message) if creating else missing

    def domains_for(self, domain_id: str | None) -> list[Domain]:
        """Return the domains that a list covers: one, none if it does not exist, or all."""
        if domain_id is None:
            return list(self.studio_domains.values())
        found = self.studio_domains.get(domain_id)
        return [found] if found else []

    def listing(
        self, operation: str, items: Iterable[Resource], filters: dict[str, Any], **paging: Any
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return one page of a list and its NextToken, with the lag of the account's behaviour.

        `paging` has SortBy, SortOrder, MaxResults and NextToken from the request.

        Known: lists are sorted by CreationTime, ascending, unless asked otherwise [botocore].
        """
        now = utcnow()
        lag = behaviours[self.account_id].list_lag
        sort_by = paging.get("SortBy") or "CreationTime"
        order = paging.get("SortOrder") or "Ascending"
        # The resources of one domain are kept in the order of their creation.
        in_order = (sort_by, order) == ("CreationTime", "Ascending") and bool(filters.get("domain"))
        if lag:
            rows = [row for row in items if (now - row.created).total_seconds() >= lag]
            items = rows + self._ghosts(rows, operation, filters, now, lag)
            in_order = False
        shown, token = page(
            items,
            in_order=in_order,
            key=_modified if sort_by == "LastModifiedTime" else _created,
            query={"operation": operation, "sort": sort_by, "order": order, **filters},
            descending=order == "Descending",
            limit=paging.get("MaxResults"),
            token=paging.get("NextToken"),
        )
        for row in shown:
            self.touch(row)
        listed = (row.listed(now, lag) for row in shown)
        return [row for row in listed if row["Status"] != GONE], token

    def _ghosts(
        self,
        rows: list[Resource],
        operation: str,
        filters: dict[str, Any],
        now: datetime,
        lag: float,
    ) -> list[Resource]:
        self._buried = [(at, row) for at, row in self._buried if (now - at).total_seconds() < lag]
        kind = {"ListDomains": Domain, "ListUserProfiles": UserProfile, "ListSpaces": Space}
        wanted = kind.get(operation, App)
        part = str(filters.get("contains") or "").casefold()
        there = set(map(id, rows))
        return [
            row
            for _, row in self._buried
            if isinstance(row, wanted)
            and id(row) not in there
            and filters.get("domain") in {None, row.path.partition("/")[0]}
            and part in row.path.partition("/")[2].casefold()
        ]

    # Limits

    def check_limit(self, name: str, unit: str, used: int, delta: int = 1) -> None:
        """Refuse what would exceed a limit of the account.

        Raises:
            ResourceLimitExceededError: it would.
        """
        limit = limits.value(self.account_id, name)
        if limit is not None and used + delta > limit:
            raise limit_exceeded(name, unit, limit, used, delta)

    def check_app_limits(self, app_type: str, instance_type: str) -> None:
        """Refuse an app beyond the limits of all apps or of its type; raises as `check_limit`."""
        running: Counter[tuple[str, str]] = Counter()
        for domain in self.studio_domains.values():
            for app in domain.apps.values():
                if app.live:
                    running[app.app_type, str(app.spec.get("InstanceType"))] += 1
        self.check_limit(RUNNING_APPS, "Apps", running.total())
        if instance_type != "system":
            name = running_apps(app_type, instance_type)
            self.check_limit(name, "Apps", running[app_type, instance_type])

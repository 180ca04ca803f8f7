"""Looking before anything is created: credentials, domain, table, permissions, quotas, price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.aws.permission_check import check_permissions
from studio_core.aws.prices import HOME_REGION, hourly_price
from studio_core.aws.quotas import Quotas
from studio_core.errors import AwsError, NotFoundError, StudioError
from studio_core.insight.readiness import (
    Check,
    CheckState,
    check_domain,
    check_identity,
    check_quotas,
    needs,
)
from studio_core.model.people import Participant, Roster
from studio_core.planning.before import ADOPT, from_before

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.hackathon.backend import Backend
    from studio_core.insight.status import Summary
    from studio_core.model.studio import Snapshot


def check_up(backend: Backend, roster: Roster | None = None) -> list[Check]:
    """Look at everything an event needs, against a roster where one is given.

    Never raises for a check: what went wrong is its sentence. Without credentials or a
    domain the rest is not looked at.
    """
    checks: list[Check] = []
    for title, look in (
        ("Credentials", lambda: check_identity(backend.settings, backend.identity)),
        ("Domain", lambda: check_domain(backend.studio.describe_domain())),
    ):
        checks.append(_checked(title, look))
        if checks[-1].state is CheckState.ERROR:
            return checks
    checks.append(_checked("Participants table", lambda: _check_table(backend)))
    checks += _check_permissions(backend)
    checks += _check_link_role(backend)
    checks += _check_before(backend)
    try:
        snapshot = backend.observe()
    except StudioError as error:
        return [*checks, Check("Listing", CheckState.ERROR, error.sentence, error.remedy)]
    found = f"{len(snapshot.profiles)} profiles, {len(snapshot.spaces)} spaces seen."
    checks.append(Check("Listing", CheckState.OK, found))
    checks += [Check("Tags", CheckState.WARNING, text, "") for text in snapshot.warnings]
    return checks + _check_quotas(backend, roster, snapshot)


def hourly_cost(backend: Backend, summary: Summary) -> float | None:
    """US dollars an hour of the apps that run, or None where a price is not known."""
    if not summary.instances:
        return 0.0
    total = 0.0
    try:
        pricing = backend.session.client("pricing", region=HOME_REGION)
        for instance, number in summary.instances.items():
            price = hourly_price(
                pricing, backend.identity.region, backend.settings.app_type, instance
            )
            if price is None:
                return None
            total += price * number
    except AwsError:
        return None
    return total


def _checked(title: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except StudioError as error:
        return Check(title, CheckState.ERROR, error.sentence, error.remedy)


def _check_permissions(backend: Backend) -> list[Check]:
    try:
        return check_permissions(
            backend.session, backend.settings, backend.identity, executor=backend.executor
        )
    except StudioError as error:
        return [Check("Permissions", CheckState.WARNING, error.sentence, error.remedy)]


def _check_table(backend: Backend) -> Check:
    title = "Participants table"
    try:
        people = len(backend.table.scan())
    except NotFoundError:
        sentence = f"The table {backend.settings.table_name} is not there yet."
        return Check(title, CheckState.WARNING, sentence, "Saving the settings creates it.")
    return Check(title, CheckState.OK, f"{backend.settings.table_name} holds {people} people.")


def _check_link_role(backend: Backend) -> list[Check]:
    """Say whether the role that makes links can be assumed; none where none is set."""
    role = backend.link_role
    if role is None:
        return []

    def look() -> Check:
        role.check()
        return Check("Link role", CheckState.OK, "It can be assumed; links are limited to it.")

    return [_checked("Link role", look)]


def _check_before(backend: Backend) -> list[Check]:
    """Name people of the first generation, whom no event has adopted; none when there is nobody."""
    try:
        people = backend.from_before()
    except StudioError:
        return []  # the line about the table says why it cannot be read
    if not people:
        return []
    return [Check("People from before", CheckState.WARNING, from_before(people), ADOPT)]


def _check_quotas(backend: Backend, roster: Roster | None, snapshot: Snapshot) -> list[Check]:
    settings = backend.settings
    need = needs(
        roster or Roster(tuple(Participant(r.email, r.team) for r in snapshot.records)),
        snapshot,
        ebs_gb=settings.ebs_gb,
        personal=settings.personal_spaces,
    )
    reader = Quotas(backend.session.client("service-quotas"))
    try:
        quotas = reader.read(settings.app_type, settings.instance_type)
    except StudioError as error:
        return [Check("Quotas", CheckState.WARNING, error.sentence, error.remedy)]
    values = {key: quota.value for key, quota in quotas.items()}
    return check_quotas(need, snapshot, values, {key: q.name for key, q in quotas.items()})

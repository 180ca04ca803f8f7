"""What must be true before something is deleted for good, in one place for every face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.errors import GuardError
from studio_core.model.plans import Action, Plan, Purpose, Scope
from studio_core.model.studio import Kind, Space, Status
from studio_core.wording import counted

if TYPE_CHECKING:
    from datetime import date

    from studio_core.config import Settings


def confirm_purge(
    plan: Plan | None,
    settings: Settings,
    typed: str,
    *,
    today: date,
    before_end: bool = False,
    whole_domain_confirmed: bool = False,
) -> None:
    """Let a purge pass, or refuse it. Whether a run is under way is for `Hackathon.start`.

    Args:
        plan: The plan that was shown; None when none was.
        settings: The settings that hold now.
        typed: What the person typed, to be the domain id to the letter, spaces around it
            apart: the case counts.
        today: The day where the person is.
        before_end: They said that they mean it although the event is not over.
        whole_domain_confirmed: They said that they mean what is not the event's too.

    Raises:
        GuardError: Something is not as it must be; the sentence says what.
    """
    if plan is None or plan.purpose is not Purpose.PURGE:
        raise GuardError("No purge plan has been shown yet.", "Look at what would be deleted.")
    _same_place(plan, settings)
    if typed.strip() != plan.identity.domain_id:
        raise GuardError(
            f"What was typed is not the id of the domain, {plan.identity.domain_id}.",
            "Type it exactly; capitals and small letters count.",
        )
    if plan.scope is Scope.DOMAIN and not whole_domain_confirmed:
        raise GuardError(
            f"This plan deletes everything in {plan.identity.domain_id}, of other events too.",
            "Confirm the whole domain on its own, or purge the event alone.",
        )
    end = settings.end_date
    if end is not None and today < end and not before_end:
        raise GuardError(
            f"The event ends on {end.isoformat()}, which is still to come.",
            "Stop the apps instead and purge afterwards, or confirm that it ends early "
            "(`--before-end` on the command line).",
        )


def people_removed(plan: Plan) -> int:
    """How many people a plan takes off the table: what a confirmation has to name."""
    return plan.counts(Action.DELETE).get(Kind.ROW.value, 0)


def confirm_removal(plan: Plan, typed: str | int | None) -> None:
    """Let a roster that removes people pass, when their number was typed, or refuse it.

    Raises:
        GuardError: People go, and what was typed is not how many.
    """
    count = people_removed(plan)
    if count:
        sentence = f"This removes {counted(count, 'person')} and their profiles."
        _want_number(count, typed, sentence, "keep those who are not in the file")


def spaces_removed(plan: Plan) -> int:
    """How many spaces a setup deletes with their files; failed ones never had any."""
    empty = {Status.FAILED, Status.DELETING}
    gone = [s.target for s in plan.changes if (s.action, s.kind) == (Action.DELETE, Kind.SPACE)]
    return sum(isinstance(space, Space) and space.status not in empty for space in gone)


def confirm_spaces(plan: Plan, typed: str | int | None) -> None:
    """Let a setup that deletes spaces pass, when their number was typed, or refuse it.

    Raises:
        GuardError: Spaces go, and what was typed is not how many.
    """
    count = spaces_removed(plan)
    if count:
        sentence = f"This deletes {counted(count, 'space')} and all files there."
        _want_number(count, typed, sentence, "keep what nobody uses any more")


def people_adopted(plan: Plan) -> int:
    """How many people a plan adopts: what a confirmation has to name."""
    return len({step.name for step in plan.changes if step.kind is Kind.ROW})


def confirm_adoption(plan: Plan, typed: str | int | None) -> None:
    """Let an adoption pass, when the number of its people was typed, or refuse it.

    Raises:
        GuardError: What was typed is not how many.
    """
    count = people_adopted(plan)
    _want_number(count, typed, f"This adopts {counted(count, 'person')}; nothing was changed.")


def confirm_renewal(count: int, typed: str | int | None) -> None:
    """Let the renewal of `count` access codes pass, when that number was typed, or refuse it.

    Raises:
        GuardError: What was typed is not how many.
    """
    codes = "code" if count == 1 else "codes"
    _want_number(count, typed, f"This makes {count} access {codes} invalid at once.")


def _want_number(count: int, typed: str | int | None, sentence: str, instead: str = "") -> None:
    if str(typed).strip() != str(count):
        raise GuardError(sentence, f"Type {count} to confirm{instead and f', or {instead}'}.")


def _same_place(plan: Plan, settings: Settings) -> None:
    there = plan.identity
    pins = (
        ("account", settings.account, there.account),
        ("region", settings.region, there.region),
        ("domain", settings.domain_id, there.domain_id),
        ("event", settings.event, plan.event),
    )
    for what, here, planned in pins:
        # A region may come from the AWS profile, an account pin from a first save.
        if here and here != planned:
            raise GuardError(
                f"This plan is for the {what} {planned}, the settings are for {here}.",
                "Make the plan again with the settings that hold now.",
            )

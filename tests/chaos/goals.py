"""Whether a run reached its goal, and whether its report is true.

Worked out from the state of the sandbox and what the organisers wanted; the report is only
what is judged, never what is believed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.errors import StudioError
from studio_core.model.links import Link
from studio_core.model.plans import Action
from tests.chaos.calls import LOOK
from tests.chaos.cast import same_address, same_team
from tests.chaos.orders import OTHERS, outcome, token, words
from tests.chaos.world import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from studio_core.model.links import LinkFailure
    from tests.chaos.calls import Call
    from tests.chaos.orders import Happened
    from tests.chaos.state import Row, State

LAG = 0.2
"""Seconds that lists may be behind, and some for the answer."""


def breaks(happened: Happened) -> Iterator[str]:
    """What stops a run is an error with a sentence and a remedy."""
    if happened.error is not None and not isinstance(happened.error, StudioError):
        yield f"{happened.order}: ends with {outcome(happened)}"


def hangs(happened: Happened) -> Iterator[str]:
    """A run ends, and long before it would give up a wait."""
    report, order = happened.report, happened.order
    # A space that somebody breaks may be waited for when apps are started: it may come back.
    excused = order.purpose == "start" and (happened.raced or happened.deeds & OTHERS)
    if not happened.ended:
        yield f"{order}: never ends"
    elif report and not report.ok and not excused and happened.seconds > PATIENCE * 0.9:
        yield f"{order}: waits for nothing, {happened.seconds:.1f} s: {outcome(happened)}"


def fails_without_need(happened: Happened) -> Iterator[str]:
    """Passing faults and people at work keep no run from its goal."""
    ok = happened.report is not None and happened.report.ok
    before = happened.before
    if _waits_for_a_person(happened):
        return
    removes = happened.order.purges or happened.order.purpose == "removal"
    if removes and before and any(row.event is None for row in before.rows):
        return  # people whom the first tool set up are to be adopted first
    early = any(a.deed == "network fails" and a.moment in {None, LOOK} for a in happened.order.acts)
    closed = happened.order.purpose == "start" and "closes app" in happened.deeds
    if happened.must_succeed and not ok and not early and not closed:
        yield f"{happened.order}: should have succeeded, and is {outcome(happened)}"


def _waits_for_a_person(happened: Happened) -> bool:
    """Something is left that no run may decide about, which `hides` wants to be named."""
    before, after, order = happened.before, happened.after, happened.order
    if before is None or after is None or happened.report is None or happened.report.failed:
        return False
    if order.purpose == "setup":  # a space that nobody could delete may hold files
        return any(s.status == "Delete_Failed" for s in after.ours(order.event, "space"))
    # What strangers made since the look was not agreed to.
    left = {(item.kind.value, item.name.casefold()) for item in happened.report.left}
    return order.whole_domain and not left & before.things.keys()


def claims_too_much(happened: Happened, after: State) -> Iterator[str]:
    """A report that says ok is true."""
    order = happened.order
    if happened.raced:
        return
    if order.purges:
        yield from _remains(happened, after)
    elif order.purpose == "stop":
        yield from _still_runs(happened, after)
    elif not happened.deeds & (OTHERS | {"closes app"}):
        if order.sets_up:
            for row, wrong in unready(happened, after):
                yield f"{order}: says ok, and {row} {wrong}"
        else:
            yield from _not_started(happened, after)


def _remains(happened: Happened, after: State) -> Iterator[str]:
    order, event = happened.order, happened.order.event
    things = [*after.ours(event, "profile"), *after.ours(event, "space")]
    rows = after.rows_of(event, happened.table)
    if order.whole_domain:  # what strangers made since the look was not agreed to
        was = happened.before.things if happened.before else {}
        things = [thing for home, thing in after.things.items() if home in was]
    names = [f"the {thing.kind} {thing.name}" for thing in things]
    names += [f"the row {row.key}" for row in rows]
    if names:
        yield f"{order}: says ok, and {', '.join(names)} remains"


def _still_runs(happened: Happened, after: State) -> Iterator[str]:
    looked = [call.at for call in happened.calls if call.operation == "ListApps"]
    opened = {
        call.target
        for call in happened.people
        if call.operation == "CreateApp" and call.done and (call.at > max(looked, default=0) - LAG)
    }
    for app in after.live_apps(happened.order.event):
        if ("app", *app.home, app.app_type, app.name.casefold()) not in opened:
            yield f"{happened.order}: says ok, and the app of {words(app.home)} runs"


def _not_started(happened: Happened, after: State) -> Iterator[str]:
    assert happened.plan is not None
    running = {app.home for app in after.apps if app.status == "InService"}
    for step in happened.plan.changes:
        home = token(step)[1:3]
        if step.action is Action.CREATE and home not in running:
            yield f"{happened.order}: says ok, and no app runs in {words(home)}"
    wanted = {(row.space or "").casefold() for row in after.rows}
    for call in happened.calls:
        if call.operation == "CreateApp" and call.writes:
            space = after.thing("space", call.target[2])
            if space and space.sharing == "Shared" and call.target[2] not in wanted:
                yield f"{happened.order}: starts the app of {space.name}, a space of no team"


def unready(happened: Happened, after: State) -> Iterator[tuple[str, str]]:
    """Give each person of the roster who does not have all they need, and what is missing."""
    event = happened.order.event
    rows = {row.person: row for row in after.rows if row.table == happened.table}
    in_use = {row.profile.casefold() for row in rows.values() if row.profile}
    for email, team in happened.roster.items():
        row = rows.get(email)
        if row is not None and row.event not in {event, None}:
            continue  # of another event: said in the plan, and left alone
        wrong = next(_flaws(row, team, happened, after, in_use), "")
        if wrong:
            yield email, wrong


def _flaws(
    row: Row | None, team: str, happened: Happened, after: State, in_use: set[str]
) -> Iterator[str]:
    event = happened.order.event
    if row is None or row.event != event:
        yield "has no row"
        return
    if same_team(row.team) != same_team(team):
        yield f"is in team {row.team}, not {team}"
    yield from _unusable(after, event, "profile", row.profile)
    yield from _unusable(after, event, "space", row.space)
    space = after.thing("space", row.space)
    assert space is not None
    if happened.settings.personal_spaces and space.owner != (row.profile or "").casefold():
        yield f"has a space that is {space.owner}'s, {space.name}"
    if not happened.settings.personal_spaces and (
        space.sharing != "Shared" or space.owner in in_use
    ):
        yield f"shares a space that is {space.owner}'s, {space.name}"


def _unusable(after: State, event: str, kind: str, name: str | None) -> Iterator[str]:
    thing = after.thing(kind, name)
    if thing is None:
        yield f"has no {kind} ({name})"
    elif after.event_of((kind, thing.name.casefold())) != event:
        yield f"has a {kind} that is not of {event}, {name}"
    elif thing.status != "InService":
        yield f"has a {kind} that is {thing.status}, {name}"


def hides(happened: Happened, after: State) -> Iterator[str]:
    """A report that is not ok names what is left."""
    report, order = happened.report, happened.order
    assert report is not None
    bad = [o for o in report.outcomes if o.result.value != "done"]
    said = [f"{o.step.kind} {o.step.name} {o.reason}" for o in bad]
    said += [f"{item.kind} {item.name} {item.reason}" for item in report.left]
    text = " ".join(said).casefold()
    if not text:
        yield f"{order}: not ok, and says nothing of what is left"
    if happened.raced or happened.deeds & OTHERS:
        return
    if order.purges:
        ours = [*after.ours(order.event, "profile"), *after.ours(order.event, "space")]
        for thing in ours:
            if thing.name.casefold() not in text:
                yield f"{order}: not ok, and does not name the {thing.kind} {thing.name}"
    elif order.sets_up:
        rows = {row.person: row for row in after.rows if row.table == happened.table}
        for email, wrong in unready(happened, after):
            row = rows.get(email)
            names = (email, row.profile if row else None, row.space if row else None)
            if not any(name and name.casefold() in text for name in names):
                yield f"{order}: not ok, and does not say that {email} {wrong}"


def forgets_spaces(happened: Happened, mentioned: set[str]) -> Iterator[str]:
    """Each shared space of the event that no team uses is in the next plan, kept or deleted."""
    after = happened.after
    assert after is not None
    event = happened.order.event
    rows = after.rows_of(event, happened.table)
    used = {(row.space or "").casefold() for row in rows}
    for space in after.ours(event, "space"):
        name = space.name.casefold()
        if space.sharing == "Shared" and name not in used and name not in mentioned:
            yield f"{event}: the space {space.name} is of no team, and no plan says a word of it"


def misleads(
    event: str,
    table: str,
    links: Iterable[Link | LinkFailure],
    calls: Iterable[Call],
    state: State,
) -> Iterator[str]:
    """Links are made for profiles and spaces of the event, each for its person and app type."""
    for call in calls:
        if call.operation != "CreatePresignedDomainUrl" or not call.done:
            continue
        name, landing = call.params.get("SpaceName", ""), call.params.get("LandingUri", "")
        profile = call.params["UserProfileName"]
        for kind, what in (("profile", profile), ("space", name)):
            if what and state.event_of((kind, what.casefold())) != event:
                yield f"a link of {event} is for the {kind} {what}, which is not of it"
        space = state.thing("space", name)
        if space and f":{space.app_type}:" not in landing:
            yield f"a link opens {landing} in a {space.app_type} space"
        if profile.casefold() not in {(row.profile or "").casefold() for row in state.rows}:
            yield f"a link signs in as {profile}, who is nobody on the table"
    rows = {row.person: row for row in state.rows_of(event, table)}
    for link in links:
        row = rows.get(same_address(link.email))
        if isinstance(link, Link) and (row is None or row.profile != link.profile):
            yield f"the link of {link.email} is for {link.profile}"

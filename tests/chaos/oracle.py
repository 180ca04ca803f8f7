"""What must be true after a run, worked out from the calls it made and what is there now.

Nothing here asks the tool: names, ownership and consent are computed from the sandbox's own
state, from the record of calls, and from what the organisers wanted.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from studio_core.model.plans import Action
from tests.chaos.cast import same_address, same_team
from tests.chaos.runs import OTHERS, outcome, token
from tests.chaos.world import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.calls import Call
    from tests.chaos.runs import Happened, Token
    from tests.chaos.state import Row, State

LAG = 0.2
"""Seconds that lists may be behind, and some for the answer."""


def judge(happened: Happened) -> Iterator[str]:
    """Give what is wrong with one run, the plainest first."""
    yield from overlaps(happened)
    for each in (*happened.nested, happened):
        yield from touches_others(each)
        yield from deletes_more_than_agreed(each)
        yield from changes_though_refused(each)
    yield from takes_from_who_stays(happened)
    if happened.before and happened.after:
        yield from loses_others(happened, happened.before, happened.after)
        yield from loses_rows(happened, happened.before, happened.after)
        yield from renames(happened.before, happened.after)
        yield from crosses_people(happened.after)
    yield from hangs(happened)
    yield from fails_without_need(happened)
    if happened.after and happened.report is not None:
        if happened.report.ok:
            yield from claims_too_much(happened, happened.after)
        elif not (happened.report.cancelled or happened.killed):
            yield from hides(happened, happened.after)


def overlaps(happened: Happened) -> Iterator[str]:
    """Two runs of one event, or of a whole domain and an event in it, never write in turns."""
    outer = [call.number for call in happened.calls if call.writes]
    for inner in happened.nested:
        order, other = happened.order, inner.order
        related = order.event == other.event or order.whole_domain or other.whole_domain
        writes = [call.number for call in inner.calls if call.writes]
        if not related or inner.table != happened.table or not writes or happened.killed:
            continue
        if outer and outer[0] < writes[0] < outer[-1]:
            yield f"two runs write in turns: {order}; {other}"


def touches_others(happened: Happened) -> Iterator[str]:
    """Only what is of the event is changed, and what is made carries its tag."""
    order = happened.order
    for call in (*happened.calls, *happened.refused):
        if not call.writes:
            continue
        if call.rows:
            yield from _touches_rows(happened, call)
        elif call.operation in {"CreateUserProfile", "CreateSpace"}:
            if order.event not in {tag["Value"] for tag in call.params.get("Tags") or ()}:
                yield f"{order}: makes {_words(call.target)} without its tag"
        elif call.event != order.event and not order.whole_domain:
            whose = f"of {call.event}" if call.event else "of nobody here"
            yield f"{order}: {call.operation} of {_words(call.target)}, which is {whose}"


def _touches_rows(happened: Happened, call: Call) -> Iterator[str]:
    if happened.before is None:
        return
    rows = {row.key: row for row in happened.before.rows if row.table == happened.table}
    for verb, key, _ in call.rows:
        row = rows.get(key)
        here = row is None or row.domain in {"", happened.before.domain}
        if row is not None and not (here and row.event in {None, happened.order.event}):
            yield f"{happened.order}: {verb} of the row {key}, which is of {row.event}"


def deletes_more_than_agreed(happened: Happened) -> Iterator[str]:
    """What is deleted was in the agreed plan, or lives in something that was."""
    agreed = happened.agreed
    for call in happened.calls:
        if not call.writes:
            continue
        for target, inside in _deleted(call):
            if target in agreed or any(home in agreed for home in inside):
                continue
            # Stopping apps deletes no files: who stops all agrees to what opened since, too.
            if happened.order.purpose == "stop" and target[0] == "app":
                continue
            yield f"{happened.order}: deletes {_words(target)}, which was not in the agreed plan"


def _deleted(call: Call) -> Iterator[tuple[Token, tuple[Token, ...]]]:
    for verb, key, _ in call.rows:
        if verb == "delete":
            yield ("row", same_address(key)), ()
    if call.operation.startswith("Delete") and call.target:
        yield call.target, call.inside


def changes_though_refused(happened: Happened) -> Iterator[str]:
    """A run that is turned away has changed nothing."""
    written = [call for call in happened.refused if call.writes]
    if written:
        yield f"{happened.order}: was refused and had called {written[0].operation}"


def takes_from_who_stays(happened: Happened) -> Iterator[str]:
    """Setup deletes nothing healthy that somebody on the roster uses before and after."""
    before, after = happened.before, happened.after
    if not (happened.order.sets_up and before and after):
        return
    kept: set[Token] = set()
    for row in after.rows_of(happened.order.event, happened.table):
        if row.person in happened.roster:
            kept |= {("profile", (row.profile or "").casefold())}
            kept |= {("space", (row.space or "").casefold())}
    for call in happened.calls:
        if call.writes and call.operation in {"DeleteApp", "DeleteSpace", "DeleteUserProfile"}:
            home = call.inside[0] if call.target[0] == "app" else call.target
            was = before.things.get((home[0], home[1]))
            if home in kept and was is not None and was.status == "InService":
                yield f"{happened.order}: {call.operation} of {_words(call.target)}, still in use"


def loses_others(happened: Happened, before: State, after: State) -> Iterator[str]:
    """What is not of the event is there afterwards, its apps running."""
    events = _acting(happened)
    if any(each.order.whole_domain for each in (happened, *happened.nested)):
        return
    for home, thing in before.things.items():
        if before.event_of(home) not in events and home not in after.things:
            yield f"{happened.order}: the {thing.kind} {thing.name} is gone, of somebody else"
    still = {(app.home, app.app_type, app.name) for app in after.apps if app.live}
    for app in before.apps:
        foreign = app.live and before.event_of(app.home) not in events
        if foreign and (app.home, app.app_type, app.name) not in still:
            yield f"{happened.order}: the app of {_words(app.home)} is stopped, of somebody else"


def _acting(happened: Happened) -> set[str | None]:
    return {each.order.event for each in (happened, *happened.nested)}


def loses_rows(happened: Happened, before: State, after: State) -> Iterator[str]:
    """Nobody leaves a table, or changes events, unless that was agreed to."""
    runs = (happened, *happened.nested)
    purged = {(each.order.event, each.table) for each in runs if each.order.purges}
    agreed = {found for each in runs for found in each.agreed}
    there = {(row.table, row.person): row for row in after.rows}
    for row in before.rows:
        now = there.get((row.table, row.person))
        if now is not None:
            if row.event is not None and now.event != row.event:
                yield f"{happened.order}: {row.key} was of {row.event} and is of {now.event}"
        elif row.event is None:
            if after.thing("profile", first_generation_profile(row.key)):
                yield f"{happened.order}: the row {row.key} is gone, the only record of what stays"
        elif (row.event, row.table) not in purged and ("row", row.person) not in agreed:
            yield f"{happened.order}: the row {row.key} of {row.event} is gone"
    seen: dict[tuple[str, str], str] = {}
    for row in after.rows:
        if (other := seen.setdefault((row.table, row.person), row.key)) != row.key:
            yield f"{happened.order}: one person has two rows, {other} and {row.key}"


def first_generation_profile(key: str) -> str:
    """Profile that the first tool made for an address: its mailbox's letters and digits."""
    return "".join(c for c in key.partition("@")[0] if c.isascii() and c.isalnum())


def renames(before: State, after: State) -> Iterator[str]:
    """A name given to a person stays, unless somebody else's profile has it."""
    there = {(row.table, row.key): row for row in after.rows}
    for row in before.rows:
        now = there.get((row.table, row.key))
        if now is None or row.event is None or not row.profile or now.event != row.event:
            continue
        home = ("profile", row.profile.casefold())
        taken = any(s.event_of(home) != row.event for s in (before, after) if home in s.things)
        if (now.profile or "").casefold() != home[1] and not taken:
            yield f"{row.key} was {row.profile} and is {now.profile}"


def crosses_people(after: State) -> Iterator[str]:
    """No two people have one profile or one private space, no two teams one space."""
    profiles: dict[str, set[str]] = defaultdict(set)
    private: dict[str, set[str]] = defaultdict(set)
    teams: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in after.rows:
        if row.domain != after.domain:
            continue
        if row.profile:
            profiles[row.profile.casefold()].add(row.person)
        space = after.thing("space", row.space)
        if space and space.sharing == "Private":
            private[space.name.casefold()].add(row.person)
        elif space and row.event:
            teams[row.event, space.name.casefold()].add(same_team(row.team))
    for name, people in profiles.items():
        if len(people) > 1:
            yield f"{' and '.join(sorted(people))} have one profile, {name}"
    for name, people in private.items():
        if len(people) > 1:
            yield f"{' and '.join(sorted(people))} have one private space, {name}"
    for (event, name), found in teams.items():
        if len(found) > 1:
            yield f"the teams {' and '.join(sorted(found))} of {event} have one space, {name}"


def hangs(happened: Happened) -> Iterator[str]:
    """A run ends, and long before it would give up a wait."""
    if not happened.ended:
        yield f"{happened.order}: never ends"
    elif happened.seconds > PATIENCE * 0.9:
        yield f"{happened.order}: waits for nothing, {happened.seconds:.1f} s: {outcome(happened)}"


def fails_without_need(happened: Happened) -> Iterator[str]:
    """Passing faults and people at work keep no run from its goal."""
    ok = happened.report is not None and happened.report.ok
    early = any(a.deed == "network fails" and a.moment is None for a in happened.order.acts)
    closed = happened.order.purpose == "start" and "closes app" in happened.deeds
    if happened.must_succeed and not ok and not early and not closed:
        yield f"{happened.order}: should have succeeded, and is {outcome(happened)}"


def claims_too_much(happened: Happened, after: State) -> Iterator[str]:
    """A report that says ok is true."""
    order = happened.order
    if any(each.error is None for each in happened.nested):
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
    if order.whole_domain:
        things = list(after.things.values())
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
            yield f"{happened.order}: says ok, and the app of {_words(app.home)} runs"


def _not_started(happened: Happened, after: State) -> Iterator[str]:
    assert happened.plan is not None
    running = {app.home for app in after.apps if app.status == "InService"}
    for step in happened.plan.changes:
        home = token(step)[1:3]
        if step.action is Action.CREATE and home not in running:
            yield f"{happened.order}: says ok, and no app runs in {_words(home)}"
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
        wrong = _wrong_of(row, team, happened, after, in_use)
        if wrong:
            yield email, wrong


def _wrong_of(
    row: Row | None, team: str, happened: Happened, after: State, in_use: set[str]
) -> str:
    event = happened.order.event
    if row is None or row.event != event:
        return "has no row"
    if same_team(row.team) != same_team(team):
        return f"is in team {row.team}, not {team}"
    for kind, name in (("profile", row.profile), ("space", row.space)):
        thing = after.thing(kind, name)
        if thing is None:
            return f"has no {kind} ({name})"
        if after.event_of((kind, thing.name.casefold())) != event:
            return f"has a {kind} that is not of {event}, {name}"
        if thing.status != "InService":
            return f"has a {kind} that is {thing.status}, {name}"
    space = after.thing("space", row.space)
    assert space is not None
    if happened.personal and space.owner != (row.profile or "").casefold():
        return f"has a space that is {space.owner}'s, {space.name}"
    if not happened.personal and (space.sharing != "Shared" or space.owner in in_use):
        return f"shares a space that is {space.owner}'s, {space.name}"
    return ""


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
    if any(each.error is None for each in happened.nested) or happened.deeds & OTHERS:
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


def _words(target: tuple[str, ...]) -> str:
    if target[:1] == ("app",):
        return f"the app {target[3]} {target[4]} of the {target[1]} {target[2]}"
    return f"the {target[0]} {target[1]}" if target else "something"

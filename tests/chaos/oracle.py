"""What must be true after a run, worked out from the calls it made and what is there now.

Nothing here asks the tool: names, ownership and consent are computed from the sandbox's own
state, from the record of calls, and from what the organisers wanted.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.chaos.cast import same_address, same_team
from tests.chaos.goals import breaks, claims_too_much, fails_without_need, hangs, hides
from tests.chaos.orders import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.chaos.calls import Call
    from tests.chaos.orders import Happened, Token
    from tests.chaos.state import Row, State


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
    yield from breaks(happened)
    yield from hangs(happened)
    yield from fails_without_need(happened)
    if happened.after and happened.report is not None:
        if happened.report.ok:
            yield from claims_too_much(happened, happened.after)
        elif not (happened.report.cancelled or happened.killed):
            yield from hides(happened, happened.after)


def overlaps(happened: Happened) -> Iterator[str]:
    """While a run has its lease, no other writes for the event, or for its whole domain."""
    outer = [call.number for call in happened.calls if call.writes or call.leases]
    for inner in happened.nested:
        order, other = happened.order, inner.order
        related = order.event == other.event or order.whole_domain or other.whole_domain
        writes = [call.number for call in inner.calls if call.writes]
        if not related or inner.table != happened.table or not writes or happened.killed:
            continue
        if outer and outer[0] < writes[0] < outer[-1]:
            yield f"two runs at a time: {order}; {other}"


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
                yield f"{order}: makes {words(call.target)} without its tag"
        elif call.event != order.event and not order.whole_domain:
            whose = f"of {call.event}" if call.event else "of nobody here"
            yield f"{order}: {call.operation} of {words(call.target)}, which is {whose}"


def _touches_rows(happened: Happened, call: Call) -> Iterator[str]:
    if happened.before is None:
        return
    gone = _purged(happened.nested)
    rows = {
        row.key: row
        for row in happened.before.rows
        if row.table == happened.table and not gone(row)
    }
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
            yield f"{happened.order}: deletes {words(target)}, which was not in the agreed plan"


def _deleted(call: Call) -> Iterator[tuple[Token, tuple[Token, ...]]]:
    written = {same_address(key) for verb, key, _ in call.rows if verb != "delete"}
    for verb, key, _ in call.rows:
        # A key with capitals gives way to the same address without, in one transaction.
        if verb == "delete" and same_address(key) not in written:
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
    if not (happened.order.sets_up and before and after) or happened.raced:
        return
    broken = {call.target for call in happened.people if call.operation.startswith("Delete")}
    kept: set[Token] = set()
    for row in after.rows_of(happened.order.event, happened.table):
        if row.person in happened.roster:
            kept |= {("profile", (row.profile or "").casefold())}
            kept |= {("space", (row.space or "").casefold())}
    for call in happened.calls:
        if call.writes and call.operation in {"DeleteApp", "DeleteSpace", "DeleteUserProfile"}:
            home = call.inside[0] if call.target[0] == "app" else call.target
            was = before.things.get((home[0], home[1]))
            healthy = was is not None and was.status == "InService" and home not in broken
            if home in kept and healthy:
                yield f"{happened.order}: {call.operation} of {words(call.target)}, still in use"


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
            yield f"{happened.order}: the app of {words(app.home)} is stopped, of somebody else"


def _acting(happened: Happened) -> set[str | None]:
    return {each.order.event for each in (happened, *happened.nested)}


def loses_rows(happened: Happened, before: State, after: State) -> Iterator[str]:
    """Nobody leaves a table, or changes events, unless that was agreed to."""
    runs = (happened, *happened.nested)
    purged = _purged(runs)
    agreed = {found for each in runs for found in each.agreed}
    keys = {(row.table, row.key): row for row in after.rows}
    people = {(row.table, row.person) for row in after.rows}
    for row in before.rows:
        now = keys.get((row.table, row.key))
        if row.event is None:
            stays = after.thing("profile", first_generation_profile(row.key))
            if happened.order.purges and stays and (row.table, row.person) not in people:
                yield f"{happened.order}: the row {row.key} is gone, the only record of what stays"
        elif now is not None and now.event != row.event and not purged(row):
            yield f"{happened.order}: {row.key} was of {row.event} and is of {now.event}"
        elif now is None and not (purged(row) or ("row", row.person) in agreed):
            yield f"{happened.order}: the row {row.key} of {row.event} is gone"
    seen: dict[tuple[str, str], str] = {}
    for row in after.rows:
        if (other := seen.setdefault((row.table, row.person), row.key)) != row.key:
            yield f"{happened.order}: one person has two rows, {other} and {row.key}"


def _purged(runs: Iterable[Happened]) -> Callable[[Row], bool]:
    """Tell of a row whether one of these runs purged its event."""
    events = {(each.order.event, each.table) for each in runs if each.order.purges}
    return lambda row: (row.event, row.table) in events


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
    users: dict[str, set[str]] = defaultdict(set)
    for row in after.rows:
        if row.domain == after.domain:
            for what, whom in _uses(row, after):
                users[what].add(whom)
    for what, sharers in users.items():
        if len(sharers) > 1:
            yield f"{' and '.join(sorted(sharers))} have one {what}"


def _uses(row: Row, after: State) -> Iterator[tuple[str, str]]:
    if row.profile:
        yield f"profile, {row.profile.casefold()}", row.person
    space = after.thing("space", row.space)
    if space and row.event and after.event_of(("space", space.name.casefold())) != row.event:
        return  # recorded, and somebody else's since: the next setup gives another
    if space and space.sharing == "Private":
        yield f"private space, {space.name}", row.person
    elif space and row.event:
        yield f"space, {space.name}", f"team {same_team(row.team)} of {row.event}"

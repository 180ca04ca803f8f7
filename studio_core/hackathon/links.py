"""Login links: judged, minted side by side, handed on one by one, kept nowhere."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from studio_core.access.addresses import email_key
from studio_core.access.roles import Act
from studio_core.errors import CredentialsError, NotFoundError, StudioError
from studio_core.hackathon.records import counted
from studio_core.model.links import LINK_SECONDS, Link, LinkFailure
from studio_core.model.people import team_order
from studio_core.model.studio import Kind, ref
from studio_core.naming import team_key
from studio_core.planning.link_target import Facts, link_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

    from studio_core.hackathon.authority import Authority
    from studio_core.hackathon.backend import Backend
    from studio_core.model.people import Record
    from studio_core.model.studio import Snapshot, Space

ASKED_ABOUT = 10
"""Most people who are asked about one by one: three calls each. For more, the domain is listed."""

_Answer = TypeVar("_Answer")


def choose(
    records: Iterable[Record], *, team: str | None = None, email: str | None = None
) -> list[Record]:
    """Give the records of a team, a person, or all, by team and then e-mail.

    Raises:
        StudioError: Nobody matches; the sentence says what was looked for.
    """
    chosen = list(records)
    if team is not None:
        chosen = [r for r in chosen if team_key(r.team) == team_key(team)]
    if email is not None:
        chosen = [r for r in chosen if email_key(r.email) == email_key(email)]
    if not chosen and (team is not None or email is not None):
        wanted = {"team": team, "e-mail": email}
        what = " and ".join(f"{word} {value}" for word, value in wanted.items() if value)
        raise StudioError(f"No participant has {what}.", "See `studio status` for who is there.")
    return sorted(chosen, key=lambda r: (team_order(r.team), r.email))


def issue_links(
    backend: Backend,
    authority: Authority,
    *,
    team: str | None = None,
    email: str | None = None,
) -> Iterator[Link | LinkFailure]:
    """Create links for everybody, a team or one person, recorded before and after.

    Raises:
        GuardError: The actor is a helper, and it is not for one person.
        StudioError: Nobody matches, or what there is cannot be listed.
    """
    authority.permit(Act.LINK_ONE if email is not None else Act.LINK_MANY)
    backend.settings.require()
    records = backend.people() if email is None else backend.person(email)
    chosen = choose(records, team=team, email=email)
    few = len(chosen) <= ASKED_ABOUT
    facts = _asked(backend, chosen) if few else _seen(backend.observe())
    people = " ".join(record.email for record in chosen)
    subject = people if email is not None else f"team {team}" if team else "everybody"
    authority.note("links asked for", subject=subject, people=people, number=len(chosen))
    minted = _side_by_side(
        lambda record: _mint(backend, record, facts),
        chosen,
        executor=backend.executor,
        window=backend.pace.concurrency,
    )
    return counted(
        minted,
        lambda outcome, failed: authority.note_end(
            "links handed over", subject=subject, outcome=outcome, failed=failed
        ),
    )


def _asked(backend: Backend, records: Iterable[Record]) -> Facts:
    """Ask about a few people's profiles and spaces, each once, side by side.

    The cost does not depend on how many others the domain has.
    """
    records = list(records)
    studio, submit = backend.studio, backend.executor.submit
    profiles = {
        name: submit(studio.ownership, "user-profile", name)
        for name in {record.profile for record in records if record.profile}
    }
    spaces = {
        name: submit(lambda name: studio.owned(studio.describe_space(name)), name)
        for name in {record.space for record in records if record.space}
    }
    return Facts(lambda name: _found(profiles[name]), lambda name: _found(spaces[name]))


def _seen(snapshot: Snapshot) -> Facts:
    profiles = {profile.ref: profile.ownership for profile in snapshot.profiles}
    spaces: dict[object, Space] = {space.ref: space for space in snapshot.spaces}
    return Facts(
        lambda name: profiles.get(ref(Kind.PROFILE, name)),
        lambda name: spaces.get(ref(Kind.SPACE, name)),
    )


def _found(future: Future[_Answer]) -> _Answer | None:
    try:
        return future.result()
    except NotFoundError:
        return None


def _side_by_side(
    mint: Callable[[Record], Link | LinkFailure],
    records: Iterable[Record],
    *,
    executor: Executor,
    window: int,
) -> Iterator[Link | LinkFailure]:
    """Mint a link for each record, at most `window` calls in flight, in their order.

    Raises:
        CredentialsError: There are no usable credentials any more.
    """
    flying: deque[Future[Link | LinkFailure]] = deque()
    try:
        for record in records:
            if len(flying) >= window:
                yield flying.popleft().result()
            flying.append(executor.submit(mint, record))
        while flying:
            yield flying.popleft().result()
    finally:
        for future in flying:
            future.cancel()


def _mint(backend: Backend, record: Record, facts: Facts) -> Link | LinkFailure:
    """Mint one person's link, or say why it cannot be.

    `expires_at` is counted from before the call, so that no link is said to last longer
    than it does.
    """
    try:
        target = link_target(record, backend.settings.event, facts)
        expires_at = backend.clock() + timedelta(seconds=LINK_SECONDS)
        url = backend.mint(target)
    except CredentialsError:
        raise
    except NotFoundError:
        reason = "The profile or space does not exist any more."
        return LinkFailure(record.email, record.team, reason, "Run `studio setup-users` again.")
    except StudioError as error:
        return LinkFailure(record.email, record.team, error.sentence, error.remedy)
    return Link(record.email, record.team, target.profile, target.space, expires_at, url)

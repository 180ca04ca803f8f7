"""Login links: minted side by side, handed on one by one, kept nowhere."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from studio_core.access.roles import Act
from studio_core.errors import CredentialsError, NotFoundError, StudioError
from studio_core.hackathon.records import counted
from studio_core.model.links import LINK_SECONDS, SESSION_SECONDS, Link, LinkFailure
from studio_core.model.people import team_order
from studio_core.naming import normalise_email, team_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future
    from datetime import datetime

    from studio_core.hackathon.authority import Authority
    from studio_core.hackathon.backend import Backend
    from studio_core.model.people import Record


class Mint(Protocol):
    """Makes one presigned URL; see `studio_core.aws.studio.Studio`."""

    def presigned_url(
        self, profile: str, space: str, landing: str, *, expires_in: int, session_for: int
    ) -> str:
        """Mint a login link."""


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
        chosen = [r for r in chosen if r.email == normalise_email(email)]
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
        StudioError: Nobody matches.
    """
    authority.permit(Act.LINK_ONE if email is not None else Act.LINK_MANY)
    backend.settings.require()
    chosen = choose(backend.people(), team=team, email=email)
    people = " ".join(record.email for record in chosen)
    subject = people if email is not None else f"team {team}" if team else "everybody"
    authority.note("links asked for", subject=subject, people=people, number=len(chosen))
    minted = mint_all(
        backend.studio,
        chosen,
        landing=backend.settings.landing_uri,
        executor=backend.executor,
        window=backend.pace.concurrency,
        clock=backend.clock,
    )
    return counted(
        minted,
        lambda outcome, failed: authority.note(
            "links handed over", subject=subject, outcome=outcome, failed=failed
        ),
    )


def mint_all(
    mint: Mint,
    records: Iterable[Record],
    *,
    landing: str,
    executor: Executor,
    window: int,
    clock: Callable[[], datetime],
    expires_in: int = LINK_SECONDS,
) -> Iterator[Link | LinkFailure]:
    """Mint a link for each record, at most `window` calls in flight, in their order.

    `expires_at` is counted from before the call, so that no link is said to last longer
    than it does. One that fails becomes a `LinkFailure`; the rest go on.

    Raises:
        CredentialsError: There are no usable credentials any more.
    """
    flying: deque[Future[Link | LinkFailure]] = deque()
    try:
        for record in records:
            if len(flying) >= window:
                yield flying.popleft().result()
            flying.append(executor.submit(mint_one, mint, record, landing, clock, expires_in))
        while flying:
            yield flying.popleft().result()
    finally:
        for future in flying:
            future.cancel()


def mint_one(
    mint: Mint,
    record: Record,
    landing: str,
    clock: Callable[[], datetime],
    expires_in: int = LINK_SECONDS,
) -> Link | LinkFailure:
    """Mint one person's link, or say why it cannot be."""
    if not record.profile:
        return LinkFailure(
            record.email, record.team, "has no profile yet", "Run `studio setup-users`."
        )
    expires_at = clock() + timedelta(seconds=expires_in)
    try:
        url = mint.presigned_url(
            record.profile,
            record.space or "",
            landing,
            expires_in=expires_in,
            session_for=SESSION_SECONDS,
        )
    except CredentialsError:
        raise
    except NotFoundError:
        reason = "the profile or space is not there"
        return LinkFailure(record.email, record.team, reason, "Run `studio setup-users` again.")
    except StudioError as error:
        return LinkFailure(record.email, record.team, error.sentence, error.remedy)
    return Link(record.email, record.team, record.profile, record.space or "", expires_at, url)

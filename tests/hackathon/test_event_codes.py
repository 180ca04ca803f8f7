"""Access codes on record: once for each who sees them, and each time they are renewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.access.roles import Actor

if TYPE_CHECKING:
    from studio_core.hackathon import Hackathon


def test_who_sees_or_renews_the_codes_is_on_record(hackathon: Hackathon) -> None:
    def recorded() -> list[tuple[str, str, str, str | None]]:
        entries = [entry for entry in reversed(hackathon.recorded()) if "codes" in entry.deed]
        return [(e.actor.name, e.deed, e.outcome, e.details.get("version")) for e in entries]

    bo = hackathon.acting_as(Actor("bo@example.org", via="dashboard"))
    for _ in range(2):
        hackathon.codes()
        codes = bo.codes()
    ana, first, second = hackathon.actor.name, str(codes.version), str(codes.version + 1)
    seen = [
        (ana, "access codes made", "started", None),
        (ana, "access codes made", "done", None),
        (ana, "access codes shown", "done", first),
        ("bo@example.org", "access codes shown", "done", first),
    ]
    assert recorded() == seen
    assert str(bo.rotate_codes().version) == second
    bo.codes()
    assert recorded() == [
        *seen,
        ("bo@example.org", "access codes renewed", "started", None),
        ("bo@example.org", "access codes renewed", "done", None),
        ("bo@example.org", "access codes shown", "done", second),
    ]
    assert {entry.event for entry in hackathon.recorded()} == {hackathon.settings.event}

"""Access codes on record: once for each who sees them, and each time they are renewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.access.roles import Actor

if TYPE_CHECKING:
    from studio_core.hackathon import Hackathon


def test_who_sees_or_renews_the_codes_is_on_record(hackathon: Hackathon) -> None:
    def recorded() -> list[tuple[str, str, object]]:
        entries = [entry for entry in hackathon.recorded() if "codes" in entry.deed]
        return sorted((e.actor.name, e.deed, int(e.details["version"])) for e in entries)

    bo = hackathon.acting_as(Actor("bo@example.org", via="dashboard"))
    for _ in range(2):
        hackathon.codes()
        codes = bo.codes()
    first = codes.version
    ana = hackathon.actor.name
    shown = [(name, "access codes shown", first) for name in (ana, "bo@example.org")]
    assert recorded() == sorted(shown)
    assert bo.rotate_codes().version == first + 1
    bo.codes()
    assert recorded() == sorted(
        [
            *shown,
            ("bo@example.org", "access codes renewed", first + 1),
            ("bo@example.org", "access codes shown", first + 1),
        ]
    )
    assert {entry.event for entry in hackathon.recorded()} == {hackathon.settings.event}

"""The event's access codes: shown, replaced and deleted, each on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.access.roles import Act

if TYPE_CHECKING:
    from studio_core.access.codes import Codes
    from studio_core.hackathon.authority import Authority
    from studio_core.hackathon.backend import Backend


class EventCodes:
    """Access codes of one event, for those who may see them."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._shown: set[tuple[str, str, int]] = set()

    def show(self, authority: Authority) -> Codes:
        """Return the codes; the first call makes their secret.

        Recorded once for each actor and version, not at every look.

        Raises:
            GuardError: The actor is a helper.
            AwsError: Parameter Store refuses or cannot be reached.
        """
        authority.permit(Act.CODES)
        codes = self._existing(authority)
        seen = (authority.actor.name, authority.actor.via, codes.version)
        if seen not in self._shown:
            authority.note("access codes shown", version=codes.version)
            self._shown.add(seen)
        return codes

    def rotate(self, authority: Authority) -> Codes:
        """Replace all codes. Raises as `show` does."""
        authority.permit(Act.CODES)
        with authority.recording("access codes renewed"):
            return self._backend.sign_in.rotate()

    def _existing(self, authority: Authority) -> Codes:
        sign_in = self._backend.sign_in
        if (codes := sign_in.existing_codes()) is not None:
            return codes
        with authority.recording("access codes made"):
            return sign_in.codes()

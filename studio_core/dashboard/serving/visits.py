"""Visits: who signed in, in which role and until when; one small file each in the state folder.

A visit is valid while its file is there. So signing out holds after a restart and in every
dashboard that shares the folder, and what cannot be read lets nobody in.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio_core import config
from studio_core.access.roles import Role, role_of
from studio_core.errors import StudioError
from studio_core.folders import private_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LASTS = 12 * 3600
"""Seconds that a visit lasts: as long as a Studio session."""

LONGEST_NAME = 60
"""Characters of a name, as of the setting your-name."""

_PRUNE_EVERY = 60
_COOKIE = re.compile(r"[A-Za-z0-9_-]{43}")
_ID = re.compile(r"[0-9a-f]{64}")
_changing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Visit:
    """One sign-in. `until` is in seconds since 1970.

    `id` names the file: a hash of the cookie, so that nobody signs in with what the folder
    holds. `role` is that of the token; None after OIDC, where the lists decide. `name` is the
    verified address after OIDC, and with a token what the person wrote, if anything.
    """

    id: str
    role: Role | None
    name: str
    address: str
    until: int

    @property
    def who(self) -> str:
        """The name in the audit log and the lease; it shows that a token proves no name."""
        if self.role is None:
            return self.name
        return f"{self.name} ({self.role} token)" if self.name else f"{self.role} token"

    def role_now(self) -> Role | None:
        """Return the role of this moment, or None; the lists of OIDC are read anew."""
        if self.role is not None:
            return self.role
        try:
            settings = config.load()
        except StudioError:
            return None
        return role_of(self.name, settings.organisers, settings.helpers)


class Visits:
    """The visits kept in a folder. Safe for several threads and processes.

    Args:
        folder: Where the files are; created when the first visit begins.
        clock: Seconds since 1970.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock
        self._pruned = 0.0

    def begin(self, key: str, role: Role | None, name: str, address: str) -> tuple[str, Visit]:
        """Begin a visit; return the value of its cookie, and the visit.

        Args:
            key: The token or secret behind the sign-in: with another one, the cookie is void.
            role: Role of the token, or None for OIDC.
            name: Who it is, as far as known.
            address: Network address of the sign-in.

        Raises:
            StudioError: The file cannot be written.
        """
        self._prune()
        value = secrets.token_urlsafe(32)
        until = int(self._clock()) + LASTS
        visit = Visit(_id(key, value), role, name, address, until)
        with _changing:
            self._write(visit)
        return value, visit

    def find(self, keys: Iterable[str], value: str) -> Visit | None:
        """Return the valid visit of a cookie that began with one of the keys, or None."""
        if not _COOKIE.fullmatch(value):
            return None
        found = (self.get(_id(key, value)) for key in keys)
        return next((visit for visit in found if visit is not None), None)

    def get(self, id_: str) -> Visit | None:
        """Return a visit, or None when it has ended."""
        if not _ID.fullmatch(id_):
            return None
        try:
            row = json.loads((self._folder / id_).read_bytes())
            role = None if row["role"] is None else Role(row["role"])
            visit = Visit(id_, role, str(row["name"]), str(row["address"]), int(row["until"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return visit if self._clock() < visit.until <= self._clock() + LASTS + 1 else None

    def rename(self, id_: str, name: str) -> None:
        """Write the name of the person who visits.

        Raises:
            StudioError: The visit has ended, or the file cannot be written.
        """
        with _changing:
            visit = self.get(id_)
            if visit is None:
                raise StudioError("Your visit is over.", "Open the dashboard again.")
            self._write(replace(visit, name=tidy_name(name)))

    def end(self, id_: str) -> None:
        """End a visit, in every dashboard that shares the folder.

        Raises:
            StudioError: The file cannot be deleted, so the visit goes on.
        """
        with _changing:
            try:
                (self._folder / id_).unlink(missing_ok=True)
            except OSError as error:
                raise StudioError(
                    f"The visit cannot be ended: {error.strerror}.",
                    f"Delete the folder {self._folder}, which ends all visits.",
                ) from error

    def _write(self, visit: Visit) -> None:
        row = asdict(visit)
        del row["id"]
        try:
            private_folder(self._folder)
            handle, temporary = tempfile.mkstemp(dir=self._folder)  # only its owner reads it
            with os.fdopen(handle, "w") as file:
                json.dump(row, file)
            Path(temporary).replace(self._folder / visit.id)
        except OSError as error:
            raise StudioError(
                f"The visit cannot be kept in {self._folder}: {error.strerror}.",
                "Make room or give yourself the right to write there, then sign in again.",
            ) from error

    def _prune(self) -> None:
        """Delete what has ended, at most once a minute; what another is deleting waits."""
        now = self._clock()
        if now - self._pruned < _PRUNE_EVERY:
            return
        self._pruned = now
        with suppress(OSError):
            for path in self._folder.iterdir():
                if self.get(path.name) is None and now - path.stat().st_mtime > _PRUNE_EVERY:
                    path.unlink()


def kept() -> Visits:
    """Return the visits of this machine's dashboards, in the state folder."""
    return Visits(config.state_path() / "visits")


def tidy_name(text: str) -> str:
    """Return a name on one line, without characters that show nothing or turn the text."""
    line = " ".join(text[: 4 * LONGEST_NAME].split())
    return "".join(letter for letter in line if letter.isprintable())[:LONGEST_NAME].strip()


def _id(key: str, value: str) -> str:
    return hmac.new(key.encode(), f"studio-cli visit {value}".encode(), hashlib.sha256).hexdigest()

"""What commands depend on: the hackathon, and whether a person can be asked."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from studio_core.cli.console import say
from studio_core.cli.options import as_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from studio_core.config import Settings
    from studio_core.hackathon import Hackathon


def _connect(settings: Settings) -> Hackathon:
    from studio_core.hackathon import Hackathon  # noqa: PLC0415 - imports the AWS SDK

    return Hackathon(settings)


def _stdin_is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


@dataclass(frozen=True, slots=True)
class Tools:
    """Dependencies of the commands; tests pass their own as click's `obj`.

    `connect` returns the hackathon of some settings; `interactive` returns whether a person
    can be asked.
    """

    connect: Callable[[Settings], Hackathon] = _connect
    interactive: Callable[[], bool] = _stdin_is_terminal

    @contextmanager
    def hackathon(self, settings: Settings) -> Iterator[Hackathon]:
        """Yield the hackathon of these settings, and close it afterwards."""
        hackathon = self.connect(settings)
        try:
            yield hackathon
        finally:
            hackathon.close()

    @contextmanager
    def configured(self) -> Iterator[Hackathon]:
        """Yield the hackathon of the current settings.

        Raises:
            SettingsError: They are incomplete or cannot be read.
        """
        from studio_core import config  # noqa: PLC0415 - --help does without

        warn_of_seed()
        settings = config.load().require()
        if name := as_name():
            settings = config.check(replace(settings, your_name=name))
        with self.hackathon(settings) as hackathon:
            yield hackathon


def warn_of_seed() -> None:
    """Say when the settings of the first generation are there and cannot be taken over."""
    from studio_core import config  # noqa: PLC0415 - as above

    if problem := config.seed_problem():
        say(f"Warning: {problem}")


def tools() -> Tools:
    """Return the tools of the running command."""
    found = click.get_current_context().find_object(Tools)
    return found if found is not None else Tools()

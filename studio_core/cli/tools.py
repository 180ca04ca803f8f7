"""What commands need from around them: the hackathon, and whether a person is there."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from studio_core.cli.console import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from studio_core.config import Settings
    from studio_core.hackathon import Hackathon


def _connect(settings: Settings) -> Hackathon:
    from studio_core.hackathon import Hackathon  # noqa: PLC0415 - pulls in the AWS SDK

    return Hackathon(settings)


def _somebody_there() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


@dataclass(frozen=True, slots=True)
class Tools:
    """Passed as click's `obj` to run commands elsewhere than in a terminal.

    `connect` makes the core's face from settings; `interactive` tells whether there is
    somebody to ask.
    """

    connect: Callable[[Settings], Hackathon] = _connect
    interactive: Callable[[], bool] = _somebody_there

    @contextmanager
    def hackathon(self, settings: Settings) -> Iterator[Hackathon]:
        """Give the hackathon of these settings, and let its threads go afterwards."""
        hackathon = self.connect(settings)
        try:
            yield hackathon
        finally:
            hackathon.close()

    @contextmanager
    def configured(self) -> Iterator[Hackathon]:
        """Give the hackathon of the settings that hold now.

        Raises:
            SettingsError: They are incomplete or cannot be read.
        """
        from studio_core import config  # noqa: PLC0415 - pulls in what --help can do without

        warn_of_seed()
        with self.hackathon(config.load().require()) as hackathon:
            yield hackathon


def warn_of_seed() -> None:
    """Say when the settings of the first generation are there and cannot be taken over."""
    from studio_core import config  # noqa: PLC0415 - as above

    if problem := config.seed_problem():
        say(f"Warning: {problem}")


def tools() -> Tools:
    """Give the tools of the command that runs now."""
    found = click.get_current_context().find_object(Tools)
    return found if found is not None else Tools()

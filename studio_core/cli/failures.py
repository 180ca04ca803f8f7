"""From exceptions to a sentence, a remedy and an exit status."""

from __future__ import annotations

import re
import traceback

import click

from studio_core.errors import GuardError, RosterError, SettingsError, StudioError
from studio_core.wording import printable

FAILED = 1
"""Exit status: something failed or is left over, and was named."""

REFUSED = 2
"""Exit status: bad input or usage; nothing was changed."""

_ADDRESS = re.compile(r"(https?://[^\s/?#'\"]+)[^\s'\"]*")


class DeclinedError(GuardError):
    """A person was asked and said no."""

    def __init__(self) -> None:
        super().__init__("Nothing was changed.")


def status_of(error: BaseException) -> int:
    """Tell the exit status that an error leads to."""
    return REFUSED if isinstance(error, SettingsError | RosterError | GuardError) else FAILED


def report_error(error: Exception, *, debug: bool = False) -> int:
    """Say on standard error what went wrong and what to do; give the exit status.

    No address is shown further than its host: a presigned URL is a credential, and the
    text of an exception from elsewhere may hold one.
    """
    if debug:
        lines = "".join(traceback.format_exception(error))
        click.echo(without_addresses(lines), err=True)
    if isinstance(error, DeclinedError):
        click.echo(error.sentence, err=True)
        return REFUSED
    if isinstance(error, StudioError):
        sentence, remedy = error.sentence, error.remedy
    else:
        text = f": {error}" if str(error) else ""
        sentence = f"Something unexpected happened ({type(error).__name__}{text})."
        remedy = "Run the command again with --debug, and report what it shows."
    click.echo(f"Error: {printable(without_addresses(sentence))}", err=True)
    if remedy:
        click.echo(f"What to do: {printable(without_addresses(remedy))}", err=True)
    return status_of(error)


def without_addresses(text: str) -> str:
    """Cut every address in a text down to its host."""
    return _ADDRESS.sub(r"\1", text)

"""Turn an exception into a sentence, a remedy and an exit status."""

from __future__ import annotations

import re
import traceback

import click

from studio_core.errors import GuardError, RosterError, SettingsError, StudioError
from studio_core.wording import printable

FAILED = 1
"""Exit status: something failed or is left, and was named."""

REFUSED = 2
"""Exit status: bad input or usage; nothing was changed."""

_ADDRESS = re.compile(r"(https?://[^\s/?#'\"]+)[^\s'\"]*")


class DeclinedError(GuardError):
    """A person answered no."""

    def __init__(self) -> None:
        super().__init__("Nothing was changed.")


def status_of(error: BaseException) -> int:
    """Return the exit status of an error."""
    return REFUSED if isinstance(error, SettingsError | RosterError | GuardError) else FAILED


def report_error(error: Exception, *, debug: bool = False) -> int:
    """Print an error and its remedy on standard error; return the exit status.

    URLs are cut after the host: a presigned URL is a credential, and the text of any
    exception may contain one.
    """
    if debug:
        lines = "".join(traceback.format_exception(error))
        for line in without_addresses(lines).splitlines():
            click.echo(printable(line), err=True)
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
    """Cut every URL in a text after its host."""
    return _ADDRESS.sub(r"\1", text)

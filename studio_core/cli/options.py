"""Options shared by commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")


def _note(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click calls it so
    # Context.meta is shared with parent contexts: `studio -v status` and `status -v` agree.
    if value and parameter.name:
        ctx.meta[parameter.name] = True


def common_options(function: F) -> F:
    """Add `--verbose` and `--debug`, before or after the command's name."""
    function = click.option(
        "--debug", is_flag=True, expose_value=False, callback=_note, help="Show tracebacks."
    )(function)
    return click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_note,
        help="Say more: every step, every reason.",
    )(function)


def as_option(function: F) -> F:
    """Add `--as`, for commands that run a plan."""
    return click.option(
        "--as",
        "as_name",
        metavar="NAME",
        expose_value=False,
        callback=_note_name,
        help="Your name, for other organisers.  [default: the setting your-name]",
    )(function)


def _note_name(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value and parameter.name:
        ctx.meta[parameter.name] = value


def as_name() -> str | None:
    """Return the name given with `--as`."""
    name: str | None = click.get_current_context().meta.get("as_name")
    return name


def verbose() -> bool:
    """Return whether `--verbose` was given."""
    return bool(click.get_current_context().meta.get("verbose"))


def team_option(function: F) -> F:
    """Add `--team`."""
    return click.option("--team", metavar="TEAM", help="Only this team.")(function)


def json_option(function: F) -> F:
    """Add `--json`."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print the result as one line of JSON."
    )(function)


def dry_run_option(function: F) -> F:
    """Add `--dry-run`."""
    return click.option(
        "--dry-run", is_flag=True, help="Print what would be done; change nothing."
    )(function)


def yes_option(function: F) -> F:
    """Add `--yes`."""
    return click.option("-y", "--yes", is_flag=True, help="Do not ask before beginning.")(function)


def event_size_options(function: F) -> F:
    """Add `--participants` and `--teams`, the size of a made-up event."""
    function = click.option(
        "--teams",
        type=click.IntRange(1, 5000),
        default=12,
        show_default=True,
        help="Teams that they are in.",
    )(function)
    return click.option(
        "--participants",
        type=click.IntRange(0, 20000),
        default=60,
        show_default=True,
        help="People of the made-up event.",
    )(function)

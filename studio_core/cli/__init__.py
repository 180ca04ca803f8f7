"""The `studio` command line: thin commands over `studio_core.hackathon`."""

from __future__ import annotations


def main() -> None:
    """Run `studio` with the arguments of this process, and end it with the exit status."""
    from studio_core.cli.streams import flushed, open_closed_streams  # noqa: PLC0415 - as below

    open_closed_streams()
    from studio_core.cli.app import cli  # noqa: PLC0415 - click is imported when a command runs

    try:
        cli()
    except SystemExit as end:
        raise SystemExit(flushed(end.code if isinstance(end.code, int) else 0)) from None

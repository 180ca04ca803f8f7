"""The `studio` command line: thin commands over `studio_core.hackathon`."""

from __future__ import annotations


def main() -> None:
    """Run `studio` with the arguments of this process, and end it with the exit status."""
    from studio_core.cli.app import cli  # noqa: PLC0415 - click is imported when a command runs

    cli()

"""The `studio` command: thin commands over `studio_core.hackathon`."""

from __future__ import annotations


def main() -> None:
    """Run `studio` with the arguments of this process, and exit with its status."""
    from studio_core.cli.app import cli  # noqa: PLC0415 - click is imported when a command runs

    cli()

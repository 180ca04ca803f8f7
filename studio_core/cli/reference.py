"""Generate the reference page of the command line from the help of every command.

`python -m studio_core.cli.reference docs/cli.md` writes it; a test fails when it is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from studio_core.cli.app import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH = 88

_HEAD = """\
# Command line

This page is made by `python -m studio_core.cli.reference docs/cli.md`.

Results go to standard output, messages and progress to standard error, so that
`studio get-urls --format csv > links.csv` is clean. Every command takes `-v` to say more and
`--debug` to show tracebacks, before or behind its name.

| Exit status | Meaning |
| --- | --- |
| 0 | Done, or nothing had to be done. |
| 1 | Something failed or is left over; it was named. |
| 2 | The input, the usage or a confirmation was wrong; nothing was changed. |

Each setting can be given by a variable, `STUDIO_REGION` for `region`, which goes before what
is saved. `STUDIO_CONFIG` names the settings file, `STUDIO_STATE` the folder of journals and
of the audit log. Where AWS is reached is up to the SDK's own variables, such as
`AWS_ENDPOINT_URL` and `AWS_PROFILE`.

## Shapes of JSON

Keys may be added; these stay.

- `status`: `participants`, `teams`; `profiles`, `spaces`, `apps`, each `{status: n}`;
  `from_before`, a list of addresses, where an earlier version of this tool left people.
- `adopt`: `adopted`, `merged`, `kept`, each `{kind: n}`; `failed`, `left`.
- `setup-users`: `created`, `updated`, `deleted`, `kept`, each `{kind: n}`; `failed`, `left`.
- `start-apps`: `created`, `kept`, each `{kind: n}`; `failed`, `left`.
- `stop-apps` and `purge`: `deleted`, `kept`, each `{kind: n}`; `failed`, `left`.
- `check`: a list of `title`, `state` (`ok`, `warning`, `error`), `sentence`, `remedy`.
- `get-conf`: every setting by its name.
- `get-urls --format json`: a list of `email`, `team`, `profile`, `space`, `url`, `expires_at`.

Kinds are `profile`, `space`, `app` and `row` (of the participants table). What is in `failed`
has `kind`, `name` and `reason`; what is in `left` has `remedy` too. With `--dry-run` the
counts are of what would be done, and `"dry_run": true` stands beside them.
"""


def reference_page() -> str:
    """Return the page as Markdown."""
    settings = {**cli.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    root = click.Context(cli, info_name="studio", **settings)
    return "\n".join([_HEAD, *_sections(root)])


def _sections(context: click.Context) -> Iterator[str]:
    yield _section(context)
    group = context.command
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is not None:
                yield from _sections(click.Context(command, info_name=name, parent=context))


def _section(context: click.Context) -> str:
    lines = (line.rstrip() for line in context.get_help().splitlines())
    text = "\n".join(lines)
    return f"## {context.command_path}\n\n```text\n{text}\n```\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference_page(), encoding="utf-8")

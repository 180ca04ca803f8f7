"""`studio audit`: print the audit log, or verify that nothing is missing or changed."""

from __future__ import annotations

import click

from studio_core.audit import audit_csv
from studio_core.audit.chain import Verdict
from studio_core.cli.console import print_table, result
from studio_core.cli.options import common_options
from studio_core.cli.tools import tools
from studio_core.errors import AwsError

HEADER = ("when (UTC)", "who", "by", "from", "what", "whom or what", "outcome")


@click.group(invoke_without_command=True)
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000_000),
    default=50,
    show_default=True,
    help="Newest entries that are printed.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print all columns as CSV.")
@common_options
@click.pass_context
def audit(ctx: click.Context, *, limit: int, as_csv: bool) -> None:
    """Print who did what, newest first: of this machine, and of the audit table if one is set.

    `studio audit verify` tells whether an entry is missing or was changed.
    """
    if ctx.invoked_subcommand is not None:
        return
    with tools().configured() as hackathon:
        entries = hackathon.recorded(limit)
    if as_csv:
        click.echo(audit_csv(entries).replace("\r\n", "\n"), nl=False)
        return
    rows = (
        (
            f"{entry.at:%Y-%m-%d %H:%M:%S}",
            entry.actor.name,
            entry.actor.via,
            entry.actor.address,
            entry.deed,
            entry.subject,
            entry.outcome,
        )
        for entry in entries
    )
    print_table(HEADER, rows)


@audit.command()
@click.option(
    "--expect",
    multiple=True,
    metavar="HASH",
    help="A hash that an earlier verify printed: its entry must still be there.",
)
@common_options
@click.pass_context
def verify(ctx: click.Context, *, expect: tuple[str, ...]) -> None:
    """Verify the audit log: each entry holds the number and the hash of the one before it.

    Missing, changed and added entries are named by number. That the end was cut off, or that
    everything was written anew, shows only against a hash kept elsewhere: print one at the end
    of the day, put it where nobody who runs the event can change it, and give it back with
    --expect. The exit status is 1 when something is wrong.
    """
    with tools().configured() as hackathon:
        checked = hackathon.verify_audit()
    wrong = 0
    for one in checked:
        if isinstance(one, AwsError):
            result(f"{one.sentence} {one.remedy}")
            wrong += 1
            continue
        wrong += len(one.problems)
        _tell(one)
    kept = frozenset[str]().union(*(one.hashes for one in checked if isinstance(one, Verdict)))
    for digest in expect:
        if digest.strip().lower() not in kept:
            result(f"No entry has the hash {digest}: the end was cut off, or all was written anew.")
            wrong += 1
    if wrong:
        ctx.exit(1)
    result("Whole: nothing is missing, changed or added.")


def _tell(verdict: Verdict) -> None:
    before = f", {verdict.before:,} from before the chain" if verdict.before else ""
    result(f"{verdict.name}: {verdict.entries:,} in the chain{before}.")
    for problem in verdict.problems:
        result(f"  {problem}")
    if verdict.entries:
        result(f"  Newest: number {verdict.head.number}, hash {verdict.head.hash}")

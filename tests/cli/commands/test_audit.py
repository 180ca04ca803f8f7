from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import boto3

from studio_core.config import state_path

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Studio

HASH = re.compile(r"number (\d+), hash ([0-9a-f]{64})")


def newest(text: str) -> tuple[str, str]:
    [found] = HASH.findall(text)
    return found


def log() -> Path:
    return state_path() / "audit.jsonl"


def test_the_newest_entries_are_printed(studio: Studio, small: Path) -> None:
    studio.ok("codes", "--rotate", "--yes")
    shown = studio.ok("audit", "--limit", 2).stdout
    assert "access codes shown" in shown
    assert "access codes renewed" in shown
    assert "setup run" not in shown
    rows = list(csv.DictReader(io.StringIO(studio.ok("audit", "--csv").stdout)))
    assert {row["deed"] for row in rows} >= {"setup run", "access codes renewed"}


def test_verify_names_what_is_wrong_by_number(studio: Studio, small: Path) -> None:
    studio.ok("codes", "--rotate", "--yes")
    whole = studio.ok("audit", "verify").stdout
    assert "Whole: nothing is missing" in whole
    number, digest = newest(whole)
    assert studio("audit", "verify", "--expect", digest.upper()).exit_code == 0

    lines = log().read_text().splitlines(keepends=True)
    log().write_text("".join([lines[0], *lines[2:]]))
    torn = studio("audit", "verify")
    assert torn.exit_code == 1
    assert "Number 2 is missing." in torn.stdout

    log().write_text("".join(lines[:-1]))
    assert studio("audit", "verify").exit_code == 0  # the end leaves no trace in the file
    cut = studio("audit", "verify", "--expect", digest)
    assert cut.exit_code == 1
    assert f"No entry has the hash {digest}" in cut.stdout
    assert newest(cut.stdout)[0] == str(int(number) - 1)


def test_the_table_is_verified_too(studio: Studio) -> None:
    table = "studio-cli-audit"
    options = ("--region", studio.settings.region, "--domain-id", studio.settings.domain_id)
    studio.ok("configure", *options, "--audit-table", table)
    studio.ok("codes", "--rotate", "--yes")
    assert f"Table {table}, event spring" in studio.ok("audit", "verify").stdout
    client = boto3.client("dynamodb")
    found = client.scan(TableName=table)["Items"]
    [second] = [item for item in found if item["number"]["S"] == "2" and "at" in item]
    client.delete_item(TableName=table, Key={k: second[k] for k in ("event", "sort")})
    done = studio("audit", "verify")
    assert done.exit_code == 1
    assert "Number 2 is missing." in done.stdout
    client.update_table(TableName=table, DeletionProtectionEnabled=False)
    client.delete_table(TableName=table)
    away = studio("audit", "verify")
    assert away.exit_code == 1
    assert f"Could not read the audit table {table}" in away.stdout
    refused = studio("codes", "--rotate", "--yes")
    assert refused.exit_code == 1
    assert "takes no entry" in refused.stderr

"""Nothing that comes from outside drives the terminal, and no value is lost in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from studio_core import config
from studio_core.cli.console import csv_text, json_text
from tests.hostile import NAMES, fill

if TYPE_CHECKING:
    from tests.cli.conftest import Studio

COMMANDS = (
    ("status",),
    ("status", "--json"),
    ("get-urls",),
    ("get-urls", "--format", "csv"),
    ("get-urls", "--format", "json"),
    ("codes", "--personal"),
    ("codes", "--personal", "--format", "csv"),
    ("codes", "--personal", "--format", "json"),
    ("check",),
    ("check", "--json"),
    ("--debug", "get-urls", "--team", "\x1b[31mnone"),
    ("adopt", "--dry-run"),
    ("purge", "--dry-run"),
    ("start-apps", "--dry-run"),
)


def odd(text: str) -> set[str]:
    """Return the characters of a text that a terminal may obey."""
    return {c for c in text if not c.isprintable() and c not in "\n\u200c\u200d"}


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_is_harmless_and_says_the_same(value):
    assert odd(json_text(value)) <= {"\u200c", "\u200d"}
    assert json.loads(json_text(value)) == value
    assert json.loads(json_text(value, indent=2)) == value


def test_csv_is_harmless():
    assert csv_text(("a",), [("\x1b[31m=1",)]) == 'a\n" [31m=1"\n'


def test_no_name_drives_the_terminal(studio: Studio):
    fill(config.load())
    for command in COMMANDS:
        done = studio(*command)
        assert odd(done.stdout + done.stderr) == set(), command
        assert done.stdout + done.stderr, command


def test_no_name_of_a_file_drives_the_terminal(studio: Studio, tmp_path):
    for name in NAMES:
        rows = "".join(f'"{n}@evil.example","{n}"\n'.replace("\0", "") for n in NAMES)
        file = tmp_path / f"{name[:20].replace('/', '')}.csv"
        file.write_text(f"email,team,{name!r}\n{rows}", encoding="utf-8")
        done = studio("setup-users", file, "--dry-run")
        assert odd(done.stdout + done.stderr) == set()

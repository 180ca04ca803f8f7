from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from studio_core.cli.app import COMMANDS, cli

HEAVY = {
    "boto3",
    "botocore",
    "jinja2",
    "pandas",
    "streamlit",
    "rich",
    "moto",
    "platformdirs",
    "tomlkit",
    "anyascii",
    "studio_core.hackathon.hackathon",
}


def _modules_after(code: str) -> set[str]:
    program = f"{code}\nimport json, sys; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stderr))


def test_the_command_line_is_imported_without_anything_heavy() -> None:
    assert "click" not in _modules_after("import studio_core.cli")
    assert not HEAVY & _modules_after("import studio_core.cli.app")


def test_help_imports_no_command() -> None:
    after = _modules_after(
        "from studio_core.cli.app import cli\ncli(['--help'], standalone_mode=False)"
    )
    assert not HEAVY & after
    assert not [name for name in after if name.startswith("studio_core.cli.commands")]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_where_the_list_says_and_has_help(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.name == name
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_all_commands_of_the_list_are_in_the_help_in_their_order() -> None:
    shown = CliRunner().invoke(cli, ["--help"]).stdout.partition("Commands:")[2]
    assert [line.split()[0] for line in shown.splitlines() if line.strip()] == list(COMMANDS)


def test_an_unknown_command_is_wrong_usage() -> None:
    done = CliRunner().invoke(cli, ["setup-user"])
    assert done.exit_code == 2
    assert "setup-user" in done.stderr
    assert done.stdout == ""


def test_version() -> None:
    done = CliRunner().invoke(cli, ["--version"])
    assert done.exit_code == 0
    assert done.stdout.startswith("studio 0.")

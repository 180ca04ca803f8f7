from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from studio_core.cli.app import cli
from studio_core.cli.failures import status_of, without_addresses
from studio_core.cli.tools import Tools
from studio_core.errors import (
    CredentialsError,
    GuardError,
    RosterError,
    RunBusyError,
    SettingsError,
    StudioError,
)

if TYPE_CHECKING:
    from studio_core.config import Settings
    from studio_core.hackathon import Hackathon

LINK = "https://d-1.studio.eu-west-1.sagemaker.aws/auth?token=secret"
NAMES = {"STUDIO_REGION": "eu-west-1", "STUDIO_DOMAIN_ID": "d-1", "STUDIO_TABLE_NAME": "people"}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SettingsError("s"), 2),
        (RosterError("s"), 2),
        (GuardError("s"), 2),
        (StudioError("s"), 1),
        (CredentialsError("s"), 1),
        (RunBusyError("s"), 1),
        (KeyError("s"), 1),
    ],
)
def test_bad_input_is_2_and_failure_is_1(error: Exception, status: int) -> None:
    assert status_of(error) == status


def _fails_with(error: Exception, *args: str) -> tuple[int, str, str]:
    def connect(_: Settings) -> Hackathon:
        raise error

    done = CliRunner(env=NAMES).invoke(cli, [*args, "status"], obj=Tools(connect))
    return done.exit_code, done.stdout, done.stderr


def test_an_error_is_a_sentence_and_a_remedy_on_standard_error() -> None:
    status, out, err = _fails_with(StudioError("The table is gone.", "Make it again."))
    assert (status, out) == (1, "")
    assert err == "Error: The table is gone.\nWhat to do: Make it again.\n"


def test_what_nobody_foresaw_is_a_sentence_too() -> None:
    status, out, err = _fails_with(ZeroDivisionError("no teams"))
    assert (status, out) == (1, "")
    assert err.startswith("Error: Something unexpected happened (ZeroDivisionError: no teams).\n")
    assert "Traceback" not in err
    assert "--debug" in err


def test_debug_shows_the_traceback_and_no_address() -> None:
    _, _, err = _fails_with(ValueError(f"cannot open {LINK}"), "--debug")
    assert "Traceback" in err
    assert "secret" not in err
    assert "https://d-1.studio.eu-west-1.sagemaker.aws" in err


def test_no_sentence_holds_a_link() -> None:
    _, _, err = _fails_with(ValueError(f"cannot open {LINK}"))
    assert "secret" not in err


def test_control_characters_of_others_do_not_reach_the_terminal() -> None:
    _, _, err = _fails_with(StudioError("Team \x1b[2J\x07 is there twice."))
    assert "\x1b" not in err
    assert "\x07" not in err


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"see {LINK} now", "see https://d-1.studio.eu-west-1.sagemaker.aws now"),
        (f"'{LINK}'", "'https://d-1.studio.eu-west-1.sagemaker.aws'"),
        ("http://127.0.0.1:80/x?token=a#b", "http://127.0.0.1:80"),
        ("no address", "no address"),
    ],
)
def test_addresses_are_cut_to_their_host(text: str, shown: str) -> None:
    assert without_addresses(text) == shown

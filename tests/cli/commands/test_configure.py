from __future__ import annotations

import json
import stat
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from studio_core import config
from studio_core.cli.commands.configure import _HELP
from studio_core.config import Settings
from tests.cli.conftest import Studio

if TYPE_CHECKING:
    from pathlib import Path

    from studio_core.sandbox.demo import DemoData
    from tests.control import Control


@pytest.fixture
def fresh(world: DemoData, tmp_path: Path) -> Studio:
    """Commands of somebody who has never configured anything."""
    return Studio(
        Settings(region=world.region, domain_id=world.domain_id, table_name="people"), tmp_path
    )


@pytest.fixture
def sso_domain(world: DemoData, aws: Any) -> str:
    created = aws.create_domain(
        DomainName="a-company",
        AuthMode="SSO",
        DefaultUserSettings={"ExecutionRole": "arn:aws:iam::123456789012:role/studio"},
        SubnetIds=["subnet-1"],
        VpcId="vpc-1",
    )
    domain_id = created["DomainId"]
    assert isinstance(domain_id, str)
    return domain_id


def _tables() -> list[str]:
    tables: list[str] = boto3.client("dynamodb").list_tables()["TableNames"]
    return tables


def test_every_setting_but_the_account_has_an_option_with_its_help() -> None:
    assert set(_HELP) == {field.name for field in fields(Settings)} - {"account"}


def test_all_options_given_asks_nothing_makes_the_table_and_saves(fresh: Studio) -> None:
    where = ("--region", "eu-west-1", "--domain-id", fresh.settings.domain_id)
    done = fresh.ok(
        "configure", *where, "--event", "Spring-26", "--personal-spaces", "--ebs-gb", 10
    )
    saved = config.load_file()
    assert saved.table_name == "studio-cli-spring-26"
    assert saved.table_name in _tables()
    assert (saved.event, saved.account) == ("spring-26", "123456789012")
    assert (saved.personal_spaces, saved.ebs_gb) == (True, 10)
    path = config.config_path()
    assert str(path) in done.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "Made the table" in done.stderr


def test_what_is_missing_is_named_where_nobody_can_be_asked(
    fresh: Studio, control: Control
) -> None:
    done = fresh("configure", "--event", "spring")
    assert done.exit_code == 2
    assert "--region and --domain-id" in done.stderr
    assert not config.config_path().exists()
    assert control.calls() == {}


def test_what_is_saved_counts_as_given(studio: Studio) -> None:
    studio.ok("configure", "--instance-type", "ml.m5.large")
    assert config.load_file().instance_type == "ml.m5.large"
    assert config.load_file().event == "spring"


def test_comments_and_keys_of_others_survive_a_save(studio: Studio) -> None:
    path = config.config_path()
    path.write_text(f"# Ask Ada first.\n{path.read_text()}\n[notes]\nroom = 'B2' # upstairs\n")
    studio.ok("configure", "--instance-type", "ml.m5.large")
    text = path.read_text()
    assert text.startswith("# Ask Ada first.\n")
    assert text.endswith("\n[notes]\nroom = 'B2' # upstairs\n")
    assert config.load_file().instance_type == "ml.m5.large"


def test_variables_count_as_given_and_are_named(
    fresh: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_REGION", "eu-west-1")
    monkeypatch.setenv("STUDIO_DOMAIN_ID", fresh.settings.domain_id)
    done = fresh.ok("configure")
    assert config.load_file().domain_id == fresh.settings.domain_id
    assert "goes before what is saved: STUDIO_REGION, STUDIO_DOMAIN_ID" in done.stderr


def test_the_settings_of_the_first_tool_are_taken_over(
    fresh: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = fresh.folder / "home"
    (home / ".studio_cli").mkdir(parents=True)
    seed = {
        "region": "eu-west-1",
        "domain_id": fresh.settings.domain_id,
        "table_name": "old-people",
    }
    (home / ".studio_cli" / "config").write_text(json.dumps(seed))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "xdg"))
    monkeypatch.delenv("STUDIO_CONFIG")
    fresh.ok("configure")
    assert (home / "xdg" / "studio-cli" / "config.toml").exists()
    assert config.load_file().table_name == "old-people"
    assert "old-people" in _tables()


def test_a_domain_in_sso_mode_is_refused_with_the_reason(fresh: Studio, sso_domain: str) -> None:
    done = fresh("configure", "--region", "eu-west-1", "--domain-id", sso_domain)
    assert done.exit_code == 2
    assert "Identity Center" in done.stderr
    assert not config.config_path().exists()


def test_a_domain_that_is_not_there_is_bad_input(fresh: Studio) -> None:
    done = fresh("configure", "--region", "eu-west-1", "--domain-id", "d-nowhere")
    assert done.exit_code == 2
    assert "d-nowhere in eu-west-1" in done.stderr
    assert _tables() == ["studio-cli-demo"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--region", "Ireland"),
        ("--event", "no spaces"),
        ("--ends-on", "Friday"),
        ("--ebs-gb", "1"),
        ("--ebs-gb", "many"),
        ("--access", "none"),
    ],
)
def test_values_that_cannot_be_right_are_refused(
    studio: Studio, option: str, value: str, control: Control
) -> None:
    done = studio("configure", option, value)
    assert done.exit_code == 2
    assert value in done.stderr
    assert control.calls() == {}


def test_a_person_is_asked_for_what_is_missing_and_picks_the_domain(
    fresh: Studio, sso_domain: str
) -> None:
    # The company's domain comes first, and cannot be used.
    done = fresh.ok("configure", typed="spring\neu-nowhere-1\neu-west-1\n1\nd-what\n2\n\n")
    assert f"1  {sso_domain}  a-company, SSO mode" in done.stderr
    assert "SageMaker is not in eu-nowhere-1" in done.stderr
    assert "There is no 'd-what' in the list" in done.stderr
    assert "makes no login links" in done.stderr
    saved = config.load_file()
    assert saved.domain_id == fresh.settings.domain_id
    assert (saved.event, saved.table_name) == ("spring", "studio-cli-spring")


def test_a_person_is_asked_nothing_when_nothing_is_missing(studio: Studio) -> None:
    done = studio.ok("configure", typed="")
    assert "?" not in done.output.replace("What to do", "")
    assert config.load_file().event == "spring"


def test_asking_anew_has_what_is_saved_as_default(studio: Studio) -> None:
    studio.ok("configure", "--ask", typed="autumn\n\n\n\n")
    saved = config.load_file()
    assert saved.event == "autumn"
    assert saved.domain_id == studio.settings.domain_id
    assert saved.table_name == studio.settings.table_name


def test_asking_anew_needs_somebody(studio: Studio) -> None:
    assert studio("configure", "--ask").exit_code == 2


def test_get_conf_tells_what_comes_from_where(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_EVENT", "rehearsal")
    done = studio.ok("get-conf")
    line = next(line for line in done.stdout.splitlines() if line.startswith("event"))
    assert line.split() == ["event", "rehearsal", "from", "STUDIO_EVENT"]
    shown = studio.json("get-conf")
    assert shown["event"] == "rehearsal"
    assert shown["domain_id"] == studio.settings.domain_id


def test_get_conf_of_somebody_new_says_what_is_missing(fresh: Studio) -> None:
    done = fresh.ok("get-conf")
    assert "Not set yet: region, domain-id, table-name" in done.stderr


def test_commands_without_settings_say_what_to_run(fresh: Studio) -> None:
    done = fresh("status")
    assert done.exit_code == 2
    assert "studio configure" in done.stderr

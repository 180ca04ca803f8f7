"""Settings are checked before they are saved; saving changes nothing else in the file."""

from __future__ import annotations

import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from studio_core import config
from studio_core.config import Settings
from studio_core.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

OLD = """\
# Spring hackathon; ask Ada before changing the domain.
event = "spring"     # short name
ebs_gb = 5           # GiB

# Where it runs
region = "eu-west-1"
landing = "app:JupyterLab:"
pager = "555-0100"

[notes]
room = "B2" # upstairs
"""


@pytest.fixture
def path():
    return config.config_path()


def test_comments_order_and_unknown_keys_are_kept(path):
    path.write_text(OLD)
    config.save(replace(config.load_file(), ebs_gb=20, region="us-east-1", landing=""))
    kept = (
        OLD.replace("ebs_gb = 5 ", "ebs_gb = 20 ")
        .replace("eu-west-1", "us-east-1")
        .replace('landing = "app:JupyterLab:"\n', "")
    )
    lines = path.read_text().splitlines()
    assert [line for line in lines if line in kept.splitlines()] == kept.splitlines()
    assert lines.index('app_type = "JupyterLab"') < lines.index("[notes]")
    assert (config.load_file().ebs_gb, config.load_file().landing) == (20, "")


def test_saving_again_changes_nothing(path):
    path.write_bytes(OLD.replace("\n", "\r\n").encode())
    config.save(config.load_file())
    once = path.read_bytes()
    config.save(config.load_file())
    assert path.read_bytes() == once


def test_a_new_file_has_what_is_set_and_is_its_owners_alone(path):
    config.save(Settings(region="eu-west-1"))
    assert path.read_text().startswith("# Studio CLI settings\n")
    assert "domain_id" not in path.read_text()
    path.chmod(0o644)
    config.save(Settings(region="eu-west-1"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_broken_file_is_not_written_over(path):
    path.write_text("region = [")
    with pytest.raises(SettingsError, match=r"cannot be written to .*Unexpected end of file"):
        config.save(Settings())
    assert path.read_text() == "region = ["


def test_a_folder_that_cannot_be_written_is_a_sentence(path, monkeypatch):
    path.touch()
    monkeypatch.setenv("STUDIO_CONFIG", str(path / "config.toml"))
    with pytest.raises(SettingsError, match=r"Not a directory|File exists"):
        config.save(Settings())


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=20).map(str.strip), st.booleans())
def test_what_is_saved_is_read_back(path, text, personal):
    wanted = Settings(profile=text, personal_spaces=personal)
    config.save(wanted)
    assert path.exists()
    assert config.load_file() == wanted


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [
        ("sender", "hack@example.com", True),
        ("sender", "Hack <hack@example.com>", False),
        ("sender", "hack@example.com\nBcc: x@example.com", False),
        ("sender", "a@b.example, c@d.example", False),
        ("trusted_proxy", "10.0.0.5", True),
        ("trusted_proxy", "::1", True),
        ("trusted_proxy", "*", False),
        ("tries_per_client", 10, True),
        ("tries_per_client", 0, False),
    ],
)
def test_settings_of_the_web_app_are_checked(name: str, value: object, good: bool) -> None:
    settings = replace(Settings(event="demo"), **{name: value})
    if good:
        assert config.check(settings) == settings
    else:
        with pytest.raises(SettingsError, match=name.replace("_", "-")):
            config.check(settings)


@pytest.fixture
def seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file of the first generation, and none of ours."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("STUDIO_CONFIG")
    path = tmp_path / ".studio_cli" / "config"
    path.parent.mkdir()
    return path


def test_old_settings_are_taken_over(seed: Path) -> None:
    assert config.seed_problem() == ""
    seed.write_text('{"region": "eu-west-1", "domain_id": "d-1", "else": 1}')
    assert (config.load().region, config.load().domain_id) == ("eu-west-1", "d-1")
    assert config.seed_problem() == ""


def test_old_settings_that_cannot_be_read_are_a_sentence(seed: Path) -> None:
    seed.write_bytes(b"\xff\xfe{")
    assert str(seed) in config.seed_problem()
    assert "it is not JSON" in config.seed_problem()
    assert config.load() == Settings()
    seed.unlink()
    seed.mkdir()
    assert "Is a directory" in config.seed_problem()


def test_where_settings_of_ours_are_there_the_old_ones_do_not_matter(seed: Path) -> None:
    seed.write_text("null")
    assert "holds no settings" in config.seed_problem()
    assert config.seed_problem({"STUDIO_CONFIG": "elsewhere.toml"}) == ""
    config.save(Settings())
    assert config.seed_problem() == ""

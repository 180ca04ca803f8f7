"""Settings are checked before they are saved; saving changes nothing else in the file."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from studio_core import config
from studio_core.config import Settings
from studio_core.errors import SettingsError

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

"""Settings are checked before they are saved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from studio_core import config
from studio_core.config import Settings
from studio_core.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path


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

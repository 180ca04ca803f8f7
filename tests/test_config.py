"""Settings are checked before they are saved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio_core import config
from studio_core.config import Settings
from studio_core.errors import SettingsError


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

"""Settings: environment over TOML file over defaults, and the seed's JSON file read once."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from studio_core.access.roles import check_list
from studio_core.errors import SettingsError
from studio_core.folders import private_folder
from studio_core.model.studio import AppType, SpaceTemplate
from studio_core.naming import check_event_name

if TYPE_CHECKING:
    from collections.abc import Mapping

ENV_PREFIX = "STUDIO_"
APP_NAME = "studio-cli"
SEED_KEYS = ("region", "domain_id", "table_name")


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a hackathon needs to know. Empty text means not set.

    `account` pins the AWS account that the settings were saved for. `ebs_gb` is in GiB;
    `concurrency` is the most calls in flight; `ends_on` is the last day
    of the event, ISO date. `access` is how the participant web app proves a person;
    `sender` is whom its codes by mail come from, `tries_per_client` how many wrong tries it
    takes from one network address in a quarter of an hour (a whole venue may share one), and
    `trusted_proxy` the one address whose X-Forwarded-For it and the dashboard believe.
    `link_role` is the ARN of a role that makes the links, each limited to its person's profile.
    `organisers` and `helpers` list who may sign in to the dashboard with OIDC: addresses
    and domains with their @, separated by commas. `your_name` is how other organisers see
    who runs something.
    """

    region: str = ""
    domain_id: str = ""
    table_name: str = ""
    event: str = "hackathon"
    profile: str = ""
    account: str = ""
    app_type: str = AppType.JUPYTER_LAB.value
    instance_type: str = "ml.t3.medium"
    ebs_gb: int = 5
    landing: str = ""
    personal_spaces: bool = False
    concurrency: int = 10
    ends_on: str = ""
    access: str = "event-code"
    web_app_url: str = ""
    sender: str = ""
    tries_per_client: int = 300
    trusted_proxy: str = ""
    audit_table: str = ""
    link_role: str = ""
    organisers: str = ""
    helpers: str = ""
    your_name: str = ""

    @property
    def template(self) -> SpaceTemplate:
        """What a new space is made of."""
        return SpaceTemplate(
            AppType(self.app_type), self.instance_type, self.ebs_gb, self.personal_spaces
        )

    def landing_for(self, app_type: str | None) -> str:
        """Return the LandingUri of a link: the one set, else the app type of the space it opens.

        Without a space, that of new spaces.
        """
        return self.landing or f"app:{app_type or self.app_type}:"

    @property
    def end_date(self) -> date | None:
        """Last day of the event, or None."""
        return date.fromisoformat(self.ends_on) if self.ends_on else None

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the settings without which nothing can run."""
        return tuple(name for name in SEED_KEYS if not getattr(self, name))

    def require(self) -> Settings:
        """Return self when complete.

        Raises:
            SettingsError: region, domain or table is not set.
        """
        if self.missing:
            names = ", ".join(name.replace("_", "-") for name in self.missing)
            raise SettingsError(
                f"Not configured yet: {names}.",
                "Run `studio configure`, or fill in the dashboard's settings page.",
            )
        return self


ACCESS_MODES = ("event-code", "personal-code", "mailed-code", "email-only")

_RULES: dict[str, tuple[str, str]] = {
    "region": (r"[a-z]{2}(-[a-z]+)+-\d", "a region looks like eu-west-1"),
    "domain_id": (r"d-[a-z0-9-]{1,61}", "a domain id looks like d-abc123def456"),
    "table_name": (r"[A-Za-z0-9_.-]{3,255}", "3 to 255 letters, digits, dot, dash or underscore"),
    "account": (r"\d{12}", "an account number has 12 digits"),
    "instance_type": (r"(ml\.[a-z0-9-]+\.[a-z0-9]+|system)", "an instance looks like ml.t3.medium"),
    "landing": (r"(studio::|app:)[\x21-\x7e]{0,1010}", "a landing starts with app: or studio::"),
    "audit_table": (r"[A-Za-z0-9_.-]{3,255}", "3 to 255 letters, digits, dot, dash or underscore"),
    "link_role": (
        r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}",
        "a role looks like arn:aws:iam::123456789012:role/studio-cli-links",
    ),
    "web_app_url": (r"https?://[^\s<>\\]+", "an address starts with https://"),
    "sender": (r"[^@\s<>\",;]+@[^@\s<>\",;]+\.[^@\s<>\",;]+", "an e-mail address, without a name"),
    "trusted_proxy": (r"[0-9a-fA-F.:]{2,45}", "one IP address, such as 10.0.0.5"),
    "your_name": (r"[^\x00-\x1f\x7f]{1,60}", "up to 60 characters on one line"),
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "app_type": tuple(kind.value for kind in AppType),
    "access": ACCESS_MODES,
}
_RANGES: dict[str, tuple[int, int]] = {
    "ebs_gb": (5, 16384),
    "concurrency": (1, 64),
    "tries_per_client": (10, 100_000),
}


def check(settings: Settings) -> Settings:
    """Return the settings, tidied.

    Raises:
        SettingsError: a value cannot be right; the sentence names the setting and the value.
    """
    if settings.event:
        settings = replace(settings, event=check_event_name(settings.event))
    else:
        raise SettingsError("The event has no name.", "Give it a short one, such as hack-2026.")
    for name, (pattern, hint) in _RULES.items():
        value = getattr(settings, name)
        if value and not re.fullmatch(pattern, value):
            raise SettingsError(f"{_label(name)} cannot be {value!r}.", f"Correct it: {hint}.")
    for name, allowed in _CHOICES.items():
        if getattr(settings, name) not in allowed:
            raise SettingsError(
                f"{_label(name)} cannot be {getattr(settings, name)!r}.",
                f"Choose one of {', '.join(allowed)}.",
            )
    for name, (low, high) in _RANGES.items():
        if not low <= getattr(settings, name) <= high:
            raise SettingsError(
                f"{_label(name)} cannot be {getattr(settings, name)}.",
                f"Choose a number from {low} to {high}.",
            )
    settings = replace(
        settings,
        organisers=check_list(_label("organisers"), settings.organisers),
        helpers=check_list(_label("helpers"), settings.helpers),
    )
    try:
        _ = settings.end_date
    except ValueError:
        raise SettingsError(
            f"{_label('ends_on')} cannot be {settings.ends_on!r}.",
            "Write the date as year-month-day: 2026-11-30.",
        ) from None
    return settings


def config_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the settings are kept: `STUDIO_CONFIG`, else the user's configuration folder."""
    if chosen := environ.get("STUDIO_CONFIG"):
        return Path(chosen).expanduser()
    return platformdirs.user_config_path(APP_NAME) / "config.toml"


def state_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Folder for journals and the audit log: `STUDIO_STATE`, else the user's state folder."""
    if chosen := environ.get("STUDIO_STATE"):
        return Path(chosen).expanduser()
    if environ.get("STUDIO_CONFIG"):
        return config_path(environ).parent / "state"
    return platformdirs.user_state_path(APP_NAME)


def seed_path() -> Path:
    """Where the first generation of the tool kept its settings, as JSON."""
    return Path.home() / ".studio_cli" / "config"


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings that hold now: environment over file over defaults.

    Raises:
        SettingsError: the file cannot be read or a value cannot be right.
    """
    return overlay(load_file(environ), environ)


def load_file(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings as saved, without what the environment overrides.

    When no file of ours exists and none was named, the seed's JSON file is taken over.

    Raises:
        SettingsError: the file cannot be read or a value cannot be right.
    """
    path = config_path(environ)
    try:
        with path.open("rb") as file:
            raw: dict[str, Any] = tomllib.load(file)
    except FileNotFoundError:
        raw = {} if environ.get("STUDIO_CONFIG") else _read_seed(seed_path())[0]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(
            f"The settings file {path} cannot be read: {error}.",
            "Correct or delete it, then run `studio configure`.",
        ) from error
    return _from_mapping(raw, source=str(path))


def seed_problem(environ: Mapping[str, str] = os.environ) -> str:
    """Return why the first generation's settings are not taken over, or an empty string.

    Only where `load_file` would read them.
    """
    if environ.get("STUDIO_CONFIG") or config_path(environ).exists():
        return ""
    return _read_seed(seed_path())[1]


def overlay(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """Settings with every `STUDIO_…` variable that is set and not empty put on top.

    Raises:
        SettingsError: a variable's value cannot be right.
    """
    names = overridden(environ)
    changed = {name: environ[variable(name)] for name in names}
    return _from_mapping({**asdict(settings), **changed}, source="the environment")


def overridden(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Names of the settings that the environment sets."""
    return tuple(f.name for f in fields(Settings) if environ.get(variable(f.name)))


def variable(name: str) -> str:
    """Environment variable of a setting: `domain_id` gives `STUDIO_DOMAIN_ID`."""
    return ENV_PREFIX + name.upper()


def save(settings: Settings, environ: Mapping[str, str] = os.environ) -> Path:
    """Write the settings, readable by their owner alone; the old file stays until then.

    Comments, order and unknown keys of the old file are kept.

    Raises:
        SettingsError: a value cannot be right, or the file cannot be changed.
    """
    import tomlkit  # noqa: PLC0415 - slow to import, and only saving needs it

    values = asdict(check(settings))
    path = config_path(environ)
    try:
        old = path.read_bytes() if path.exists() else b"# Studio CLI settings\n"
        document = tomlkit.parse(old)
        for name, value in values.items():
            if value == "":
                document.pop(name, None)
            elif document.get(name) != value:
                document[name] = value
        private_folder(path.parent)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".config-")
        with os.fdopen(handle, "wb") as file:
            file.write(document.as_string().encode())
        Path(temporary).replace(path)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"The settings cannot be written to {path}: {getattr(error, 'strerror', error)}.",
            "Correct that file, or point STUDIO_CONFIG at one that you may write.",
        ) from error
    return path


def as_table(settings: Settings) -> list[tuple[str, str]]:
    """Name and value of every setting as text, in the order in which people think of them."""
    return [(f.name.replace("_", "-"), str(getattr(settings, f.name))) for f in fields(settings)]


def changes(before: Settings, after: Settings) -> str:
    """Return the changed settings with old and new values, for the audit log."""
    pairs = zip(as_table(before), as_table(after), strict=True)
    return "; ".join(
        f"{name}: {old or 'not set'} to {new or 'not set'}"
        for (name, old), (_, new) in pairs
        if old != new
    )


def _label(name: str) -> str:
    return f"The setting {name.replace('_', '-')}"


def _from_mapping(raw: Mapping[str, Any], source: str) -> Settings:
    values: dict[str, Any] = {}
    for field in fields(Settings):
        if field.name in raw:
            values[field.name] = _convert(field.name, field.default, raw[field.name], source)
    return check(Settings(**values))


def _convert(name: str, default: object, value: object, source: str) -> str | int | bool:
    text = str(value).strip()
    if isinstance(default, bool):
        if text.lower() in {"1", "true", "yes", "on"}:
            return True
        if text.lower() in {"", "0", "false", "no", "off"}:
            return False
        raise SettingsError(
            f"{_label(name)} cannot be {text!r} ({source}).", "Write true or false."
        )
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError:
            raise SettingsError(
                f"{_label(name)} cannot be {text!r} ({source}).", "Write a whole number."
            ) from None
    return text


def _read_seed(path: Path) -> tuple[dict[str, Any], str]:
    """Return what the file sets, and why it cannot be used where it is there and cannot be."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, ""
    except OSError as error:
        raw, why = None, error.strerror or type(error).__name__
    except ValueError as error:
        raw, why = None, f"it is not JSON ({error})"
    else:
        why = "" if isinstance(raw, dict) else "it holds no settings"
    if why or not isinstance(raw, dict):
        return {}, (
            f"The settings of an earlier version of this tool, {path}, cannot be read: {why}. "
            "They are not taken over; correct the file, delete it, or run `studio configure`."
        )
    return {key: raw[key] for key in SEED_KEYS if raw.get(key)}, ""

"""Every part of a release is locked, hashed and listed."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from tests.packaging import parts

ROOT = Path(__file__).resolve().parents[2]
_PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(_PIN.findall((ROOT / name).read_text()))


def test_the_list_of_parts_names_every_locked_version_and_its_hashes(tmp_path: Path) -> None:
    parts.write(tmp_path / "parts.json")
    listed = json.loads((tmp_path / "parts.json").read_text())
    assert listed["bomFormat"] == "CycloneDX"
    assert listed["metadata"]["component"]["name"] == "studio-cli"
    found = {part["name"]: part["version"] for part in listed["components"]}
    assert found == pins("requirements.txt")
    hashes = [
        {one["content"] for ref in part["externalReferences"] for one in ref["hashes"]}
        for part in listed["components"]
    ]
    lock = (ROOT / "requirements.txt").read_text()
    assert sum(map(len, hashes)) == lock.count("--hash=sha256:")
    assert all(hashes)
    parts.write(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "parts.json").read_bytes()


def test_what_builds_the_wheel_is_locked_with_hashes() -> None:
    text = (ROOT / "requirements-build.txt").read_text()
    assert "://" not in text
    build, development = pins("requirements-build.txt"), pins("requirements-dev.txt")
    assert {name: development.get(name) for name in build} == build
    assert all("--hash=sha256:" in entry for entry in re.split(r"(?m)^(?=\w)", text) if entry)
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert [re.match(r"[\w-]+", one)[0] for one in needed] == ["hatchling"]  # type: ignore[index]
    assert "hatchling" in build


def test_the_image_installs_nothing_without_a_hash() -> None:
    """But the wheel that it has built, for which nothing is looked up."""
    container = (ROOT / "Dockerfile").read_text()
    installs = re.findall(r"\bpip (?:install|wheel|download)\b[^&\n]*", container)
    assert len(installs) == 4
    for command in installs:
        locked = re.search(r"--require-hashes -r requirements(-build)?\.txt", command)
        alone = "--no-deps" in command and ("--no-index" in command or "--no-build-iso" in command)
        assert locked or alone, command

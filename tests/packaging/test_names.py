"""What ships, and what must not."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:  # not a checkout: everything there is
        return [str(path.relative_to(ROOT)) for path in (ROOT / "studio_core").rglob("*.py")]
    return listed.stdout.split()


def test_every_page_is_named_in_the_wheel() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    shipped = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    pages = {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    assert len(pages) == 5
    assert {name for name in shipped if name.startswith("pages/")} == pages
    assert {name: to for name, to in shipped.items() if to != f"studio_core/_app/{name}"} == {}
    assert all((ROOT / name).is_file() for name in shipped)


def test_the_locked_requirements_name_no_registry_and_have_hashes() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-conformance.txt"):
        text = (ROOT / name).read_text()
        assert not re.search(r"^\s*(-i|--(extra-)?index-url|--find-links)", text, re.MULTILINE)
        assert "://" not in text
        pins = re.findall(r"^[A-Za-z0-9].*==", text, re.MULTILINE)
        assert len(pins) > 20
        assert text.count("--hash=sha256:") >= len(pins)


def test_runtime_and_development_agree_on_versions() -> None:
    def pins(name: str) -> dict[str, str]:
        found = re.findall(
            r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)", (ROOT / name).read_text(), re.MULTILINE
        )
        return dict(found)

    runtime, development = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: development.get(name) for name in runtime} == runtime


def test_no_file_names_this_machine_or_holds_a_credential() -> None:
    telling = re.compile(
        r"(?<![\w.])/(?:work|root|farm)/"
        r"|AKIA[0-9A-Z]{16}"
        r"|/auth\?token=ey[A-Za-z0-9_-]{20,}"
    )
    for name in _tracked():
        path = ROOT / name
        if path.suffix in {".png", ".ico", ".xlsx", ".ods"} or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found = telling.search(text)
        assert not found, f"{name}: {found and found.group()}"

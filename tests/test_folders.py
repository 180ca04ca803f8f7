"""Every folder that the tool makes is its owner's alone, parents included."""

from __future__ import annotations

import ast
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from studio_core import config
from studio_core.access.roles import Actor, Role
from studio_core.audit import Audit
from studio_core.config import Settings
from studio_core.engine.journal import Journal
from studio_core.folders import private_folder

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
MAKERS = {
    "settings": lambda folder: config.save(
        Settings(region="eu-west-1"), {"STUDIO_CONFIG": str(folder / "config.toml")}
    ),
    "journal": lambda folder: Journal(folder / "run.jsonl", lambda: NOW).write("begin"),
    "audit log": lambda folder: Audit(folder, clock=lambda: NOW).note(
        Actor("ana", Role.ORGANISER, "test"), "tried"
    ),
    "folder": private_folder,
}
PUBLIC = {"aws/policies.py", "sandbox/serving/state.py"}
"""What is written for everybody: documents, and a state in which nothing is real."""


@pytest.fixture(params=[0o022, 0o000, 0o077])
def _umask(request):
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_umask")
@pytest.mark.parametrize("maker", MAKERS)
def test_new_folders_and_their_parents_are_private(maker, tmp_path):
    MAKERS[maker](tmp_path / "a" / "b" / "c")
    made = [tmp_path / "a", tmp_path / "a/b", tmp_path / "a/b/c"]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in made] == [0o700] * 3
    for file in made[-1].iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.usefixtures("_umask")
def test_a_folder_that_is_there_stays_as_it_is(tmp_path):
    tmp_path.chmod(0o750)
    private_folder(tmp_path / "new")
    private_folder(tmp_path / "new")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750


def test_nothing_else_makes_folders():
    makers = set()
    for file in (ROOT / "studio_core").rglob("*.py"):
        nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        named = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        if named & {"mkdir", "makedirs"}:
            makers.add(file.relative_to(ROOT / "studio_core").as_posix())
    assert makers == {"folders.py"} | PUBLIC

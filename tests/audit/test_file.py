"""The file: whole lines in one chain, whoever writes and whatever cuts a write off."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from studio_core.access.roles import Actor
from studio_core.audit import AuditEntry
from studio_core.audit.chain import judge
from studio_core.audit.file import AuditFile
from studio_core.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def entry(deed: str, **details: str) -> AuditEntry:
    return AuditEntry(NOW, deed, Actor("ana"), details=details)


def problems(file: AuditFile) -> tuple[str, ...]:
    return judge("x", file.rows()).problems


WRITER = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from studio_core.access.roles import Actor
from studio_core.audit import AuditEntry
from studio_core.audit.file import AuditFile
file = AuditFile(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.read(1)
for n in range(150):
    pad = {"pad": "x" * (n * 997 % 9000)}
    file.append(AuditEntry(datetime.now(UTC), f"{sys.argv[2]} {n}", Actor("ana"), details=pad))
"""


def test_two_processes_write_one_chain_of_whole_lines(tmp_path: Path):
    def start(name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WRITER, str(tmp_path), name]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT)

    writers = [start(name) for name in "ab"]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
    for writer in writers:  # both begin now, and write side by side
        assert writer.stdin is not None
        writer.stdin.close()
    assert [writer.wait(60) for writer in writers] == [0, 0]
    file = AuditFile(tmp_path)
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.close()
    assert problems(file) == ()
    deeds = {e.deed for e in file.entries()}
    assert deeds == {f"{name} {n}" for name in "ab" for n in range(150)}


def test_a_line_that_a_crash_cut_off_stays_one_line(tmp_path: Path):
    file = AuditFile(tmp_path)
    file.append(entry("first"))
    with file.path.open("a") as opened:
        opened.write('{"at": "2026-11-22T1')
    AuditFile(tmp_path).append(entry("second"))
    assert [e.deed for e in file.entries()] == ["second", "malformed entry", "first"]
    assert problems(file) == ("Line 2 cannot be read.",)


@pytest.mark.parametrize("fails", ["write", "fsync"])
def test_a_full_disk_leaves_no_half_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
):
    file = AuditFile(tmp_path)
    file.append(entry("first"))
    before = file.path.read_bytes()
    real = os.write

    def half(handle: int, data: bytes) -> int:
        return real(handle, data[: len(data) // 2])

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, fails, half if fails == "write" else full)
        with pytest.raises(StudioError, match="No space left"):
            file.append(entry("second"))
    assert file.path.read_bytes() == before
    file.append(entry("third"))
    assert problems(file) == ()


def lines_without(file: AuditFile, number: int) -> bytes:
    lines = file.path.read_bytes().splitlines(keepends=True)
    return b"".join(lines[:number] + lines[number + 1 :])


def garbled(file: AuditFile) -> bytes:
    return file.path.read_bytes().replace(b'"deed 2"', b'"deed 2')


def altered(file: AuditFile) -> bytes:
    return file.path.read_bytes().replace(b'"deed 2"', b'"deed x"')


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda file: lines_without(file, 2), ("Number 3 is missing.",)),
        (garbled, ("Line 3 cannot be read.", "Number 3 is missing.")),
        (altered, ("Number 3 (Line 3) was changed after it was written.",)),
    ],
)
def test_what_was_done_to_the_file_is_told_by_number(
    tmp_path: Path, change: Callable[[AuditFile], bytes], told: tuple[str, ...]
):
    file = AuditFile(tmp_path)
    for number in range(5):
        file.append(entry(f"deed {number}"))
    file.path.write_bytes(change(file))
    assert problems(file) == told
    file.append(entry("later"))
    assert problems(file) == told
    assert file.entries()[0].deed == "later"


def test_entries_are_chained_after_those_from_before_the_chain(tmp_path: Path):
    file = AuditFile(tmp_path)
    tmp_path.joinpath("audit.jsonl").write_text(json.dumps(entry("old").as_row()) + "\n")
    file.append(entry("new"))
    verdict = judge("x", file.rows())
    assert (verdict.before, verdict.entries, verdict.problems) == (1, 1, ())
    assert [e.deed for e in file.entries()] == ["new", "old"]


@pytest.mark.parametrize(
    "line",
    ["[]", "{}", "null", "[" * 100_000, '{"at": 5}', '{"number": 7, "hash": [1]}', "\x00\xff", "{"],
)
def test_no_malformed_line_hides_others_or_stops_writing(tmp_path: Path, line: str):
    file = AuditFile(tmp_path)
    file.append(entry("first"))
    with file.path.open("a") as opened:
        opened.write(line + "\n")
    AuditFile(tmp_path).append(entry("second"))
    assert [e.deed for e in file.entries()] == ["second", "malformed entry", "first"]
    assert len(problems(file)) == 1


def test_lone_surrogates_are_written_and_verified(tmp_path: Path):
    file = AuditFile(tmp_path)
    file.append(entry("file \udcff name"))
    assert problems(file) == ()
    assert file.entries()[0].deed == "file \udcff name"

"""Workbooks are read by a child with limits, and no file gets past them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from studio_core.errors import RosterError
from studio_core.roster import load_roster, workbook
from studio_core.roster.workbook import Meter, TooMuchError, read_workbook
from tests.roster.bombs import BOMBS, MEGABYTE, xlsx

SECONDS, MEGABYTES = 3, 300
ROOT = Path(__file__).resolve().parents[2]
MEASURED = """
import json, pathlib, resource, sys
from studio_core.errors import RosterError
from studio_core.roster import load_roster
from tests.roster.bombs import BOMBS

def computed():
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)

def peak():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024

for name in sys.argv[1:]:
    data = BOMBS[name]()
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # begins the peak anew: proc(5)
    before, said, remedy = computed(), "", ""
    try:
        load_roster(data, "people")
    except RosterError as error:
        said, remedy = error.sentence, error.remedy
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps([name, said, remedy, computed() - before, peak(), children]))
"""
HARMLESS = {"ods: four thousand million columns", "xlsx: sixty thousand entries"}
"""What the reader cuts or passes over itself: it comes out as a table of one row."""


@pytest.fixture(scope="module", params=range(4))
def measured(request):
    """Reads a quarter of the bombs in a process of its own, which tells what they took."""
    names = sorted(BOMBS)[request.param :: 4]
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED, *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems limit less, and tell less")
def test_no_bomb_takes_more_than_its_share_and_each_names_the_limit(measured):
    assert len(measured) >= len(BOMBS) // 4
    for name, said, remedy, seconds, ours, children in measured:
        # Of computing, not of the clock: a busy machine must not fail this.
        assert seconds < SECONDS, (name, seconds)
        assert ours + children < MEGABYTES, (name, ours, children)
        if name not in HARMLESS:
            assert "people" in said, name
            assert remedy, name


def test_what_is_larger_than_a_roster_may_be_is_refused_unread():
    with pytest.raises(RosterError, match="at most 20 MB"):
        load_roster(b"x" * (21 * MEGABYTE))


@pytest.mark.parametrize("limit", [10, 300])
def test_the_parent_reads_no_more_than_its_limit(monkeypatch, limit):
    monkeypatch.setattr(workbook, "MAX_OUTPUT", limit)
    rows = [f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 500)]
    assert read_workbook(xlsx(rows)).problem == "text"


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("import os; os.abort()", "memory"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "time"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "format"),
        ("raise SystemExit(1)", "format"),
        ("print('[1, \"half a', end='')", "format"),
        ("import sys; sys.stdin.close(); print('[1]', flush=True)", "format"),
        ("import time; time.sleep(60)", "time"),
        ("while True: print('[1, 2]')", "text"),
    ],
)
def test_a_child_that_ends_without_a_result_says_why(monkeypatch, tmp_path, program, problem):
    script = tmp_path / "child.py"
    script.write_text(program)
    monkeypatch.setattr(workbook, "__file__", str(script))
    monkeypatch.setattr(workbook, "TIME_LIMIT", 1.5 if problem == "time" else 30)
    monkeypatch.setattr(workbook, "MAX_OUTPUT", 10_000)
    # A child that reads nothing keeps its parent writing, if there is more than a pipe holds.
    data = b"x" * (1 if problem == "text" else 4 * MEGABYTE)
    assert read_workbook(data) == workbook.Sheet(problem=problem)


def test_the_child_knows_no_credentials_and_writes_no_file(monkeypatch, tmp_path):
    script = tmp_path / "child.py"
    written = tmp_path / "written"
    script.write_text(
        "import json, os, runpy, sys\n"
        f"limit = runpy.run_path({workbook.__file__!r})['_limit']\n"
        "limit()\n"
        "sys.stdin.buffer.read()\n"
        "names = [n for n in os.environ if n.startswith(('AWS_', 'STUDIO_'))]\n"
        "try:\n"
        f"    os.write(os.open({str(written)!r}, os.O_CREAT | os.O_WRONLY), b'x')\n"
        "except OSError as error:\n"
        "    names.append(type(error).__name__)\n"
        "print(json.dumps({'name': '', 'others': names, 'problem': ''}))\n"
    )
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("STUDIO_TOKEN", "secret")
    monkeypatch.setattr(workbook, "__file__", str(script))
    assert read_workbook(b"x").others == ("OSError",)
    assert not written.read_text()


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([["x"]] * (workbook.MAX_ROWS + 1), "rows"),
        ([["x"] * 1_000] * 2_001, "area"),
        ([["x"]] * 2_000 + [["x"] * 1_000], "area"),
        ([["x" * 1_000] * 300] * 70, "text"),
        ([["x" * (workbook.MAX_CELL + 1)]], "cell"),
    ],
)
def test_the_first_row_that_is_too_much_is_refused(rows, problem):
    meter = Meter()
    for row in rows[:-1]:
        meter.count(row)
    with pytest.raises(TooMuchError, match=problem):
        meter.count(rows[-1])

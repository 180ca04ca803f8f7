"""Runs tests in forks of one warm process: of the code as it is, or with a fault in it.

Started in a copy of the project, it reads one request a line and answers each with one line.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import coverage
import pytest
from hypothesis import Phase, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

THEIRS = ["boto3", "pandas", "httpx", "jinja2", "rich.console", "streamlit", "uvicorn"]
SANDBOX = "studio_core.sandbox.demo"
"""What most tests import, imported before the forks. The sandbox imports almost nothing of ours."""
WARNED = "-Wignore::pytest.PytestAssertRewriteWarning"  # plugins are imported before the fork
OPTIONS = ["-q", "-x", "-p", "no:cacheprovider", "--no-header", WARNED]
SLACK, FACTOR = 20.0, 10.0
"""A test may take this many seconds, and this many times as long as on the code as it is."""
PASSED, FAILED, BROKEN, HANG = 0, 1, 2, -signal.SIGALRM
"""pytest's exit status of a part; BROKEN when the tests could not even be imported."""


class _Quick:
    """Do not look for the smallest example of a failure: one failure is enough."""

    def pytest_sessionstart(self) -> None:
        settings.register_profile("mutants", deadline=None, phases=[Phase.explicit, Phase.generate])
        settings.load_profile("mutants")


class Chosen(_Quick):
    """Run these tests only, in this order, each with a limit of time."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        by_name = {item.nodeid: item for item in items}
        items[:] = [by_name[name] for name in self._seconds if name in by_name]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        signal.setitimer(signal.ITIMER_REAL, SLACK + FACTOR * self._seconds[item.nodeid])


class Covering(_Quick):
    """Note which lines each test runs, and its time."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self._measured = measured
        self.seconds: dict[str, float] = defaultdict(float)
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._measured.switch_context(item.nodeid)
        signal.setitimer(signal.ITIMER_REAL, SLACK * FACTOR)
        try:
            return (yield)
        finally:
            self._measured.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.outcome != "passed":
            self.failed.add(report.nodeid)


def cover(request: dict[str, Any]) -> dict[str, Any]:
    """Run a file of tests; return seconds by test, and tests by module and line."""
    here, apart = ["studio_core/*"], ["studio_core/sandbox/*"]
    measured = coverage.Coverage(data_file=None, config_file=False, include=here, omit=apart)
    plugin = Covering(measured)
    measured.start()
    options = [option for option in OPTIONS if option != "-x"]
    pytest.main([*options, request["file"]], plugins=[plugin])
    measured.stop()
    data = measured.get_data()
    lines: dict[str, dict[int, list[str]]] = {}
    for file in data.measured_files():
        by_line = data.contexts_by_lineno(file)
        passed = {
            line: [name for name in names if name and name not in plugin.failed]
            for line, names in by_line.items()
        }
        lines[os.path.relpath(file)] = {line: names for line, names in passed.items() if names}
    seconds = {n: s for n, s in plugin.seconds.items() if n not in plugin.failed}
    return {"seconds": seconds, "lines": lines, "failed": sorted(plugin.failed)}


def attempt(request: dict[str, Any]) -> dict[str, Any]:
    """Run the chosen tests until one fails; return pytest's exit status."""
    if Path(request["path"]).with_suffix("").as_posix().replace("/", ".") in sys.modules:
        for name in [name for name in sys.modules if name.partition(".")[0] == "studio_core"]:
            del sys.modules[name]
    seconds = request["seconds"]
    files = list(dict.fromkeys(name.split("::")[0] for name in seconds))
    return {"status": int(pytest.main([*OPTIONS, *files], plugins=[Chosen(seconds)]))}


def in_fork(work: Callable[[dict[str, Any]], dict[str, Any]], request: dict[str, Any]) -> Any:
    """Do the work in a fork with a process group of its own, of which nothing is left after it."""
    with tempfile.TemporaryDirectory() as folder:
        said, answer = Path(folder, "said"), Path(folder, "answer")
        child = os.fork()
        if child == 0:
            os.setsid()
            with said.open("w") as out, open(os.devnull) as nothing:  # noqa: PTH123 - a device
                for stream in (1, 2):
                    os.dup2(out.fileno(), stream)
                os.dup2(nothing.fileno(), 0)
                try:
                    answer.write_text(json.dumps(work(request)))
                except BaseException:  # noqa: BLE001 - told to the one who asked
                    traceback.print_exc()
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(0)
        _, status = os.waitpid(child, 0)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        if answer.exists():
            return json.loads(answer.read_text()) | {"said": said.read_text()[-4000:]}
        return {"status": os.waitstatus_to_exitcode(status) or 3, "said": said.read_text()[-4000:]}


def with_fault(request: dict[str, Any]) -> Any:
    """Write the mutant, try it, and put the module back."""
    path = Path(request["path"])
    original = path.read_bytes()
    path.write_text(request["source"], encoding="utf-8")
    try:
        return in_fork(attempt, request)
    finally:
        path.write_bytes(original)


def main() -> None:
    """Answer requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for name in [*THEIRS, SANDBOX]:
        import_module(name)
    for line in sys.stdin:
        request = json.loads(line)
        began = time.monotonic()
        answer = with_fault(request) if "source" in request else in_fork(cover, request)
        answer["took"] = time.monotonic() - began
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()

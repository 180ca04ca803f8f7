"""One proposal from `studio setup-users` to AWS and back, traced call by call.

A trace is the chain of modules between the command and a call, over all threads: the chain of
a thread continues that of whoever started it. docs/architecture.md tells the same.
"""

from __future__ import annotations

import re
import sys
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient
from click.testing import CliRunner

from bench.worker import QUICK
from studio_core.cli.app import cli
from studio_core.cli.tools import Tools
from studio_core.engine.registry import Runs
from studio_core.hackathon import Hackathon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from studio_core.sandbox.demo import DemoData

PAGE = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"
OURS = "studio_core."
APART = ("studio_core.sandbox.", "studio_core.cli.group")
"""The sandbox is AWS here, and the group of all commands is above every one of them."""

Chain = tuple[str, ...]


@dataclass
class Trace:
    """Chains of modules that end in a call to AWS, and those that come back to a module."""

    calls: dict[str, set[Chain]] = field(default_factory=lambda: defaultdict(set))
    callbacks: set[tuple[Chain, str]] = field(default_factory=set)
    _thread: threading.local = field(default_factory=threading.local)

    def chain(self, frame: FrameType | None) -> Chain:
        """Give the modules from the command to a frame, each change of module once."""
        names = []
        while frame is not None:
            names.append(str(frame.f_globals.get("__name__", "")))
            frame = frame.f_back
        ours = [n.removeprefix(OURS) for n in reversed(names) if _is_ours(n)]
        return tuple(name for name, _ in groupby((*getattr(self._thread, "base", ()), *ours)))

    def carried(self, function: Any) -> Any:
        """Make another thread go on with the chain of this one."""
        base = self.chain(sys._getframe(2))

        def carry(*args: Any, **kwargs: Any) -> Any:
            self._thread.base = base
            return function(*args, **kwargs)

        return carry

    def profile(self, frame: FrameType, event: str, _: object) -> None:
        """Note a call into a module that the chain has left before."""
        name, caller = frame.f_globals.get("__name__", ""), frame.f_back
        if event != "call" or not _is_ours(str(name)):
            return
        if caller is not None and caller.f_globals.get("__name__") == name:
            return
        chain = self.chain(frame)
        if chain[-1] in chain[:-1] and len(set(chain[:-1])) == len(chain[:-1]):
            self.callbacks.add((chain, frame.f_code.co_name))


def _is_ours(name: str) -> bool:
    return name.startswith(OURS) and not name.startswith(APART)


@pytest.fixture
def trace(monkeypatch: pytest.MonkeyPatch) -> Iterator[Trace]:
    trace = Trace()
    call, start, submit = (
        BaseClient._make_api_call,
        threading.Thread.start,
        ThreadPoolExecutor.submit,
    )

    def traced_call(client: BaseClient, operation: str, arguments: object) -> object:
        trace.calls[operation].add(trace.chain(sys._getframe()))
        return call(client, operation, arguments)

    def traced_start(thread: threading.Thread) -> None:
        thread.run = trace.carried(thread.run)
        start(thread)

    def traced_submit(pool: ThreadPoolExecutor, function: Any, *args: Any) -> object:
        return submit(pool, trace.carried(function), *args)

    monkeypatch.setattr(BaseClient, "_make_api_call", traced_call)
    monkeypatch.setattr(threading.Thread, "start", traced_start)
    monkeypatch.setattr(ThreadPoolExecutor, "submit", traced_submit)
    threading.setprofile(trace.profile)
    sys.setprofile(trace.profile)
    yield trace
    sys.setprofile(None)
    threading.setprofile(None)


@pytest.fixture
def traced(world: DemoData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trace: Trace) -> Trace:
    for name in ("region", "domain_id", "table_name", "event"):
        monkeypatch.setenv(f"STUDIO_{name.upper()}", getattr(world, name))
    roster = tmp_path / "roster.csv"
    roster.write_text("email,team\nana@example.org,1\nbo@example.org,2\n")
    tools = Tools(connect=lambda settings: Hackathon(settings, pace=QUICK, runs=Runs()))
    ended = CliRunner().invoke(cli, ["setup-users", str(roster), "--yes"], obj=tools)
    assert ended.exit_code == 0, ended.output
    return trace


def test_a_step_enters_each_module_once_on_its_way_to_aws(traced: Trace) -> None:
    section = PAGE.read_text(encoding="utf-8").partition("\n## The way of a proposal\n")[2]
    told = re.findall(r"^\| `([a-z_.]+)` \|", section.partition("\n## ")[0], re.MULTILINE)
    for operation in ("CreateUserProfile", "CreateSpace"):
        assert traced.calls[operation] == {tuple(told)}
    assert traced.calls["TransactWriteItems"] == {(*told[:-1], "aws.table")}
    again = {name for name, seen in traced.calls.items() if any(map(_repeats, seen))}
    assert again == {"DeleteItem"}, "only the lease is given back by whom the run calls at its end"


def test_what_comes_back_to_a_module_is_told(traced: Trace) -> None:
    section = PAGE.read_text(encoding="utf-8").partition("\n## The way of a proposal\n")[2]
    told = dict(re.findall(r"^- `(\w+)` in `([a-z_.]+)`", section, re.MULTILINE))
    back = {name.strip("<>"): chain[-1] for chain, name in traced.callbacks}
    assert back == told


def _repeats(chain: Chain) -> bool:
    return len(set(chain)) < len(chain)

"""Mutation testing, sampled: `python -m bench.mutants` (`make mutants`); see docs/testing.md.

Exits with 1 if fewer of the mutants are killed than `ENOUGH`.
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import json
import os
import py_compile
import queue
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.mutants.operators import Mutant, mutants
from bench.mutants.worker import BROKEN, FAILED, HANG, PASSED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "studio_core"
PAGE = ROOT / "docs" / "testing.md"
KEPT = ROOT / ".artifacts" / "mutants"
"""What each file of tests covers, until the code or the tests change."""

LISTED = [
    *("planning", "engine", "aws/table.py", "aws/rows.py", "aws/steps.py", "aws/observe.py"),
    *("insight", "access", "hackathon", "portal", "dashboard/serving"),
]
APART = ["browser", "packaging", "sandbox", "clients"]
"""Folders of tests of other things than these modules, or too slow to be run for each mutant."""
LONGEST = 300.0
"""Seconds of tests that are run for a mutant at most, unless told otherwise."""
FATES = {FAILED: "killed", BROKEN: "killed", HANG: "hung"}
FILES_AT_ONCE = 4
"""Files of tests that one process imports: most mutants are killed by the first few."""
ENOUGH = 0.92


@dataclass(frozen=True)
class Tried:
    """A mutant and how it ended."""

    module: str
    mutant: Mutant
    fate: str

    def __str__(self) -> str:
        return f"{self.fate:10} `{self.module}`:{self.mutant.line}: {self.mutant.change}"


class Cover:
    """Which tests run which line, and how long each takes."""

    def __init__(self, measured: Iterable[dict[str, Any]], longest: float) -> None:
        self._longest = longest
        self.seconds: dict[str, float] = {}
        self._tests: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for one in measured:
            self.seconds |= one["seconds"]
            for file, lines in one["lines"].items():
                for line, names in lines.items():
                    self._tests[file][int(line)] |= set(names)

    def of(self, path: str, mutant: Mutant) -> list[dict[str, float]]:
        """Return the tests to run for a mutant with their seconds, in parts, one after another.

        The first part are those at the module's mirror path; those beside it come next.
        """
        by_line = self._tests[path]
        inside = range(mutant.line, mutant.last + 1)
        names = set().union(
            *(t for line, t in by_line.items() if mutant.imported or line in inside)
        )
        mirror = "/".join(("tests", *Path(path).parts[1:-1], f"test_{Path(path).name}"))
        if not names:
            names = {name for name in self.seconds if name.startswith(f"{mirror}::")}
        by_file: dict[str, dict[str, float]] = defaultdict(dict)
        left = self._longest
        beside = mirror.rpartition("/")[0] + "/"

        def order(name: str) -> tuple[bool, bool, float]:
            return not name.startswith(mirror), not name.startswith(beside), self.seconds[name]

        for name in sorted(names, key=order):
            left -= self.seconds[name]
            if by_file and left < 0:
                break
            by_file[name.partition("::")[0]][name] = self.seconds[name]
        files = sorted(
            by_file,
            key=lambda f: (f != mirror, not f.startswith(beside), sum(by_file[f].values())),
        )
        size = FILES_AT_ONCE
        parts = [files[:1], *(files[at : at + size] for at in range(1, len(files), size))]
        return [{n: s for f in part for n, s in by_file[f].items()} for part in parts if part]


class Workers:
    """Processes that run tests, each in a copy of the project of its own."""

    def __init__(self, number: int, stack: ExitStack) -> None:
        self._free: queue.Queue[subprocess.Popen[str]] = queue.Queue()
        for _ in range(number):
            copy = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "project"
            ignore = shutil.ignore_patterns(
                ".git", ".venv*", ".artifacts", ".*_cache", "__pycache__"
            )
            shutil.copytree(ROOT, copy, ignore=ignore)
            by_hash = py_compile.PycInvalidationMode.CHECKED_HASH
            compileall.compile_dir(copy, quiet=2, invalidation_mode=by_hash)
            worker = subprocess.Popen(
                [sys.executable, "-m", "bench.mutants.worker"],
                cwd=copy,
                env=os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": ""},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.callback(worker.wait)
            stack.callback(worker.terminate)
            self._free.put(worker)
        self._number = number

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request to a worker that is free, and wait for its answer."""
        worker = self._free.get()
        assert worker.stdin
        assert worker.stdout
        worker.stdin.write(json.dumps(request) + "\n")
        worker.stdin.flush()
        answer: dict[str, Any] = json.loads(worker.stdout.readline())
        self._free.put(worker)
        return answer

    def each(self, work: Callable[[Any], None], items: Iterable[Any]) -> None:
        """Do the work for each item, as many at once as there are workers."""
        waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for item in items:
            waiting.put(item)

        def go_on() -> None:
            while not waiting.empty():
                work(waiting.get())

        threads = [threading.Thread(target=go_on) for _ in range(self._number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def digest(paths: Iterable[Path]) -> str:
    """Return a hash of these files' contents."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(paths))).hexdigest()


def measure(workers: Workers, longest: float) -> Cover:
    """Measure the files of tests that changed, or all of them if the code did."""
    tests = ROOT / "tests"
    files = [f for f in tests.rglob("test_*.py") if f.relative_to(tests).parts[0] not in APART]
    code = digest(CORE.rglob("*.py"))
    KEPT.mkdir(parents=True, exist_ok=True)

    def kept(file: Path) -> Path:
        name = file.relative_to(ROOT).as_posix()
        return KEPT / f"{hashlib.sha256(f'{code}{name}{digest([file])}'.encode()).hexdigest()}.json"

    def run(file: Path) -> None:
        answer = workers.ask({"file": str(file.relative_to(ROOT))})
        if "lines" not in answer:
            print(f"{file}: {answer['said']}", file=sys.stderr)
            return
        kept(file).write_text(json.dumps(answer), encoding="utf-8")
        failed = f", failed: {answer['failed']}" if answer["failed"] else ""
        print(f"{file.relative_to(ROOT)}: {answer['took']:.0f} s{failed}", file=sys.stderr)

    workers.each(run, [file for file in files if not kept(file).exists()])
    for old in set(KEPT.glob("*.json")) - {kept(file) for file in files}:
        old.unlink()
    paths = [kept(file) for file in files]
    found = (json.loads(path.read_text(encoding="utf-8")) for path in paths if path.exists())
    return Cover(found, longest)


def equivalent() -> set[tuple[str, str]]:
    """Return the mutants that docs/testing.md names as equivalent: module and change."""
    named = re.findall(r"^- `([\w.]+)`: (`.+` → `.+`): ", PAGE.read_text("utf-8"), re.MULTILINE)
    return set(named)


def changed(since: str) -> list[Path]:
    """Return the modules that differ from the commit at which this branch left `since`."""
    git = ["git", "-C", str(ROOT)]
    base = subprocess.run(
        [*git, "merge-base", since, "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    names = subprocess.run(
        [*git, "diff", "--name-only", "--diff-filter=d", base, "--", "studio_core"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return [ROOT / name for name in names if name.endswith(".py")]


def modules(paths: Iterable[Path]) -> list[Path]:
    """Return the modules at these paths and below them, without empty `__init__.py`."""
    found = {f for path in paths for f in (path.rglob("*.py") if path.is_dir() else [path])}
    return sorted(found)


def sample(path: Path, seed: str, number: int, match: str) -> list[Mutant]:
    """Choose some of a module's mutants; the same seed chooses the same ones."""
    found = [m for m in mutants(path.read_text("utf-8")) if re.search(match, m.change)]
    chosen = random.Random(f"{seed} {path.name}").sample(found, min(number, len(found)))
    return sorted(chosen, key=lambda mutant: mutant.line)


def report(tried: list[Tried]) -> float:
    """Print the figures of each package; return the killed share of those not equivalent."""
    print("\n| Package | Mutants | Killed | Equivalent | Survived |\n|---|--:|--:|--:|--:|")
    by_package = defaultdict(list)
    for one in tried:
        by_package[one.module.rpartition(".")[0] or one.module].append(one.fate)
    for package, fates in [*sorted(by_package.items()), ("all", [t.fate for t in tried])]:
        counts = [fates.count(fate) for fate in ("killed", "equivalent", "survived")]
        counts[0] += fates.count("hung")
        print(f"| {package} | {len(fates)} | {' | '.join(map(str, counts))} |")
    judged = [one.fate for one in tried if one.fate != "equivalent"]
    share = 1 - judged.count("survived") / max(len(judged), 1)
    print(f"\nKilled: {share:.1%} of {len(judged)} that are not equivalent.")
    return share


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutants", description=__doc__)
    parser.add_argument(
        "paths", nargs="*", type=Path, help="modules or packages; else changed ones"
    )
    parser.add_argument("--all", action="store_true", help=f"these: {', '.join(LISTED)}")
    parser.add_argument("--since", default="main", help="commit or branch to compare with [main]")
    parser.add_argument("--seed", default="1", help="another seed takes another sample [1]")
    parser.add_argument("--number", type=int, default=10, help="mutants of each module [10]")
    parser.add_argument("--match", default="", help="only changes that this pattern is found in")
    parser.add_argument(
        "--longest", type=float, default=LONGEST, help=f"seconds of tests a mutant [{LONGEST:g}]"
    )
    parser.add_argument("--workers", type=int, default=2, help="processes [2]")
    return parser.parse_args()


def main() -> int:
    """Try the sample and report."""
    asked = arguments()
    paths = [CORE / name for name in LISTED] if asked.all else [p.resolve() for p in asked.paths]
    files = modules(paths or changed(asked.since))
    if not files:
        print("No module has changed.")
        return 0
    known = equivalent()
    tried: list[Tried] = []
    sound: dict[Path, bool] = {}
    with ExitStack() as stack:
        workers = Workers(asked.workers, stack)
        cover = measure(workers, asked.longest)

        def attempt(file: Path, mutant: Mutant, parts: int | None = None) -> str:
            path = str(file.relative_to(ROOT))
            for seconds in cover.of(path, mutant)[:parts]:
                answer = workers.ask({"path": path, "source": mutant.source, "seconds": seconds})
                if answer["status"] != PASSED:
                    return FATES.get(answer["status"], f"error: {answer['said']}")
            return "survived"

        def work(item: tuple[Path, Mutant]) -> None:
            file, mutant = item
            if file not in sound:  # the tests must pass without a fault, or they tell nothing
                untouched = replace(mutant, source=file.read_text("utf-8"))
                sound[file] = attempt(file, untouched, parts=1) == "survived"
                if not sound[file]:
                    print(f"Left out: tests of {file} fail as it is.", flush=True)
            if not sound[file]:
                return
            module = ".".join(file.relative_to(CORE).with_suffix("").parts)
            named = (module, mutant.change) in known
            tried.append(Tried(module, mutant, "equivalent" if named else attempt(file, mutant)))
            print(tried[-1], flush=True)

        chosen = [(f, m) for f in files for m in sample(f, asked.seed, asked.number, asked.match)]
        workers.each(work, chosen)
    share = report(sorted(tried, key=str))
    return 0 if share >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())

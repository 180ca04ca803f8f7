"""Everything measured, into `docs/benchmarks.md`: `python -m bench` (`make bench`)."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import matplotlib as mpl

from bench import engine, startup
from bench.engine import Row, table

mpl.use("Agg")
from matplotlib import pyplot as plt

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
PLOT = ROOT / "docs" / "images" / "growth.png"

HEAD = """# Benchmarks

Written by `make bench` on {when}, {machine}. Ratios are of things measured side by side in one run,
against the simulated AWS in a process of its own on the same machine; nothing here is timed in the
tests. A bound is what the latency and the limit of calls alone would take.

"""


def plot(points: list[tuple[int, int, float, float]]) -> None:
    """Draw calls and time over people, both axes logarithmic: a straight line is a slope of 1."""
    sizes = [point[0] for point in points]
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for axis, column, name in ((axes[0], 1, "calls"), (axes[1], 2, "seconds")):
        values = [float(point[column]) for point in points]
        axis.loglog(sizes, values, "o-", color="#0b6b73", label="measured")
        line = [values[-1] * size / sizes[-1] for size in sizes]
        axis.loglog(sizes, line, "--", color="#8a9a9c", label="proportional")
        axis.set_xlabel("people")
        axis.set_ylabel(name)
        axis.grid(visible=True, which="both", alpha=0.25)
        axis.legend(frameon=False)
    figure.suptitle("Setup of ever more people, no latency")
    figure.savefig(PLOT, dpi=110)


def growth_table(points: list[tuple[int, int, float, float]]) -> str:
    """Write the growth as a Markdown table, each size beside the one before it."""
    lines = [
        "| people | calls | calls a person | seconds | ms a person | memory of the tool, MiB |"
    ]
    lines.append("|--:|--:|--:|--:|--:|--:|")
    for size, calls, seconds, memory in points:
        lines.append(
            f"| {size:,} | {calls:,} | {calls / size:.2f} | {seconds:.1f} "
            f"| {seconds / size * 1000:.1f} | {memory:.0f} |"
        )
    return "\n".join(lines)


def machine() -> str:
    """Say what this was measured on."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def other(module: str) -> str:
    """Run another measurement in a process of its own and take what it prints."""
    ran = subprocess.run(
        [sys.executable, "-m", module], capture_output=True, text=True, check=False, cwd=ROOT
    )
    return ran.stdout.strip() + ("" if ran.returncode == 0 else "\n\n**a limit was missed**")


def main() -> int:
    """Measure, write the page, and say what was missed."""
    sections: list[tuple[str, str, str]] = []
    rows: list[Row] = []

    def add(title: str, command: str, measured: list[Row]) -> None:
        rows.extend(measured)
        sections.append((title, command, table(measured)))
        print(f"## {title}\n{table(measured)}\n", flush=True)

    add("Starting", "python -m bench.startup", startup.measure())
    add("Planning and setup", "python -m bench.engine", [engine.planning(), *engine.setup()])
    add("Links", "python -m bench.engine", engine.links())
    add("Purge", "python -m bench.engine", engine.purge())
    points = engine.growth()
    plot(points)
    memory = points[-1][3]
    rows.append(Row("memory", memory, 300, "MiB", "under 300 MiB", memory < 300))
    picture = "![Calls and seconds over people, both a straight line](images/growth.png)"
    sections.append(("Growth", "make bench", f"{growth_table(points)}\n\n{picture}"))
    others = {
        "Web app": "bench.portal",
        "Slow connections": "bench.connections",
        "What an answer's time tells": "bench.timing",
        "Sandbox": "bench.sandbox",
        "Encodings of rosters": "bench.encodings",
    }
    for title, module in others.items():
        said = other(module)
        sections.append((title, f"python -m {module}", said))
        print(f"## {title}\n{said}\n", flush=True)
    page = HEAD.format(when=f"{datetime.now(UTC):%Y-%m-%d}", machine=machine())
    page += "\n\n".join(f"## {t}\n\n`{command}`\n\n{body}" for t, command, body in sections)
    PAGE.write_text(page + "\n", encoding="utf-8")
    missed = [row.what for row in rows if not row.ok]
    print("missed:", ", ".join(missed) or "nothing")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

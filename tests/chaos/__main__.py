"""`python -m tests.chaos --sequences 1000 --seed 1`, or `--replay` with the seed of a failure."""

from __future__ import annotations

import argparse
import sys

from tests.chaos.soak import batch, chaos


def main() -> int:
    """Run, and print what happened; 1 when a sequence failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--sequences", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int)
    parser.add_argument("--replay", type=int, metavar="SEED", help="one failing batch again")
    options = parser.parse_args()
    if options.replay is not None:
        outcome = batch(options.replay)
    else:
        outcome = chaos(options.sequences, options.seed, options.processes)
    sys.stdout.write(f"{outcome}\n")
    return 0 if outcome.ok else 1


if __name__ == "__main__":
    sys.exit(main())

"""Kills a training that saves a checkpoint at every step, and a process that saves bundles, and looks at their files.

    .venv/bin/python test/kill_training.py [--count 100] [--seed 0]

Exits with 1 if a step that was saved is lost, a state differs from that of a training without kills, a file is not
whole, or anything is left over after the next save.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "python"))

from support.kills import kill_saving, kill_training


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--count", type=int, default=100, help="kills of each of the two")
    options.add_argument("--seed", type=int, default=0)
    arguments = options.parse_args()
    wrong = 0
    for title, run in (("training", kill_training), ("saving bundles", kill_saving)):
        with tempfile.TemporaryDirectory() as directory:
            kills = list(run(arguments.count, arguments.seed, Path(directory)))
        for kill in kills:
            if kill.problem:
                print(f"{title}, kill {kill.number}: {kill.problem}")
        problems = sum(kill.problem is not None for kill in kills)
        interrupted = sum(kill.left > 0 for kill in kills)
        print(f"{title}: {len(kills)} kills, {interrupted} in the middle of writing, {problems} wrong", flush=True)
        wrong += problems
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())

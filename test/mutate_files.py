"""Damages bundles, checkpoints, schemes, programs and data files, and reports what is not refused as it should be.

    .venv/bin/python test/mutate_files.py [--count 1000] [--seed 0] [--first 0] [--kind KIND]

Exits with 1 if any mutation crashes the process, shows a traceback, or is accepted in silence.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "python"))

from support.mutations import KINDS, run_mutations


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--count", type=int, default=1000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--first", type=int, default=0, help="the number of the first mutation")
    options.add_argument("--kind", choices=list(KINDS), help="only mutations of this kind")
    arguments = options.parse_args()
    answers: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as directory:
        numbers = range(arguments.first, arguments.first + arguments.count)
        for outcome in run_mutations(numbers, arguments.seed, Path(directory), arguments.kind):
            answers[outcome.kind, outcome.answer if outcome.is_right else "wrong"] += 1
            if not outcome.is_right:
                print(f"mutation {outcome.number}, {outcome.file}, {outcome.change}: {outcome.answer}", flush=True)
    for (kind, answer), count in sorted(answers.items()):
        print(f"{kind:10} {answer:8} {count:5}")
    return int(any(answer == "wrong" for _, answer in answers))


if __name__ == "__main__":
    sys.exit(main())

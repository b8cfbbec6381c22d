"""How close training is to PyTorch, model by model: the table of docs/models.md.

    .venv/bin/python benchmarks/model_agreement.py [NAME ...]

Trains the cases of test/e2e/models (all, or those named) for five steps with both their schemes, as the tests do, and
replaces their rows in the table.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "test"), str(ROOT / "examples")]

from e2e.compare import Differences, assert_agrees, differences, train_case  # noqa: E402
from e2e.models import BASIC, LANGUAGE, OTHER, VISION  # noqa: E402

PAGE = ROOT / "docs" / "models.md"
MARK = "<!-- generated: benchmarks/model_agreement.py -->\n"
COLUMNS = ("model", "mode", "optimizer", "schemes", "output", "loss", "update", "running statistics")
HEAD = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
CASES = {case.name: case for case in (*VISION, *LANGUAGE, *OTHER, *BASIC)}


def measure(case: Any) -> str:
    """The case's row: the largest differences with either scheme."""
    schemes, found = ("full", case.sparse), []
    for scheme in schemes:
        with tempfile.TemporaryDirectory() as folder:
            run = train_case(case, Path(folder), scheme=scheme, steps=5)
            assert_agrees(run)
            found.append(differences(run))
    has_statistics = any(d.statistic for d in found)
    cells = [
        case.name,
        "train" if case.train_mode else "eval",
        "SGD, momentum" if case.optimizer == "sgd" else "AdamW",
        " · ".join(schemes),
        *(_largest(found, field) for field in ("output", "loss", "update")),
        _largest(found, "statistic") if has_statistics else "",
    ]
    return f"| {' | '.join(cells)} |"


def _largest(found: list[Differences], field: str) -> str:
    return f"{max(getattr(d, field) for d in found):.0e}"


def write(row: str) -> None:
    """Puts a row in its place, which is that of its case."""
    text, _, table = PAGE.read_text().partition(MARK)
    rows = {line.split("|")[1].strip(): line for line in [*table.splitlines()[3:], row] if line}
    PAGE.write_text(text + MARK + "\n" + HEAD + "".join(f"{rows[name]}\n" for name in CASES if name in rows))


def main() -> None:
    names = sys.argv[1:] or list(CASES)
    unknown = [name for name in names if name not in CASES]
    if unknown:
        sys.exit(f"error: no model is named '{unknown[0]}'; the names are {', '.join(CASES)}")
    for name in names:
        row = measure(CASES[name])
        print(row, flush=True)
        write(row)


if __name__ == "__main__":
    main()

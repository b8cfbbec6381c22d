"""Entry point: `python benchmarks/demo minilm_r8 --help`."""

import sys
from pathlib import Path

# Python puts this folder first on the path: its modules' names must not hide those of other packages.
BENCHMARKS = Path(__file__).resolve().parent.parent
sys.path[:1] = [str(BENCHMARKS), str(BENCHMARKS.parent / "examples")]

from demo.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())

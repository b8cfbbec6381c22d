"""Entry point of the example: `python examples/smollm2/run.py --help`."""

import sys
from pathlib import Path

# A script's own folder comes first on the path. Its parent has to: the example is a package, and its modules' names
# must not hide those of other packages.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from smollm2.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())

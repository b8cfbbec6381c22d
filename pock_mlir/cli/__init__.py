"""The command line `pock`. Importing this package needs no other package; the commands need the extra `cli`."""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point of `pock`."""
    try:
        from pock_mlir.cli.app import run
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich"):
            raise
        print(
            f"pock: the command line needs the package '{error.name}'; install it with: pip install 'pock_mlir[cli]'",
            file=sys.stderr,
        )
        sys.exit(1)
    sys.exit(run(sys.argv[1:]))

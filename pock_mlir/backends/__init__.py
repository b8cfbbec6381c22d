"""What makes machine code of a lowered step and runs it: one package per backend, in two halves that do not know of
each other. A target and a manifest name what generates their code; the table here says whose that is.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from pock_mlir.errors import TargetError

if TYPE_CHECKING:
    from pock_mlir.backends.backend import Backend
    from pock_mlir.backends.executable import Loader

GENERATORS = {"llvm-cpu": "iree"}


def backend_for(generator: str) -> Backend:
    """The compiling half of the backend that has the code generator. Raises TargetError."""
    if generator not in GENERATORS:
        raise TargetError(f"no backend generates code by '{generator}'; they do by {', '.join(GENERATORS)}")
    return importlib.import_module(f"{__name__}.{GENERATORS[generator]}.compiler").BACKEND


def loader_for(generator: str) -> Loader:
    """The running half. Raises TargetError."""
    if generator not in GENERATORS:
        raise TargetError(f"this runtime has no device for the backend '{generator}'; it runs {', '.join(GENERATORS)}")
    return importlib.import_module(f"{__name__}.{GENERATORS[generator]}.runtime").LOADER

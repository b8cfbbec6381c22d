"""`pock-opt`: runs passes on MLIR files, like mlir-opt, with native and Python passes in one pipeline."""

from pock_mlir.tools.pock_opt.driver import main

__all__ = ["main"]

"""The half that needs IREE's compiler."""

from pock_mlir.backends.iree.compiler.backend import IreeBackend

BACKEND = IreeBackend()

__all__ = ["BACKEND"]

"""pock-fuse-dispatches: makes one loop of the elementwise ones of a piece."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.passmanager import PassManager

from pock_mlir.passes.analyses.functions import IN_PLACE, functions_of
from pock_mlir.passes.machinery.registry import register_pass


@register_pass("pock-fuse-dispatches")
def fuse_dispatches(module: ir.Operation) -> None:
    """Fuses elementwise ops in the functions that pieces have become."""
    fusion = PassManager.parse("func.func(convert-elementwise-to-linalg,linalg-fuse-elementwise-ops,cse,canonicalize)")
    for function in functions_of(module):
        if IN_PLACE in function.attributes:
            fusion.run(function)

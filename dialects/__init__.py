"""The training dialect `pock`, one file per family of ops.

Importing this package needs torch_mlir.ir only, never torch.
"""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.passmanager import PassManager

from pock_mlir.compat.torch_mlir import register_dialect, without_op_classes

from . import (
    activation,
    broadcast,
    conv2d,
    cross_entropy,
    custom_vjp,
    dispatch,
    embedding,
    matmul,
    normalize,
    parameter_view,
    pool2d,
    random,
    reduce,
    slice,
    softmax,
    state,
    transpose,
    with_slope,
)
from .base import Pock

FAMILIES = (
    state,
    parameter_view,
    matmul,
    conv2d,
    pool2d,
    activation,
    softmax,
    normalize,
    embedding,
    random,
    cross_entropy,
    broadcast,
    reduce,
    transpose,
    slice,
    custom_vjp,
    with_slope,
    dispatch,
)
"""The dialect's files, in the order of its reference page."""


for _dialect in ("pock", "torch_c"):
    without_op_classes(_dialect)


def load_dialects(context: ir.Context) -> None:
    """Loads `pock` and the dialects it is used with (torch, torch_c) into a context. Once per context."""
    with context, ir.Location.unknown():
        register_dialect(context)
        # torch_c and tm_tensor are not reachable by name: they come with the first pass that depends on them.
        passes = "builtin.module(torch-func-backend-type-conversion,func.func(convert-torch-to-tmtensor))"
        PassManager.parse(passes).run(ir.Module.create().operation)
        Pock.load()


def op_classes() -> list[type]:
    """The op classes of the dialect, by family and then in the order of their definition."""
    return [op for family in FAMILIES for op in Pock.operations if op.__module__ == family.__name__]

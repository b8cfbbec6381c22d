"""Functions of dialect ops, lowered by convert-pock-to-linalg.

Compiling is what takes time in the tests of lowerings: many functions go into one module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from torch_mlir import ir
from torch_mlir.dialects import func

from pock_mlir.dialects import load_dialects
from pock_mlir.passes.machinery.pipeline import run_pipeline


@dataclass(frozen=True)
class Function:
    """A function of f32 tensors of `shapes`, whose results `build` makes from its arguments."""

    shapes: Sequence[Sequence[int]]
    build: Callable[..., Sequence[ir.Value]]


def lowered(functions: Mapping[str, Function], pipeline: str = "convert-pock-to-linalg,pock-adapt-to-iree") -> str:
    """The text of a module of functions, after a pipeline."""
    with ir.Context() as context, ir.Location.unknown():
        load_dialects(context)
        module = ir.Module.create()
        with ir.InsertionPoint(module.body):
            for name, function in functions.items():
                _define(name, function)
        module.operation.verify()
        run_pipeline(module, pipeline)
        return str(module)


def _define(name: str, function: Function) -> None:
    element = ir.F32Type.get()
    types = [ir.RankedTensorType.get(list(shape), element) for shape in function.shapes]
    op = func.FuncOp(name, (types, []))
    block = op.add_entry_block()
    with ir.InsertionPoint(block):
        results = list(function.build(*block.arguments))
        func.ReturnOp(results)
    signature = ir.FunctionType.get(types, [result.type for result in results])
    op.attributes["function_type"] = ir.TypeAttr.get(signature)

"""pock-widen-arithmetic: what a model computes in float16 or bfloat16 is computed in float32 and rounded."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.rewriting import rebuild
from pock_mlir.dialects.traits import Converts, GradientMark, Literal, Pure, Selects, traits_of
from pock_mlir.dialects.upstream import convert_float, with_element
from pock_mlir.passes.analyses.functions import functions_of, operations_of
from pock_mlir.passes.machinery.registry import register_pass

NARROW = (ir.F16Type, ir.BF16Type)


@register_pass("pock-widen-arithmetic")
def widen_arithmetic(module: ir.Operation) -> None:
    """Widens the operands of each op on tensors of a narrow type to float32, and rounds its results: as PyTorch
    computes in autocast regions and after casts. Ops that only move elements stay as they are.
    """
    for function in functions_of(module):
        for op in operations_of(function):
            if _computes(op):
                _widen(op.operation)


def _computes(op: ir.OpView) -> bool:
    """Whether an op makes new numbers, which depend on the precision that it has."""
    traits = traits_of(op.operation.name)
    kept = traits & {Selects, Converts, Literal, GradientMark}
    return Pure in traits and not kept and not isinstance(op, arith.BitcastOp)


def _is_narrow(value: ir.Value) -> bool:
    return isinstance(value.type, ir.RankedTensorType) and isinstance(value.type.element_type, NARROW)


def _widen(operation: ir.Operation) -> None:
    operands, results = list(operation.operands), list(operation.results)
    if not any(map(_is_narrow, (*operands, *results))):
        return
    with ir.InsertionPoint(operation), operation.location:
        wide = ir.F32Type.get()
        computed = rebuild(
            operation,
            [convert_float(v, wide) if _is_narrow(v) else v for v in operands],
            [with_element(r.type, wide) if _is_narrow(r) else r.type for r in results],
        )
        for result, value in zip(results, computed.results, strict=True):
            rounded = convert_float(value, result.type.element_type) if _is_narrow(result) else value
            result.replace_all_uses_with(rounded)
    operation.erase()

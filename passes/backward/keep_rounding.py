"""pock-keep-rounding: what is rounded to bfloat16 stays rounded, however ops are fused."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import defining_op, ranked
from pock_mlir.dialects.upstream import compare, constant, select, with_element
from pock_mlir.passes.analyses.functions import functions_of, operations_of
from pock_mlir.passes.machinery.registry import register_pass


@register_pass("pock-keep-rounding")
def keep_rounding(module: ir.Operation) -> None:
    """Rounds float32 by its bits before each conversion to bfloat16, which is then exact: IREE drops a conversion that
    is undone in the same loop. Run it after pock-autodiff, to which bits mean nothing.
    """
    for function in functions_of(module):
        for op in operations_of(function):
            operation = op.operation
            if isinstance(op, arith.TruncFOp) and _rounds(operation):
                with ir.InsertionPoint(operation), operation.location:
                    operation.operands[0] = _rounded(operation.operands[0])


def _rounds(operation: ir.Operation) -> bool:
    source, result = operation.operands[0], operation.results[0]
    if not isinstance(result.type, ir.RankedTensorType) or not isinstance(result.type.element_type, ir.BF16Type):
        return False
    is_exact = defining_op(source, arith.ExtFOp, arith.ConstantOp) is not None
    return isinstance(ranked(source).element_type, ir.F32Type) and not is_exact


def _rounded(x: ir.Value) -> ir.Value:
    """The nearest bfloat16 (ties to even) as float32; NaN as it is."""
    type = with_element(x.type, ir.IntegerType.get_signless(32))
    bits = arith.BitcastOp(type, x).result
    is_odd = arith.AndIOp(arith.ShRUIOp(bits, constant(16, type)).result, constant(1, type)).result
    half = arith.AddIOp(constant(0x7FFF, type), is_odd).result
    upper = arith.AndIOp(arith.AddIOp(bits, half).result, constant(-0x10000, type)).result
    return select(compare(arith.CmpFPredicate.UNO, x, x), x, arith.BitcastOp(x.type, upper).result)

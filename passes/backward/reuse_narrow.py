"""pock-reuse-narrow: the backward pass reads the stored form of what the forward pass rounded."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import defining_op, ranked
from pock_mlir.dialects.state import GradientOp, ReadOp
from pock_mlir.dialects.upstream import convert_float
from pock_mlir.passes.analyses.functions import functions_of, operations_of
from pock_mlir.passes.machinery.registry import register_pass


@register_pass("pock-reuse-narrow")
def reuse_narrow(module: ir.Operation) -> None:
    """Replaces all other uses of a value that is rounded to a narrow type by the rounded one: nothing is saved for
    backward in both forms. A parameter's gradient that was just widened again is handed over as it was before rounding.
    Run it after pock-autodiff.
    """
    for function in functions_of(module):
        for op in operations_of(function):
            if isinstance(op, arith.TruncFOp):
                _share(op.operation)
            elif isinstance(op, GradientOp):
                _unround(op.operation)


def _share(rounding: ir.Operation) -> None:
    wide, narrow = rounding.operands[0], rounding.results[0]
    others = [use for use in wide.uses if rounding.is_before_in_block(use.owner.operation)]
    if isinstance(wide.owner, ir.Block) or defining_op(wide, ReadOp) is not None or not others:
        return
    with ir.InsertionPoint.after(rounding), rounding.location:
        again = convert_float(narrow, ranked(wide).element_type)
    for use in others:
        use.owner.operands[use.operand_number] = again


def _unround(gradient: ir.Operation) -> None:
    value = gradient.operands[0]
    for kind in (arith.ExtFOp, arith.TruncFOp):
        op = defining_op(value, kind)
        if op is None:
            return
        value = op.in_
    if value.type == gradient.operands[0].type:
        gradient.operands[0] = value

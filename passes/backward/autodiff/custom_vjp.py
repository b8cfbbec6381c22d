"""Gradients that the program itself computes: what computes them is there already and moves to its place."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.custom_vjp import CustomVjpOp
from pock_mlir.passes.machinery.registry import PassFailure

from .rules import Thunk, vjp

_OP, _COTANGENT = "pock.custom_vjp", "pock.cotangent"
_BOUND = "bound"


@vjp(_OP)
def custom_vjp(op: CustomVjpOp, cotangent: ir.Value) -> list[Thunk | None]:
    owner = op.cotangent.owner
    if isinstance(owner, ir.OpView | ir.Operation) and owner.name == _COTANGENT:
        _bind(op.cotangent, cotangent)
    elif _BOUND not in op.operation.attributes:
        raise PassFailure(op.operation.location, f"'{_OP}' op expects cotangent to be a '{_COTANGENT}'")
    return [lambda: cotangent, None, lambda: op.input_cotangent, None]


def _bind(placeholder: ir.Value, cotangent: ir.Value) -> None:
    """Puts a cotangent in the place of what stood for it, and behind it all that is computed from it.

    With several outputs the last one bound is the last moved: by then the others are bound, or nothing reaches them.
    """
    block = placeholder.owner.operation.block
    operations = list(block.operations)
    terminator = operations[-1].operation
    reached = {placeholder}
    for op in operations:
        if op.operation.name != _OP and any(operand in reached for operand in op.operation.operands):
            reached.update(op.operation.results)
            op.operation.move_before(terminator)
    for use in placeholder.uses:
        if use.owner.operation.name == _OP:  # the further links of a chain
            use.owner.operation.attributes[_BOUND] = ir.UnitAttr.get()
    placeholder.replace_all_uses_with(cotangent)

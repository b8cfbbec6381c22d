"""pock-sink-slices: of what only a slice is needed of, only that is computed, and kept.

Gradient rules know nothing of slices: pock-autodiff takes them of finished gradients. Here they move up through the ops
that make these, to cotangents and to what is saved of the forward pass. A slice of a value that other ops need whole is
taken right behind the last of them: from there on the whole need not live.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.dialects.slice import SliceOp, channel_slice
from pock_mlir.dialects.traits import Converts, Elementwise, Literal, Pure, ReadEffect, Selects, has_trait, operand_axes
from pock_mlir.passes.analyses.cost import nbytes
from pock_mlir.passes.analyses.functions import functions_of, operations_of
from pock_mlir.passes.machinery.diagnostics import blamed
from pock_mlir.passes.machinery.registry import register_pass

from .rules import narrowed, sinking

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


@register_pass("pock-sink-slices")
def sink_slices(module: ir.Operation) -> None:
    """Moves slices up through the ops that make what they are of. Run it after pock-autodiff.

    They pass an op that is needed for slices alone, all of the same channels, and any op that only moves or widens
    elements, which is then done once more.
    """
    for function in functions_of(module):
        for op in reversed(operations_of(function)):
            if not isinstance(op, SliceOp) and any(_users(result)[0] for result in op.operation.results):
                with blamed(op.operation):
                    _sink_past(op)
                if has_trait(op, Pure) and not any(True for result in op.operation.results for _ in result.uses):
                    op.operation.erase()


def _sink_past(op: ir.OpView) -> None:
    """Moves the slices of an op's result to its operands, or to the best place behind it."""
    operation = op.operation
    for result in operation.results:
        slices, others = _users(result)
        if not slices:
            continue
        by_channels: dict[ChannelSlice, list[SliceOp]] = {}
        for each in slices:
            by_channels.setdefault(channel_slice(each), []).append(each)
        is_free = _is_free(op)
        if is_free or (not others and len(by_channels) == 1 and has_trait(op, Pure)):
            for channels, group in by_channels.items():
                first = _first(group) if is_free else op
                with ir.InsertionPoint(first), operation.location:
                    sunk = _sunk(op, channels)
                if sunk is not None:
                    for each in group:
                        each.result.replace_all_uses_with(sunk)
                        each.operation.erase()
        slices, others = _users(result)
        if slices and others and not has_trait(op, ReadEffect):
            _take_early(slices, others)


def _users(value: ir.Value) -> tuple[list[SliceOp], list[ir.OpView]]:
    """The slices of a value, and its other users."""
    users = {use.owner.operation: use.owner.operation.opview for use in value.uses}.values()
    slices = [user for user in users if isinstance(user, SliceOp)]
    return slices, [user for user in users if not isinstance(user, SliceOp)]


def _is_free(op: ir.OpView) -> bool:
    """Whether an op may be repeated on a slice: it only moves or widens elements, of which it takes no more than it
    gives.
    """
    if has_trait(op, Literal):
        return True
    moves = has_trait(op, Selects) and not has_trait(op, Elementwise)
    if not (moves or has_trait(op, Converts)) or len(op.operation.operands) != 1:
        return False
    return nbytes(op.operation.operands[0].type) <= nbytes(op.operation.results[0].type)


def _sunk(op: ir.OpView, channels: ChannelSlice) -> ir.Value | None:
    """Channels of an op's result from slices of its operands; None where that is not possible."""
    if isinstance(op, arith.ConstantOp):
        return _smaller_constant(op, channels)
    rule = sinking.get(op.operation.name)
    if rule is not None:
        return rule(op, channels)
    axes = operand_axes(op, channels.axis)
    return None if axes is None or len(op.operation.regions) else narrowed(op, channels, axes)


def _smaller_constant(op: arith.ConstantOp, channels: ChannelSlice) -> ir.Value | None:
    value = op.value
    if not isinstance(value, ir.DenseElementsAttr) or not value.is_splat:
        return None
    type = ir.RankedTensorType.get(list(channels.shape(value.type.shape)), value.type.element_type)
    return arith.ConstantOp(type, ir.DenseElementsAttr.get_splat(type, value.get_splat_value())).result


def _take_early(slices: Iterable[SliceOp], others: Iterable[ir.OpView]) -> None:
    """Moves slices up to right behind the last other user of their operand, if that stands before."""
    last = _first(others, last=True).operation
    for each in slices:
        if last.is_before_in_block(each.operation):
            each.operation.move_after(last)


def _first(ops: Iterable[ir.OpView], *, last: bool = False) -> ir.OpView:
    """The op that stands first in the block, or last."""
    found, *rest = ops
    for op in rest:
        if op.operation.is_before_in_block(found.operation) != last:
            found = op
    return found

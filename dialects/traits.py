"""What ops are, for passes to ask: traits of our own ops, declared beside them, and a table for upstream's.

class ReluOp(Pock.Operation, name="relu", traits=[Pure, Elementwise, Selects]): ...

if has_trait(op, Elementwise): ...
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch_mlir import ir
from torch_mlir.dialects import ext

_traits: dict[str, frozenset[type[Trait]]] = {}


class Trait:
    """A property that an op has or has not."""

    @classmethod
    def attach(cls, op_name: str) -> None:
        """Gives it to an op: the bindings call this for what an op's class declares."""
        _traits[op_name] = _traits.get(op_name, frozenset()) | {cls}


class Pure(Trait):
    """Touches no state and always ends: unused results make it go, and it may run or be repeated anywhere."""

    @classmethod
    def attach(cls, op_name: str) -> None:
        super().attach(op_name)
        ext.Pure.attach(op_name)


class _Effect(Trait):
    """Has `effects` on memory, as MLIR's own passes see it."""

    effects: tuple[Any, ...]

    @classmethod
    def attach(cls, op_name: str) -> None:
        super().attach(op_name)

        class Effects(ir.MemoryEffectsOpInterface):
            @staticmethod
            def get_effects(op: ir.Operation, effects: Any) -> None:
                for effect in cls.effects:
                    effects.append(effect)

        Effects.attach(op_name)


class ReadEffect(_Effect):
    """Reads state, that of its attribute `symbol`: duplicates merge (CSE) unless a write lies between them."""

    effects = (ir.MemoryEffect.Read,)


class WriteEffect(_Effect):
    """Reads and writes state, that of the symbols in `written`: never removed, never reordered with reads."""

    effects = (ir.MemoryEffect.Read, ir.MemoryEffect.Write)


class RegionEffects(Trait):
    """Does what the ops in its region do."""

    @classmethod
    def attach(cls, op_name: str) -> None:
        super().attach(op_name)
        cls.Effects.attach(op_name)

    class Effects(ir.MemoryEffectsOpInterface):
        @staticmethod
        def get_effects(op: ir.Operation, effects: Any) -> None:
            if op.operation.opview.written:
                effects.append(ir.MemoryEffect.Read)
                effects.append(ir.MemoryEffect.Write)


class OfState(Trait):
    """Declares, reads or writes state, or is part of an op that does: `convert-pock-state` takes it."""


class Elementwise(Trait):
    """An element of the result is computed from the elements at its place in the operands, which have its shape."""


class Contracts(Trait):
    """Sums the products of its two operands over dimensions that they share."""


class Reduces(Trait):
    """Rows of its first operand are computed with as a whole, one by one."""


class Windows(Trait):
    """An element of the result is computed from a window of the first operand; windows overlap."""


class Scatters(Trait):
    """Adds up elements of an operand at the places that another one names."""


class Draws(Trait):
    """Elements of the result are drawn by their index, from a seed and a step of rank 0."""


class Selects(Trait):
    """An element of the result is one of an operand's or 0, whatever the numbers' type: nothing is computed."""


class Converts(Trait):
    """The same numbers in another type of their kind, as near as that has them."""


class Literal(Trait):
    """A constant."""


class EndsGradient(Trait):
    """No gradient passes from its results to its operands."""


class GradientMark(Trait):
    """Says something about gradients, to be resolved by autodiff, and computes nothing."""


class ReadsWide(Trait):
    """Takes its operand best as computed, not as rounded for storage: where only such ops read it, it lives no longer
    than their result, and it may hold masks beyond a narrow type's range.
    """


_SELECT = ("arith.select", "tensor.collapse_shape", "tensor.concat", "tensor.expand_shape", "tensor.extract_slice")
_CONVERT = ("arith.extf", "arith.extsi", "arith.extui", "arith.truncf", "arith.trunci")
_UPSTREAM_LINEAR: dict[str, tuple[int, ...]] = {
    "arith.addf": (0, 1),
    "arith.divf": (0,),
    "arith.mulf": (0, 1),
    "arith.negf": (0,),
    "arith.select": (1, 2),
    "arith.subf": (0, 1),
    "tensor.collapse_shape": (0,),
    "tensor.expand_shape": (0,),
    "tensor.extract_slice": (0,),
}


def _upstream(op_name: str) -> frozenset[type[Trait]]:
    """The traits of an op of arith, math or tensor; other dialects' have none."""
    dialect = op_name.split(".")[0]
    if dialect not in ("arith", "math", "tensor"):
        return frozenset()
    found: set[type[Trait]] = {Pure}
    if op_name == "arith.constant":
        return frozenset({Pure, Literal})
    if dialect != "tensor":
        found.add(Elementwise)
    if op_name in _SELECT:
        found.add(Selects)
    if op_name in _CONVERT:
        found.add(Converts)
    return frozenset(found)


def traits_of(op_name: str) -> frozenset[type[Trait]]:
    """All traits of an op, by its name; empty for what is unknown, of which nothing may be assumed."""
    if op_name not in _traits:
        _traits[op_name] = _upstream(op_name)
    return _traits[op_name]


def has_trait(op: ir.Operation | ir.OpView | ir.Block, trait: type[Trait]) -> bool:
    """Whether an op has a trait; False for a block, so that the owner of any value can be asked."""
    return not isinstance(op, ir.Block) and trait in traits_of(op.operation.name)


def has_effect(op: ir.Operation | ir.OpView) -> bool:
    """Whether an op does more than give results: it stays where nothing uses these."""
    traits = traits_of(op.operation.name)
    return bool(op.operation.opview.written) if RegionEffects in traits else not traits & {Pure, ReadEffect}


def linear_operands(op: ir.Operation | ir.OpView) -> tuple[int, ...]:
    """The operands in each of which an op is linear, or affine, the others being fixed: the `linear_operands` that its
    class declares, for one of ours.
    """
    operation = op.operation
    if operation.name == "tensor.concat":
        return tuple(range(len(operation.operands)))
    return getattr(operation.opview, "linear_operands", _UPSTREAM_LINEAR.get(operation.name, ()))


def differentiated_operands(op: ir.Operation | ir.OpView) -> tuple[int, ...]:
    """The operands to which an op passes gradients on, of zeros or not: all, or the `differentiated_operands` that its
    class declares.
    """
    every = tuple(range(len(op.operation.operands)))
    return getattr(op.operation.opview, "differentiated_operands", every)


def operand_axes(op: ir.Operation | ir.OpView, axis: int) -> list[int | None] | None:
    """For each operand of an op with one result the dimension along which it is computed with where the result goes
    along `axis`, or None where it is used whole: channels of the result need only these channels of the operand.

    It is what the op's class says by `operand_axes(axis)`, or that of elementwise ops; None for ops that say nothing.
    """
    operation = op.operation
    if len(operation.results) != 1:
        return None
    declared = getattr(operation.opview, "operand_axes", None)
    if declared is not None:
        return declared(axis)
    if Elementwise not in traits_of(operation.name):
        return None
    shape = list(operation.results[0].type.shape)
    return [axis if _shape(value) == shape else None for value in operation.operands]


def _shape(value: ir.Value) -> list[int] | None:
    return list(value.type.shape) if isinstance(value.type, ir.RankedTensorType) else None


def written_symbols(op: ir.OpView) -> list[str]:
    """The parameters and states that an op writes."""
    return list(op.written) if traits_of(op.operation.name) & {WriteEffect, RegionEffects} else []


def read_symbols(ops: Iterable[ir.OpView]) -> list[str]:
    """The parameters and states that ops read as a whole."""
    return [op.symbol.value for op in ops if has_trait(op, ReadEffect)]

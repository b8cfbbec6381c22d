"""What every file of the dialect shares: the dialect itself, how ops are built, how verifiers report."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from torch_mlir import ir
from torch_mlir.dialects.ext import Dialect, Pure

__all__ = [
    "Invalid",
    "Pock",
    "Pure",
    "ReadEffect",
    "WriteEffect",
    "build",
    "i64_array",
    "integer",
    "ranked",
    "require",
    "require_float",
    "require_same_type",
    "shape_of",
    "verifier",
]


class Pock(Dialect, name="pock"):
    """The training dialect: what a training step is made of, above linalg.

    Values are immutable ranked tensors of static shape. State (parameters, optimizer state) lives in symbols which are
    read, assigned and updated. Where upstream has an op at this level (arith and math on tensors, tensor.*, func) that
    op is used; the dialect owns only the rest.
    """


class ReadEffect:
    """Trait of ops that read state: duplicates merge (CSE) unless a write lies between them."""

    class Effects(ir.MemoryEffectsOpInterface):
        @staticmethod
        def get_effects(op: ir.Operation, effects: Any) -> None:
            effects.append(ir.MemoryEffect.Read)

    @staticmethod
    def attach(op_name: str) -> None:
        ReadEffect.Effects.attach(op_name)


class WriteEffect:
    """Trait of ops that read and write state: never removed, never reordered with reads."""

    class Effects(ir.MemoryEffectsOpInterface):
        @staticmethod
        def get_effects(op: ir.Operation, effects: Any) -> None:
            effects.append(ir.MemoryEffect.Read)
            effects.append(ir.MemoryEffect.Write)

    @staticmethod
    def attach(op_name: str) -> None:
        WriteEffect.Effects.attach(op_name)


class Invalid(Exception):
    """Raised inside a verifier; becomes an error at the op's location."""


def require(condition: bool, message: str) -> None:
    """Fails the running verifier with `message` unless `condition` holds."""
    if not condition:
        raise Invalid(message)


def verifier(check: Callable[[Any], None]) -> Callable[[Any], bool]:
    """Makes a verifier out of a method that raises `Invalid`."""

    @functools.wraps(check)
    def verify_invariants(self: Any) -> bool:
        try:
            check(self)
        except Invalid as error:
            self.operation.location.emit_error(f"'{self.operation.name}' op {error}")
            return False
        return True

    return verify_invariants


def ranked(value: ir.Value) -> ir.RankedTensorType:
    """The ranked tensor type of a value."""
    return ir.RankedTensorType(value.type)


def shape_of(value: ir.Value) -> list[int]:
    """The static shape of a tensor value."""
    return list(ir.RankedTensorType(value.type).shape)


def require_same_type(what: str, first: ir.Value, other: str, second: ir.Value) -> None:
    require(
        first.type == second.type, f"expects {what} and {other} of the same type, got {first.type} and {second.type}"
    )


def require_float(what: str, value: ir.Value) -> None:
    element = ranked(value).element_type
    require(isinstance(element, ir.FloatType), f"expects {what} of a floating-point type, got element type {element}")


def integer(op: ir.OpView, name: str) -> int:
    """The integer attribute `name`, checked."""
    attribute = op.operation.attributes[name]
    require(isinstance(attribute, ir.IntegerAttr), f"attribute '{name}' must be an integer, got {attribute}")
    return attribute.value


def i64_array(op: ir.OpView, name: str, size: int | None = None, minimum: int | None = None) -> list[int]:
    """The `array<i64>` attribute `name`, checked for its size and the least value of its elements."""
    attribute = op.operation.attributes[name]
    require(isinstance(attribute, ir.DenseI64ArrayAttr), f"attribute '{name}' must be an array<i64>, got {attribute}")
    values = list(attribute)
    require(size is None or len(values) == size, f"attribute '{name}' must have {size} elements, got {values}")
    require(
        minimum is None or all(v >= minimum for v in values),
        f"attribute '{name}' must be at least {minimum}, got {values}",
    )
    return values


def to_attribute(value: Any) -> ir.Attribute:
    """Python data as an attribute: bool, int (i64), float (f64), str, list of int (`array<i64>`)."""
    if isinstance(value, ir.Attribute):
        return value
    if isinstance(value, ir.Type):
        return ir.TypeAttr.get(value)
    if isinstance(value, bool):
        return ir.BoolAttr.get(value)
    if isinstance(value, int):
        return ir.IntegerAttr.get(ir.IntegerType.get_signless(64), value)
    if isinstance(value, float):
        return ir.FloatAttr.get(ir.F64Type.get(), value)
    if isinstance(value, str):
        return ir.StringAttr.get(value)
    if isinstance(value, list | tuple) and value and all(isinstance(v, str) for v in value):
        return ir.ArrayAttr.get([ir.FlatSymbolRefAttr.get(v) for v in value])
    if isinstance(value, list | tuple):
        return ir.DenseI64ArrayAttr.get(list(value))
    raise TypeError(f"no attribute for {value!r}")


def build(
    name: str, results: Sequence[ir.Type], operands: Sequence[ir.Value], *, regions: int = 0, **attributes: Any
) -> ir.OpView:
    """Creates an op at the insertion point.

    (The generated builders drop attributes that are falsy, such as `false`; this does not.)
    """
    converted = {key: to_attribute(value) for key, value in attributes.items()}
    op = ir.Operation.create(
        name, results=list(results), operands=list(operands), attributes=converted, regions=regions
    )
    return op.opview

"""What every file of the dialect shares: the dialect itself, how ops are built, how verifiers report."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from torch_mlir import ir
from torch_mlir.dialects.ext import Dialect, Variadicity, partition_fields

from pock_mlir.compat.torch_mlir import fields_of

__all__ = [
    "Bool",
    "I64Array",
    "Invalid",
    "OptionalAttribute",
    "Pock",
    "build",
    "defining_op",
    "i64_array",
    "ranked",
    "require",
    "require_float",
    "require_one_element_type",
    "require_same_type",
    "require_static",
    "shape_of",
    "verifier",
]


class Pock(Dialect, name="pock"):
    """The training dialect: what a training step is made of, above linalg.

    Values are immutable ranked tensors of static shape. State (parameters, optimizer state) lives in symbols which are
    read, assigned and updated. Where upstream has an op at this level (arith and math on tensors, tensor.*, func) that
    op is used; the dialect owns only the rest.
    """


class Invalid(Exception):
    """Raised inside a verifier; becomes an error at the op's location."""


def require(condition: bool, message: str) -> None:
    """Fails the running verifier with `message` unless `condition` holds."""
    if not condition:
        raise Invalid(message)


def verifier(check: Callable[[Any], None] | None = None) -> Callable[[Any], bool]:
    """Makes a verifier out of a method that raises `Invalid`, which runs on ops that are built as their class declares.

    (MLIR's own check of the declaration comes after the verifiers.)
    """

    @functools.wraps(check or _require_declared)
    def verify_invariants(self: Any) -> bool:
        try:
            _require_declared(self)
            if check is not None:
                check(self)
        except Invalid as error:
            self.operation.location.emit_error(f"'{self.operation.name}' op {error}")
            return False
        return True

    return verify_invariants


class Bool(ir.Attribute):
    """Declares a boolean attribute of an op (the bindings' own class cannot)."""

    attr_name = "builtin.integer"
    held_as = ir.BoolAttr


class I64Array(ir.Attribute):
    """Declares an attribute `array<i64>` of an op (the bindings' own class cannot)."""

    attr_name = "builtin.dense_array"
    held_as = ir.DenseI64ArrayAttr


ATTRIBUTE_KINDS = {
    Bool: "a bool",
    I64Array: "an array<i64>",
    ir.StringAttr: "a string",
    ir.IntegerAttr: "an integer",
    ir.FloatAttr: "a floating-point number",
    ir.TypeAttr: "a type",
    ir.ArrayAttr: "an array",
    ir.FlatSymbolRefAttr: "a symbol",
}
"""What an op may declare its attributes as, in words."""


class OptionalAttribute:
    """Declares an attribute that an op may lack (the bindings cannot): `limit = OptionalAttribute(ir.FloatAttr)`.

    It reads as the attribute or None, and takes either or Python data (`to_attribute`).
    """

    def __init__(self, kind: type, *, of: type | None = None) -> None:
        self.kind, self.of = kind, of

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, op: Any, owner: type) -> Any:
        if op is None:
            return self
        return op.operation.attributes.get(self.name, None)

    def __set__(self, op: Any, value: Any) -> None:
        attributes = op.operation.attributes
        if value is not None:
            attributes[self.name] = to_attribute(value)
        elif self.name in attributes:
            del attributes[self.name]

    def require_declared(self, attributes: Any) -> None:
        """Fails the running verifier where the attribute is there and of another kind."""
        if self.name not in attributes:
            return
        attribute = attributes[self.name]
        fits = isinstance(attribute, getattr(self.kind, "held_as", self.kind))
        if not fits or (self.of is not None and not all(isinstance(element, self.of) for element in attribute)):
            elements = "" if self.of is None else f" of {ATTRIBUTE_KINDS[self.of].split(maxsplit=1)[1]}s"
            raise Invalid(f"attribute '{self.name}' must be {ATTRIBUTE_KINDS[self.kind]}{elements}, got {attribute}")


# Every op is verified after every pass of ours. So what follows looks at a class once, and words a message only if it
# is needed.


@functools.cache
def _declaration(op_class: type) -> tuple[list[Any], list[Any], Sequence[Any], Sequence[Any], int]:
    """What a class declares: attributes (name, class, that in words), those it may lack, operands, results, number of
    regions.
    """
    operands, attributes, results, regions = partition_fields(fields_of(op_class))
    held = [
        (field.name, getattr(field.constraint, "held_as", field.constraint), ATTRIBUTE_KINDS[field.constraint])
        for field in attributes
    ]
    optional = [field for field in vars(op_class).values() if isinstance(field, OptionalAttribute)]
    return held, optional, operands, results, len(regions)


def _require_declared(op: ir.OpView) -> None:
    """Fails unless the op has its class's attributes, operands, results and regions, on tensors of static shape."""
    operation = op.operation
    attributes, optional, operands, results, regions = _declaration(type(op))
    present = operation.attributes
    for name, held_as, kind in attributes:
        if name not in present:
            raise Invalid(f"expects attribute '{name}'")
        try:
            attribute = present[name]
        except TypeError:  # an array of a type that the bindings have no class for
            raise Invalid(f"attribute '{name}' must be {kind}") from None
        if not isinstance(attribute, held_as):
            raise Invalid(f"attribute '{name}' must be {kind}, got {attribute}")
    for field in optional:
        field.require_declared(present)
    _require_values("operand", operands, operation, list(operation.operands))
    _require_values("result", results, operation, list(operation.results))
    _require_count("region", regions, len(operation.regions))


def _require_values(what: str, fields: Sequence[Any], operation: ir.Operation, values: Sequence[ir.Value]) -> None:
    variadic = sum(field.variadicity is not Variadicity.single for field in fields)
    if variadic > 1:
        name = f"{what}SegmentSizes"
        segments = operation.attributes.get(name, None)
        require(
            isinstance(segments, ir.DenseI32ArrayAttr) and len(segments) == len(fields),
            f"attribute '{name}' must give the numbers of {' and '.join(field.name for field in fields)}",
        )
        _require_count(what, sum(segments), len(values))
    elif not variadic:
        _require_count(what, len(fields), len(values))
        for field, value in zip(fields, values, strict=True):
            require_static(field.name, value)


def _require_count(what: str, expected: int, got: int) -> None:
    if got != expected:
        raise Invalid(f"expects {expected} {what}{'' if expected == 1 else 's'}, got {got}")


def require_static(what: str, value: ir.Value) -> None:
    type = value.type
    if not (isinstance(type, ir.RankedTensorType) and type.has_static_shape):
        raise Invalid(f"expects {what} to be a tensor of static shape, got {type}")


def require_one_element_type(what: str, *values: ir.Value) -> None:
    elements = {ranked(value).element_type for value in values}
    if len(elements) != 1:
        raise Invalid(f"expects {what} of one element type, got {' and '.join(sorted(map(str, elements)))}")


def ranked(value: ir.Value) -> ir.RankedTensorType:
    """The ranked tensor type of a value."""
    return ir.RankedTensorType(value.type)


def shape_of(value: ir.Value) -> list[int]:
    """The static shape of a tensor value."""
    return list(ir.RankedTensorType(value.type).shape)


def defining_op(value: ir.Value, *classes: type) -> Any:
    """The op of one of the classes that a value is the result of; None for other results and for arguments."""
    owner = value.owner
    op = None if isinstance(owner, ir.Block) else owner.operation.opview
    return op if isinstance(op, classes) else None


def require_same_type(what: str, first: ir.Value, other: str, second: ir.Value) -> None:
    if first.type != second.type:
        raise Invalid(f"expects {what} and {other} of the same type, got {first.type} and {second.type}")


def require_float(what: str, value: ir.Value) -> None:
    element = ranked(value).element_type
    if not isinstance(element, ir.FloatType):
        raise Invalid(f"expects {what} of a floating-point type, got element type {element}")


def i64_array(op: ir.OpView, name: str, size: int | None = None, minimum: int | None = None) -> list[int]:
    """The `array<i64>` attribute `name`, checked for its size and the least value of its elements."""
    attribute = op.operation.attributes[name]
    if not isinstance(attribute, ir.DenseI64ArrayAttr):
        raise Invalid(f"attribute '{name}' must be an array<i64>, got {attribute}")
    values = list(attribute)
    if size is not None and len(values) != size:
        raise Invalid(f"attribute '{name}' must have {size} elements, got {values}")
    if minimum is not None and any(v < minimum for v in values):
        raise Invalid(f"attribute '{name}' must be at least {minimum}, got {values}")
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

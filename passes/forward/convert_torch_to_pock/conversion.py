"""The conversion of one function: an interpreter over its ops which maps torch values to builtin values and to Python
data.
"""

from __future__ import annotations

import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.compositions.cast import cast, fitted
from pock_mlir.compositions.complex import Complex
from pock_mlir.compositions.unsupported import Unsupported
from pock_mlir.dialects.torch_types import builtin_tensor, complex_part, is_unsigned
from pock_mlir.dialects.upstream import constant
from pock_mlir.passes.machinery.placeholder import placeholder
from pock_mlir.passes.machinery.registry import PassFailure

from .boundary import entered, stored, wrapped
from .rules import complex_op, torch_op

FROM_BUILTIN = "torch_c.from_builtin_tensor"
CASTS = frozenset({FROM_BUILTIN, "torch_c.to_builtin_tensor"})
LISTS = frozenset({"torch.prim.ListConstruct", "torch.prim.TupleConstruct"})


@dataclass(frozen=True)
class Failure:
    """An op that could not be converted: `reason` says which use of it is not covered, None that no use is."""

    location: ir.Location
    op: str
    reason: str | None = None

    @property
    def message(self) -> str:
        return f"{self.op} is not supported" if self.reason is None else f"{self.op}: {self.reason}"


def op_key(operation: ir.Operation) -> str:
    """What an op's rule is registered under: ops that the torch dialect does not know stand as torch.operator with a
    name.
    """
    if operation.name == "torch.operator":
        return ir.StringAttr(operation.attributes["name"]).value
    return operation.name


class Conversion:
    """Converts the ops of one function, in order.

    While a rule runs, `types` are the builtin types of its op's results, of complex ones those of their parts. `counts`
    says how often each op was converted, `failures` which were not. In a `survey` the location of a converted op is
    named after the torch op, around its place in the model, and a rule that fails otherwise than by `Unsupported` is a
    failure too.
    """

    def __init__(self, survey: bool = False) -> None:
        self.survey = survey
        self.counts: Counter[str] = Counter()
        self.values: dict[ir.Value, Any] = {}
        self.types: list[ir.RankedTensorType | None] = []
        self.gives_complex = False
        self.failures: list[Failure] = []
        self._streams = 0

    @property
    def type(self) -> ir.RankedTensorType:
        """The type of the op's first result."""
        if self.types[0] is None:
            raise Unsupported("the result's type is not a tensor of static shape")
        return self.types[0]

    @property
    def shape(self) -> list[int]:
        return list(self.type.shape)

    @property
    def element(self) -> ir.Type:
        return self.type.element_type

    def convert(self, op: ir.OpView) -> None:
        """Converts one op; a failure is recorded and the function goes on: all failures are reported together."""
        operation = op.operation
        key = op_key(operation)
        if self._convert_structure(op, key):
            return
        operands = [self.values.get(v) for v in operation.operands]
        is_complex = any(isinstance(v, Complex) for v in _flat(operands))
        rule = (complex_op if is_complex else torch_op).get(key)
        if rule is None:
            self._fail(
                operation, "complex numbers; write it with their real and imaginary parts" if is_complex else None
            )
            return
        if any(isinstance(v, Failed) for v in _flat(operands)):
            self._stand_in(operation)
            return
        for missing in (v for v in _flat(operands) if isinstance(v, Missing)):
            self._fail(operation, missing.reason)
            return
        self.types = [builtin_tensor(r.type) or complex_part(r.type) for r in operation.results]
        self.gives_complex = any(complex_part(r.type) is not None for r in operation.results)
        try:
            with ir.Location.name(_short(key), operation.location) if self.survey else operation.location:
                converted = rule(self, *operands)
        except Unsupported as error:
            self._fail(operation, str(error))
            return
        except Exception as error:
            if not self.survey:
                raise
            self._fail(operation, f"its conversion failed ({type(error).__name__}: {error})")
            return
        if isinstance(converted, ir.Value) or len(operation.results) == 1:
            converted = [converted]
        for value, expected in zip(converted, self.types, strict=True):
            if self.gives_complex != isinstance(value, Complex):
                self._fail(operation, "complex numbers; make them of real ones by torch.complex")
                return
            if isinstance(value, ir.Value) and expected is not None and value.type != expected:
                self._fail(operation, f"conversion gave {value.type}, the program says {expected}")
                return
        if any(is_unsigned(result.type) for result in operation.results):
            with operation.location:
                converted = [
                    wrapped(value) if is_unsigned(result.type) else value
                    for value, result in zip(converted, operation.results, strict=True)
                ]
        self.counts[_short(key)] += 1
        self._set(operation, [self._given(key, i, value) for i, value in enumerate(converted)])

    def _given(self, key: str, index: int, value: Any) -> Any:
        """A rule gives None for a result that it does not compute: nobody may use it."""
        return Missing(_short(key), index) if value is None and self.types[index] is not None else value

    def _convert_structure(self, op: ir.OpView, key: str) -> bool:
        """Constants, lists and casts between the type systems."""
        operation = op.operation
        if key.startswith("torch.constant."):
            self._set(operation, [_constant(operation)])
        elif key in LISTS:
            self._set(operation, [[self.values[v] for v in operation.operands]])
        elif key == "torch.prim.ListUnpack":
            values = self.values[operation.operands[0]]
            if isinstance(values, Failed):
                self._stand_in(operation)
            else:
                self._set(operation, values)
        elif key in CASTS:
            source = operation.operands[0]
            value = self.values.get(source, source)
            if isinstance(value, ir.Value):
                with operation.location:
                    value = (
                        entered(value, operation.results[0].type) if key == FROM_BUILTIN else stored(value, source.type)
                    )
            self._set(operation, [value])
        elif key == "torch.vtensor.literal":
            with operation.location:
                self._set(operation, [_literal(operation)])
        elif not key.startswith("torch.") and key != "func.return":
            self._move(operation)
        else:
            return False
        return True

    def _move(self, operation: ir.Operation) -> None:
        """An op that is not of the torch dialect stays as it is."""
        if any(isinstance(self.values.get(value), Failed) for value in operation.operands):
            self._set(operation, [Failed(self._inputs(operation))] * len(operation.results))
            return
        clone = operation.clone()
        for index, value in enumerate(operation.operands):
            clone.operands[index] = self.values.get(value, value)
        self._set(operation, list(clone.results))

    def _set(self, operation: ir.Operation, values: Sequence[Any]) -> None:
        for result, value in zip(operation.results, values, strict=True):
            self.values[result] = value

    def _fail(self, operation: ir.Operation, reason: str | None) -> None:
        self.failures.append(Failure(operation.location, _short(op_key(operation)), reason))
        self._stand_in(operation)

    def _stand_in(self, operation: ir.Operation) -> None:
        """Values of the right types for the results, that depend on the same operands; Failed where one is no tensor
        of static shape.
        """
        types = [builtin_tensor(r.type) for r in operation.results]
        inputs = self._inputs(operation)
        tensors = iter(placeholder([t for t in types if t is not None], inputs, operation.location))
        self._set(operation, [Failed(inputs) if t is None else next(tensors) for t in types])

    def _inputs(self, operation: ir.Operation) -> list[ir.Value]:
        """The tensors that an op depends on, directly or through what failed before it."""
        values = _flat(self.values.get(operand) for operand in operation.operands)
        direct = [value for value in values if isinstance(value, ir.Value)]
        direct += [v for value in values if isinstance(value, Complex) for v in (value.real, value.imaginary)]
        return direct + [v for value in values if isinstance(value, Failed) for v in value.inputs]

    # What rules build with.

    def next_stream(self) -> int:
        """A stream of random numbers that no other op of the function draws from."""
        self._streams += 1
        return self._streams - 1

    def cast(self, x: ir.Value, element: ir.Type) -> ir.Value:
        """x with another element type, as torch converts: floats truncate towards zero, anything but zero is true."""
        return cast(x, element)

    def tensor(
        self, x: ir.Value | float | int | bool, element: ir.Type | None = None, shape: Sequence[int] | None = None
    ) -> ir.Value:
        """x, a tensor or a number, with the element type and shape of the op's result, or those given."""
        element = self.element if element is None else element
        shape = self.shape if shape is None else list(shape)
        return fitted(x, element, shape)


@dataclass(frozen=True)
class Failed:
    """Stands for a result of an op that could not be converted, where a placeholder cannot; it depends on `inputs`."""

    inputs: Sequence[ir.Value]


@dataclass(frozen=True)
class Missing:
    """Stands for a result that the rule of `op` does not compute."""

    op: str
    index: int

    @property
    def reason(self) -> str:
        return f"it uses result {self.index} of {self.op}, which is not supported"


def _flat(values: Iterable[Any]) -> list[Any]:
    """The values, with those of lists in the lists' place."""
    return [e for v in values for e in (v if isinstance(v, list) else [v])]


def _short(key: str) -> str:
    return key.removeprefix("torch.")


def _constant(operation: ir.Operation) -> Any:
    kind = operation.name.removeprefix("torch.constant.")
    if kind in ("none", "device"):
        return None
    value = operation.attributes["value"].value
    return bool(value) if kind == "bool" else value


def _literal(operation: ir.Operation) -> ir.Value:
    """A tensor constant of the program, with signless elements."""
    type = builtin_tensor(operation.results[0].type)
    attribute = operation.attributes["value"]
    if type is None:
        raise PassFailure(operation.location, "a tensor constant of dynamic shape is not supported")
    if attribute.type == type:
        return arith.ConstantOp(type, attribute).result
    if isinstance(attribute, ir.DenseElementsAttr) and attribute.is_splat:
        value = attribute.get_splat_value()
        return constant(value.value, type)
    if isinstance(attribute, ir.DenseElementsAttr) and is_unsigned(operation.results[0].type):
        numbers = array.array("h", memoryview(attribute).tobytes())
        return arith.ConstantOp(type, ir.DenseElementsAttr.get(numbers, type=type)).result
    if isinstance(attribute, ir.DenseElementsAttr):
        return arith.ConstantOp(type, ir.DenseElementsAttr.get(memoryview(attribute), type=type)).result
    raise PassFailure(operation.location, f"a tensor constant of type {attribute.type} is not supported")

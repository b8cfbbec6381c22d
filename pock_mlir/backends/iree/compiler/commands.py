"""The commands of a function in IREE's stream phase, in their order, with the memory that each touches.

There every value has its place: a range of a resource. What a dispatch touches stands in its executable, in the
subspans of its bindings, whose offsets are constants or come as operands of the dispatch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from iree.compiler import ir

from pock_mlir.compat.iree_compiler import binding_access, resource_lifetime
from pock_mlir.errors import CompileError

_PASSED_ON = ("arith.index_castui", "arith.index_cast", "arith.extui", "arith.trunci", "util.assume.int")
_WITHOUT_ACCESS = ("stream.cmd.flush", "stream.cmd.invalidate", "stream.cmd.discard", "stream.yield")
_ARITHMETIC = {
    "arith.addi": lambda a, b: a + b,
    "arith.muli": lambda a, b: a * b,
    "arith.ori": lambda a, b: a | b,
    "arith.shli": lambda a, b: a << b,
    "arith.shrui": lambda a, b: a >> b,
}


@dataclass(frozen=True)
class Access:
    """A range of a resource, in bytes, and what is done there. `offset` is None where only the runtime knows it, as
    of a state in the storage of all states. `type` is shape and element type, where known.
    """

    resource: ir.Value
    offset: int | None
    nbytes: int
    reads: bool
    writes: bool
    type: str = ""


@dataclass(frozen=True)
class Command:
    """What runs as one: a dispatch, by its executable's name, a fill, a copy."""

    name: str
    location: ir.Location
    accesses: tuple[Access, ...]


def commands_of(program: ir.Operation, function: ir.Operation) -> list[Command]:
    """The commands of a function, in the order in which they run."""
    return _Reader(program).read(function)


@dataclass(frozen=True)
class _Span:
    """What a dispatch touches of one of its bindings: from `offset` on, which may depend on the dispatch's operands."""

    binding: int
    offset: ir.Value
    access: str
    nbytes: int
    type: str


class _Reader:
    def __init__(self, program: ir.Operation) -> None:
        self.executables = {
            ir.StringAttr(op.attributes["sym_name"]).value: op.operation
            for op in program.regions[0].blocks[0].operations
            if op.operation.name == "stream.executable"
        }
        self.functions: dict[str, tuple[list[ir.Value], list[_Span]]] = {}
        self.aliases: dict[ir.Value, tuple[ir.Value, int]] = {}
        """Resources that are another one, or a part of one from an offset on."""

    def read(self, function: ir.Operation) -> list[Command]:
        found: list[Command] = []
        for op in _operations(function):
            if op.name == "stream.timepoint.await":
                for resource, result in zip(_resources(op.operands), _resources(op.results), strict=True):
                    self._alias(result, resource)
            elif op.name == "stream.resource.subview":
                self._alias(op.results[0], op.operands[0], _known(op.operands[2]))
            elif op.name == "stream.cmd.execute":
                block = op.regions[0].blocks[0]
                for argument, resource in zip(block.arguments, _resources(op.operands), strict=True):
                    self._alias(argument, resource)
                found += self._commands(block)
        return found

    def _alias(self, value: ir.Value, source: ir.Value, offset: int = 0) -> None:
        root, start = self.aliases.get(source, (source, 0))
        self.aliases[value] = (root, start + offset)

    def _commands(self, block: ir.Block) -> Iterator[Command]:
        for child in block.operations:
            op = child.operation
            if op.name in ("stream.cmd.serial", "stream.cmd.concurrent"):
                yield from self._commands(op.regions[0].blocks[0])
            elif op.name == "stream.cmd.dispatch":
                yield self._dispatch(op)
            elif op.name == "stream.cmd.fill":
                target, _, offset, length = list(op.operands)[:4]
                yield Command("fill", op.location, (self._access(target, offset, length, writes=True),))
            elif op.name == "stream.cmd.copy":
                source, _, from_, target, _, to, length = op.operands
                ends = self._access(source, from_, length, reads=True), self._access(target, to, length, writes=True)
                yield Command("copy", op.location, ends)
            elif op.name not in _WITHOUT_ACCESS:
                raise CompileError(f"what the command '{op.name}' does to memory is not known")

    def _access(
        self, resource: ir.Value, offset: ir.Value, length: ir.Value, *, reads: bool = False, writes: bool = False
    ) -> Access:
        root, start = self.aliases.get(resource, (resource, 0))
        known = _value(offset, {})
        return Access(root, None if known is None else start + known, _known(length), reads, writes)

    def _dispatch(self, op: ir.Operation) -> Command:
        sizes = list(ir.DenseI32ArrayAttr(op.attributes["operandSegmentSizes"]))
        operands, groups = list(op.operands), []
        for size in sizes:
            groups.append(operands[:size])
            operands = operands[size:]
        _, uniform, resources, _, offsets, _ = groups
        entry = ir.SymbolRefAttr(ir.ArrayAttr(op.attributes["entry_points"])[0]).value
        arguments, spans = self._function(entry)
        known = {argument: _value(value, {}) for argument, value in zip(arguments, uniform, strict=True)}
        accesses = []
        for span in spans:
            root, start = self.aliases.get(resources[span.binding], (resources[span.binding], 0))
            parts = _value(offsets[span.binding], {}), _value(span.offset, known)
            place = None if None in parts else start + sum(part for part in parts if part is not None)
            reads, writes = span.access != "writeonly", span.access != "readonly"
            accesses.append(Access(root, place, span.nbytes, reads, writes, span.type))
        return Command(entry[-1], op.location, tuple(accesses))

    def _function(self, entry: Sequence[str]) -> tuple[list[ir.Value], list[_Span]]:
        """An executable's function: its arguments that are numbers, and what it touches of the others, its bindings."""
        name = "::".join(entry)
        if name not in self.functions:
            self.functions[name] = _read_function(self.executables[entry[0]], entry[-1])
        return self.functions[name]


def _read_function(executable: ir.Operation, name: str) -> tuple[list[ir.Value], list[_Span]]:
    functions = (op for op in _operations(executable) if op.name == "func.func")
    body = next(op for op in functions if ir.StringAttr(op.attributes["sym_name"]).value == name).regions[0].blocks[0]
    is_binding = [str(argument.type) == "!stream.binding" for argument in body.arguments]
    bindings = [argument for argument, bound in zip(body.arguments, is_binding, strict=True) if bound]
    numbers = [argument for argument, bound in zip(body.arguments, is_binding, strict=True) if not bound]
    spans = []
    for child in body.operations:
        op = child.operation
        if op.name == "stream.binding.subspan":
            bound = binding_access(op.results[0].type)
            if bound is None:
                raise CompileError(f"a dispatch binds memory as {op.results[0].type}, which tells no size")
            access, tensor = bound
            text = str(tensor).removeprefix("tensor<").removesuffix(">")
            spans.append(_Span(bindings.index(op.operands[0]), op.operands[1], access, _nbytes(tensor), text))
    return numbers, spans


def _operations(op: ir.Operation) -> Iterator[ir.Operation]:
    """All ops inside of one, but for those in executions, which are looked at as a whole."""
    for region in op.regions:
        for block in region:
            for child in block.operations:
                yield child.operation
                if child.operation.name != "stream.cmd.execute":
                    yield from _operations(child.operation)


def _resources(values: Sequence[ir.Value]) -> list[ir.Value]:
    return [value for value in values if resource_lifetime(value.type) is not None]


def _value(value: ir.Value, known: Mapping[ir.Value, int | None]) -> int | None:
    """An integer that is known at compile time; of arguments, those that `known` says."""
    if value in known or isinstance(value.owner, ir.Block):
        return known.get(value)
    op = value.owner.operation
    if op.name == "arith.constant":
        return ir.IntegerAttr(op.attributes["value"]).value
    if op.name in _PASSED_ON:
        source = op.operands[list(op.results).index(value)]
        passed = _value(source, known)
        if passed is None or not isinstance(source.type, ir.IntegerType):
            return passed
        # Offsets are unsigned, and come in 32 bits: from 2 GiB on the constant of one is negative.
        return passed % (1 << source.type.width)
    if op.name in _ARITHMETIC:
        left, right = (_value(operand, known) for operand in op.operands)
        return None if left is None or right is None else _ARITHMETIC[op.name](left, right)
    return None


def _known(value: ir.Value) -> int:
    known = _value(value, {})
    if known is None:
        raise CompileError("the size of a range of memory is not known at compile time")
    return known


def _nbytes(tensor: ir.RankedTensorType) -> int:
    """The bytes of a tensor in memory; a truth value takes one."""
    element = tensor.element_type
    width = element.width if isinstance(element, (ir.IntegerType, ir.FloatType)) else 64
    return math.prod(tensor.shape) * -(-width // 8)

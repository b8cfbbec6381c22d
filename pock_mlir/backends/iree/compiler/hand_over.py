"""The hand-over to IREE: bytecode of upstream dialects in, a module of IREE's input dialects out.

Globals become util.globals initialised from the parameter archive's scopes. Each call of an in-place function becomes
one dispatch whose results are tied to the states' storage: the form in which IREE updates state without a copy
(elementwise updates outside a dispatch, and other forms that look alike, cost a second buffer per parameter). Initial
values always come from the archive: mutable globals with equal constant initial values would be merged into one buffer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from iree.compiler import ir

from pock_mlir.backends.iree.compiler.binding_limit import limit_bindings
from pock_mlir.passes.analyses.functions import IN_PLACE
from pock_mlir.passes.lowering.convert_pock_state import SCOPE
from pock_mlir.passes.lowering.convert_pock_to_linalg.embedding import MATERIALIZED

DIALECTS = ("util", "flow", "iree_tensor_ext", "iree_linalg_ext")
READ_ONLY, READ_WRITE, WRITE_ONLY = "readonly", "readwrite", "writeonly"
UNTIED = -1
"""A result with storage of its own."""

# IREE's default groups ops into waves in which everything is live together; "debug" keeps the order of our schedule.
PROGRAM_ORDER = '#stream.partitioning_config<"debug">'


def hand_over(bytecode: bytes, context: ir.Context, device: str) -> ir.Module:
    """The module for IREE, in `context` (of an IREE compiler session), to be compiled for `device` (an attribute)."""
    with context, ir.Location.unknown():
        for dialect in DIALECTS:  # an op of a dialect that is not loaded would be built as an unregistered one
            context.dialects[dialect]
        module = ir.Module.parse(bytecode)
        operations = [op.operation for op in module.body.operations]
        functions = {_symbol(op): op for op in operations if op.name == "func.func"}
        mutable = set()
        for op in operations:
            if op.name == "ml_program.global":
                if "is_mutable" in op.attributes:
                    mutable.add(_symbol(op))
                _convert_global(op)
        in_place = {name: op for name, op in functions.items() if IN_PLACE in op.attributes}
        for name, function in functions.items():
            if name not in in_place:
                for op in list(function.regions[0].blocks[0].operations):
                    _convert(op.operation, in_place, mutable)
                limit_bindings(function)
        for function in in_place.values():
            function.erase()
        module.operation.attributes["hal.device.targets"] = ir.ArrayAttr.get([ir.Attribute.parse(device)])
        module.operation.attributes["stream.partitioning"] = ir.Attribute.parse(PROGRAM_ORDER)
    return module


def _symbol(op: ir.Operation) -> str:
    return ir.StringAttr(op.attributes["sym_name"]).value


def _convert_global(op: ir.Operation) -> None:
    type = ir.TypeAttr(op.attributes["type"]).value
    scope = ir.StringAttr(op.attributes[SCOPE]).value
    key = ir.StringAttr.get(_symbol(op))  # printed with its quotes, and escaped
    value = ir.Attribute.parse(f'#flow.parameter.named<"{scope}"::{key}> : {type}')
    attributes = {
        "sym_name": op.attributes["sym_name"],
        "sym_visibility": ir.StringAttr.get("private"),
        "type": op.attributes["type"],
        "initial_value": value,
    }
    if "is_mutable" in op.attributes:
        attributes["is_mutable"] = ir.UnitAttr.get()
    with ir.InsertionPoint(op), op.location:
        ir.Operation.create("util.global", attributes=attributes)
    op.erase()


def _convert(op: ir.Operation, in_place: dict[str, ir.Operation], mutable: set[str]) -> None:
    with ir.InsertionPoint(op), op.location:
        if op.name == "ml_program.global_load":
            attributes: dict[str, ir.Attribute] = {"global": op.attributes["global"]}
            if ir.FlatSymbolRefAttr(op.attributes["global"]).value not in mutable:
                attributes["is_immutable"] = ir.UnitAttr.get()
            new = ir.Operation.create("util.global.load", [op.results[0].type], [], attributes)
        elif op.name == "ml_program.global_store":
            new = ir.Operation.create("util.global.store", [], [op.operands[0]], {"global": op.attributes["global"]})
        elif op.name == "func.call" and ir.FlatSymbolRefAttr(op.attributes["callee"]).value in in_place:
            new = _dispatch(op, in_place[ir.FlatSymbolRefAttr(op.attributes["callee"]).value])
        elif op.name == "tm_tensor.scatter":
            new = _scatter(op)
        else:
            return
    for old, value in zip(op.results, new.results, strict=True):
        old.replace_all_uses_with(value)
    op.erase()


def _scatter(op: ir.Operation) -> ir.Operation:
    """iree_linalg_ext.scatter; IREE's own conversion of tm_tensor fails on scatters in input programs.

    Updates that are marked come from memory: IREE would compute them inside the scatter, all at once on the stack.
    """
    attributes = {name: op.attributes[name] for name in ("dimension_map", "unique_indices")}
    updates, *rest = op.operands
    if MATERIALIZED in op.attributes:
        updates = ir.Operation.create("util.optimization_barrier", [updates.type], [updates]).results[0]
    new = ir.Operation.create("iree_linalg_ext.scatter", [op.results[0].type], [updates, *rest], attributes, regions=1)
    op.regions[0].blocks[0].append_to(new.regions[0])
    terminator = list(new.regions[0].blocks[0].operations)[-1].operation
    with ir.InsertionPoint(terminator):
        ir.Operation.create("iree_linalg_ext.yield", [], list(terminator.operands))
    terminator.erase()
    return new


def _dispatch(call: ir.Operation, function: ir.Operation) -> ir.Operation:
    """flow.dispatch.workgroups with the function's body; arguments from `pock.in_place` on are read, written and
    returned, behind results that get storage of their own.
    """
    first_state = ir.IntegerAttr(function.attributes[IN_PLACE]).value
    operands, results = list(call.operands), [value.type for value in call.results]
    fresh = results[: len(results) - (len(operands) - first_state)]
    attributes = {
        "operandSegmentSizes": ir.DenseI32ArrayAttr.get([0, len(operands), 0, 0]),
        "tied_operands": _index_array([*[UNTIED] * len(fresh), *range(first_state, len(operands))]),
    }
    op = ir.Operation.create("flow.dispatch.workgroups", results, operands, attributes, regions=2)
    modes = [*[READ_ONLY] * first_state, *[READ_WRITE] * (len(operands) - first_state), *[WRITE_ONLY] * len(fresh)]
    types = [
        ir.Type.parse(f"!iree_tensor_ext.dispatch.tensor<{mode}:{type}>")
        for mode, type in zip(modes, [*(value.type for value in operands), *fresh], strict=True)
    ]
    block = op.regions[0].blocks.append(*types)
    with ir.InsertionPoint(block):
        _fill_dispatch(block, function, operands, first_state)
    return op


def _fill_dispatch(block: ir.Block, function: ir.Operation, operands: list[ir.Value], first_state: int) -> None:
    """Moves the function's body into the dispatch, between loads of the arguments and stores of the results."""
    body = function.regions[0].blocks[0]
    arguments = list(block.arguments)
    offsets: dict[ir.Value, list[int]] = {}
    for argument, inner, outer in zip(body.arguments, arguments, operands, strict=False):
        taken = _taken_slice(argument)
        if taken is None:
            argument.replace_all_uses_with(_access("load", [inner], outer.type))
            continue
        extraction, insertion = taken
        offsets[inner] = _offsets(extraction)
        part = _access("load", [inner], extraction.results[0].type, offsets[inner])
        extraction.results[0].replace_all_uses_with(part)
        insertion.results[0].replace_all_uses_with(insertion.operands[0])
        insertion.erase()
        extraction.erase()
    *computation, terminator = [op.operation for op in body.operations]
    for op in computation:
        block.append(op)
    for value, inner in zip(
        terminator.operands, [*arguments[len(operands) :], *arguments[first_state : len(operands)]], strict=True
    ):
        _access("store", [value, inner], value.type, offsets.get(inner))
    ir.Operation.create("flow.return")
    terminator.erase()


def _taken_slice(argument: ir.Value) -> tuple[ir.Operation, ir.Operation] | None:
    """The ops that take a slice out of a state and put it back where it was, if nothing else uses that state: the
    slice alone is then loaded and stored.
    """
    users = {use.owner.operation.name: use.owner.operation for use in argument.uses}
    if len(list(argument.uses)) != 2 or set(users) != {"tensor.extract_slice", "tensor.insert_slice"}:
        return None
    extraction, insertion = users["tensor.extract_slice"], users["tensor.insert_slice"]
    same = all(extraction.attributes[name] == insertion.attributes[name] for name in _PLACE)
    is_returned = [use.owner.operation.name for use in insertion.results[0].uses] == ["func.return"]
    return (extraction, insertion) if same and is_returned and insertion.operands[1] == argument else None


_PLACE = ("static_offsets", "static_sizes", "static_strides")


def _offsets(extraction: ir.Operation) -> list[int]:
    return list(ir.DenseI64ArrayAttr(extraction.attributes["static_offsets"]))


def _access(kind: str, operands: list[ir.Value], type: ir.Type, offsets: Sequence[int] | None = None) -> Any:
    """A load or store of a whole dispatch tensor, or of what lies in it from `offsets` on."""
    shape = list(ir.RankedTensorType(type).shape)
    attributes = {
        "static_offsets": ir.DenseI64ArrayAttr.get([0] * len(shape) if offsets is None else list(offsets)),
        "static_sizes": ir.DenseI64ArrayAttr.get(shape),
        "static_strides": ir.DenseI64ArrayAttr.get([1] * len(shape)),
        "operandSegmentSizes": ir.DenseI32ArrayAttr.get([1] * len(operands) + [0, 0, 0, 0]),
    }
    results = [type] if kind == "load" else []
    op = ir.Operation.create(f"iree_tensor_ext.dispatch.tensor.{kind}", results, operands, attributes)
    return op.results[0] if results else None


def _index_array(values: Sequence[int]) -> ir.ArrayAttr:
    return ir.ArrayAttr.get([ir.IntegerAttr.get(ir.IndexType.get(), v) for v in values])

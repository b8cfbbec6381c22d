"""The memory plan, read from the program in IREE's stream phase: there every allocation of a step stands with its size
and its end.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from iree.compiler import ir

from pock_mlir.backends.iree.compiler.timeline import timeline_of
from pock_mlir.bundle import MemoryPlan, Timeline
from pock_mlir.compat.iree_compiler import resource_lifetime
from pock_mlir.contract import APPLY_GRADIENTS, PREDICT, role_of
from pock_mlir.errors import CompileError

GLOBAL_ALLOCATIONS = frozenset({"stream.resource.alloc", "stream.resource.alloca", "stream.cmd.parameter.load"})


@dataclass(frozen=True)
class Usage:
    """Bytes at the worst moment of one function, besides state and inputs: transients and results.

    `moved` is the new storage of states that the function does not update in place: a transient of the first call, from
    then on held besides the next call's.
    """

    transient: int
    results: int
    moved: int


def plan_memory(
    program: ir.Operation, *, input_bytes: Mapping[str, int], parameter_bytes: int, state_bytes: int, stage: str
) -> tuple[MemoryPlan, tuple[Timeline, ...]]:
    """Plans from the stream phase of a program. All sizes are in bytes. The timelines are those of all functions that
    are planned, as of `stage`.

    `input_bytes` is what the caller's arrays take on the device, per function, `parameter_bytes` and `state_bytes` what
    parameters and optimizer state take there; the peak uses what the program itself allocates for both, and is that of
    the hungriest function.
    """
    functions = {_name(op): op for op in _top_level(program) if op.name == "util.func"}
    resident = sum(_global_bytes(op) for op in _top_level(program) if op.name == "util.initializer")
    usages = {name: _usage(functions[name]) for name in (*input_bytes, APPLY_GRADIENTS) if name in functions}
    resident += sum(usage.moved for usage in usages.values())
    predictions = {name: usage for name, usage in usages.items() if role_of(name) == PREDICT}
    steps = {name: usage for name, usage in usages.items() if name not in predictions}
    io = {name: input_bytes.get(name, 0) + usage.results for name, usage in usages.items()}
    timelines = {
        name: dataclasses.replace(
            timeline_of(program, functions[name], name, stage), allocated_bytes=usage.transient, io_bytes=io[name]
        )
        for name, usage in usages.items()
    }
    hungriest = max(usages, key=lambda name: io[name] + usages[name].transient)
    plan = MemoryPlan(
        planned_peak_bytes=resident + io[hungriest] + usages[hungriest].transient,
        parameter_bytes=parameter_bytes,
        state_bytes=state_bytes,
        transient_bytes=max(usage.transient for usage in steps.values()),
        io_bytes=max(io[name] for name in steps),
        predict_transient_bytes=max(usage.transient for usage in predictions.values()),
        saved_bytes=max(timelines[name].saved_bytes for name in steps),
        peak_at=timelines[hungriest].peak_at,
    )
    return plan, tuple(timelines.values())


def loaded_parameters(program: ir.Operation) -> frozenset[str]:
    """The keys of the parameters and states that a program in the stream phase loads."""
    keys = set()
    for op in _walk(program):
        if op.name.startswith("stream.cmd.parameter."):
            for value in op.operands:
                owner = value.owner
                if not isinstance(owner, ir.Block) and owner.operation.name == "util.buffer.constant":
                    keys.add(ir.StringAttr(owner.attributes["value"]).value)
    return frozenset(keys)


def _top_level(program: ir.Operation) -> list[ir.Operation]:
    return [op.operation for op in program.regions[0].blocks[0].operations]


def _name(op: ir.Operation) -> str:
    return ir.StringAttr(op.attributes["sym_name"]).value


def _walk(op: ir.Operation) -> Iterator[ir.Operation]:
    for region in op.regions:
        for block in region:
            for child in block.operations:
                yield child.operation
                yield from _walk(child.operation)


def _global_bytes(initializer: ir.Operation) -> int:
    """What an initializer allocates for good: the storage of parameters, states and constants."""
    total = 0
    for op in _walk(initializer):
        if op.name in GLOBAL_ALLOCATIONS:
            total += sum(
                _size_of(op, index)
                for index, result in enumerate(_resources(op))
                if resource_lifetime(result.type) in ("variable", "constant")
            )
    return total


def _usage(function: ir.Operation) -> Usage:
    live: dict[ir.Value, tuple[str, int]] = {}
    transient = results = current = moved = 0
    for op in _walk(function):
        if op.name == "stream.resource.alloca":
            resource = op.results[0]
            lifetime, size = resource_lifetime(resource.type) or "", _size_of(op, 0)
            live[resource] = (lifetime, size)
            if lifetime == "external":
                results += size
            else:
                moved += size if lifetime == "variable" else 0
                current += size
                transient = max(transient, current)
        elif op.name == "stream.resource.dealloca" and op.operands[0] in live:
            lifetime, size = live.pop(op.operands[0])
            current -= 0 if lifetime == "external" else size
    return Usage(transient, results, moved)


def _resources(op: ir.Operation) -> list[ir.Value]:
    return [result for result in op.results if resource_lifetime(result.type) is not None]


def _size_of(op: ir.Operation, index: int) -> int:
    """The constant size of the `index`-th resource that an op allocates: its operands of type index, in the order of
    the results.
    """
    sizes = [value for value in op.operands if isinstance(value.type, ir.IndexType)]
    owner = sizes[index].owner
    if isinstance(owner, ir.Block) or owner.name != "arith.constant":
        raise CompileError(f"the size of an allocation ({op.name}) is not known at compile time")
    return ir.IntegerAttr(owner.attributes["value"]).value

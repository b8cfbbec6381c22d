"""Transients from the device's allocator instead of IREE's queue allocations.

With several threads IREE's CPU device serves queue allocations (`stream.resource.alloca`) from a private pool, which
takes 64 MiB slabs, keeps no statistics and allocates anew at each step what is larger. Plain allocations go through the
caching allocator, are reused from step to step and are counted. On a CPU they cost no concurrency: the host allocates
before it submits either way.
"""

from __future__ import annotations

from iree.compiler import ir

QUEUE_OPS = frozenset({"stream.resource.alloca", "stream.resource.dealloca"})


def allocates_on_queue(program: ir.Operation) -> bool:
    """Whether a program in the stream phase allocates on the device's queue."""
    return bool(_queue_ops(program))


def allocate_directly(program: ir.Operation) -> None:
    """Replaces the queue allocations of a program in the stream phase; releases follow the buffers' last use."""
    for op in _queue_ops(program):
        with op.context, op.location, ir.InsertionPoint(op):
            if op.name == "stream.resource.alloca":
                _allocate(op)
            _skip_wait(op)
        op.erase()


def _queue_ops(program: ir.Operation) -> list[ir.Operation]:
    found: list[ir.Operation] = []

    def collect(op: ir.Operation) -> ir.WalkResult:
        if op.name in QUEUE_OPS:
            found.append(op)
        return ir.WalkResult.ADVANCE

    program.walk(collect)
    return found


def _allocate(op: ir.Operation) -> None:
    attributes = {name: op.attributes[name] for name in ("uninitialized", "affinity") if name in op.attributes}
    buffer = ir.Operation.create("stream.resource.alloc", [op.results[0].type], [op.operands[0]], attributes)
    op.results[0].replace_all_uses_with(buffer.result)


def _skip_wait(op: ir.Operation) -> None:
    """Whoever waits for the op waits for what the op waited for."""
    first_wait = 1 if op.name == "stream.resource.alloca" else 2
    waits = list(op.operands)[first_wait:]
    timepoint = op.results[-1]
    now = waits[0] if waits else ir.Operation.create("stream.timepoint.immediate", [timepoint.type]).result
    timepoint.replace_all_uses_with(now)

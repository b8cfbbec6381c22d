"""Training steps in IREE's stream phase, where every dispatch, copy and allocation can be counted; no code is made."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from iree.compiler import ir

import pock_mlir as pock
from pock_mlir.backends.iree.compiler.backend import FLAGS, adapted
from pock_mlir.backends.iree.compiler.device import resolve_target
from pock_mlir.backends.iree.compiler.hand_over import hand_over
from pock_mlir.backends.iree.compiler.session import IreeCompiler
from pock_mlir.compat.iree_compiler import resource_lifetime
from pock_mlir.targets import get_target


@dataclass(frozen=True)
class StreamStep:
    """`ops`: how often each op of the stream dialect occurs in the training step; `allocated`: what it allocates, by
    lifetime.
    """

    ops: Counter[str]
    allocated: Counter[str]


def stream_step(lowered: pock.Lowered) -> StreamStep:
    """The training step of a lowered program, as IREE runs it."""
    buffer = io.BytesIO()
    adapted(lowered.module).write_bytecode(buffer)
    compiler = IreeCompiler(FLAGS)
    device = resolve_target(get_target("host")).device
    program = compiler.to_stream(hand_over(buffer.getvalue(), compiler.context, device))
    step = next(op for op in _children(program) if op.name == "util.func" and _symbol(op) == "train_step")
    ops = [op for op in _walk(step) if op.name.startswith("stream.")]
    allocations = [op for op in ops if op.name.startswith("stream.resource.alloc")]
    lifetimes = (resource_lifetime(op.results[0].type) or "" for op in allocations)
    return StreamStep(Counter(op.name.removeprefix("stream.") for op in ops), Counter(lifetimes))


def _children(op: ir.Operation) -> Iterator[ir.Operation]:
    for region in op.regions:
        for block in region:
            for child in block.operations:
                yield child.operation


def _walk(op: ir.Operation) -> Iterator[ir.Operation]:
    for child in _children(op):
        yield child
        yield from _walk(child)


def _symbol(op: ir.Operation) -> str:
    return ir.StringAttr(op.attributes["sym_name"]).value

"""Places transients in the arena of their function: IREE would place them in the order in which they are made, up to a
third above what is live at once.
"""

from __future__ import annotations

from iree.compiler import ir

from pock_mlir.passes.analyses.packing import Buffer, pack

PACK = "stream.resource.pack"


def pack_transients(program: ir.Operation) -> None:
    """Replaces what would lay out the slices of an arena, by their sizes and lifetimes, by the offsets of our packing.

    The program is in the stream phase, its allocations scheduled. Slices of unknown sizes are left to IREE, and refused
    where the memory is planned.
    """
    for op in _packs(program):
        buffers = _buffers(op)
        if buffers is not None:
            _place(op, buffers)


def _packs(program: ir.Operation) -> list[ir.Operation]:
    found: list[ir.Operation] = []

    def collect(op: ir.Operation) -> ir.WalkResult:
        if op.name == PACK:
            found.append(op)
        return ir.WalkResult.ADVANCE

    program.walk(collect)
    return found


def _buffers(op: ir.Operation) -> list[Buffer] | None:
    """The slices, whose sizes are the op's operands; None where one is unknown, or the arena has a base."""
    moments = [ir.IntegerAttr(moment).value for moment in ir.ArrayAttr(op.attributes["lifetime_intervals"])]
    sizes = [_constant(value) for value in op.operands]
    if len(moments) != 2 * len(sizes):
        return None
    known = [size for size in sizes if size is not None]
    if len(known) != len(sizes):
        return None
    return [Buffer(first, last, size) for first, last, size in zip(moments[::2], moments[1::2], known, strict=True)]


def _constant(value: ir.Value) -> int | None:
    owner = value.owner
    is_constant = not isinstance(owner, ir.Block) and owner.name == "arith.constant"
    return ir.IntegerAttr(owner.attributes["value"]).value if is_constant else None


def _place(op: ir.Operation, buffers: list[Buffer]) -> None:
    """The op's results are the arena's size and the offsets."""
    packing = pack(buffers)
    with op.context, op.location, ir.InsertionPoint(op):
        for result, value in zip(op.results, (packing.size, *packing.offsets), strict=True):
            attribute = ir.IntegerAttr.get(ir.IndexType.get(), value)
            constant = ir.Operation.create("arith.constant", [result.type], attributes={"value": attribute})
            result.replace_all_uses_with(constant.result)
    op.erase()

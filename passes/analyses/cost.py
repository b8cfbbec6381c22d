"""What dispatches cost: arithmetic, and the memory that they touch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.dispatch import DispatchOp
from pock_mlir.dialects.state import UpdateOp
from pock_mlir.dialects.traits import Converts, Elementwise, Literal, Selects, traits_of, written_symbols
from pock_mlir.passes.analyses.functions import parameters_of, states_of


@dataclass(frozen=True)
class Cost:
    """`flops`: operations on numbers (a product and its sum are two, a function is one); `read` and `written`: bytes of
    inputs, outputs and of what is updated in place. What passes from op to op inside costs no memory.
    """

    flops: int
    read: int
    written: int

    @property
    def intensity(self) -> float:
        """Operations per byte."""
        return self.flops / max(self.read + self.written, 1)


def state_types(module: ir.Operation) -> dict[str, ir.Type]:
    """The types of parameters and states by symbol."""
    return {name: op.type.value for table in (parameters_of, states_of) for name, op in table(module).items()}


def cost_of(dispatch: DispatchOp, types: Mapping[str, ir.Type]) -> Cost:
    """The cost of a dispatch; `types` are those of the parameters and states that it may update."""
    in_place = sum(_changed_bytes(op, types) for op in dispatch.ops)
    return Cost(
        flops=sum(map(flops_of, dispatch.ops)),
        read=_bytes(set(dispatch.inputs)) + in_place,
        written=_bytes(dispatch.outputs) + in_place,
    )


def _changed_bytes(op: ir.OpView, types: Mapping[str, ir.Type]) -> int:
    """What an op updates in place, of parameters and states of these types."""
    sizes = [nbytes(types[symbol]) for symbol in written_symbols(op)]
    if isinstance(op, UpdateOp) and op.channels is not None:
        axis = op.channels.axis
        sizes[0] = sizes[0] // ir.RankedTensorType(types[op.written[0]]).shape[axis] * op.channels.size
    return sum(sizes)


def flops_of(op: ir.OpView) -> int:
    """The operations on numbers of one op: its own `flops`, or one for each element that is computed."""
    if isinstance(op, UpdateOp):
        body = [inner for inner in op.body.blocks[0].operations if Elementwise in traits_of(inner.operation.name)]
        return len(body) * math.prod(shape_of(op.inputs[0]) if len(op.inputs) else [])
    flops = getattr(op, "flops", None)
    if flops is not None:
        return flops
    traits = traits_of(op.operation.name)
    if traits & {Selects, Converts, Literal}:
        return 0
    values = [*op.operation.operands, *op.operation.results] if Elementwise not in traits else op.operation.results
    return max((math.prod(shape_of(value)) for value in values), default=0)


def nbytes(type: ir.Type) -> int:
    """The bytes of a tensor; a truth value takes one."""
    tensor = ir.RankedTensorType(type)
    element = tensor.element_type
    width = element.width if isinstance(element, (ir.IntegerType, ir.FloatType)) else 64
    return math.prod(tensor.shape) * -(-width // 8)


def _bytes(values: Iterable[ir.Value]) -> int:
    return sum(nbytes(value.type) for value in values)

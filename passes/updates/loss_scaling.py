"""Dynamic loss scaling: gradients of a narrow type are kept from vanishing (Micikevicius et al., arXiv:1710.03740).

The loss is multiplied by a scale before it is differentiated, the gradients are divided by it again. Gradients that
overflow update nothing and halve the scale; after 2000 updates in a row it doubles (as torch.amp.GradScaler).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.contract import LOSS_SCALE, LOSS_SCALE_STEPS, STEP
from pock_mlir.dialects import state
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.upstream import add, constant, convert_float, greater, mul, select, shift, sub
from pock_mlir.passes.analyses.functions import after_state, states_of

INITIAL, GROWTH, BACKOFF, INTERVAL = 65536.0, 2.0, 0.5, 2000.0


def declare(module: ir.Operation) -> None:
    """Adds the states, unless another function of the module has."""
    if not is_scaled(module):
        with after_state(module), module.location:
            state.state(LOSS_SCALE, _scalar(), INITIAL)
            state.state(LOSS_SCALE_STEPS, _scalar(), 0.0)


def is_scaled(module: ir.Operation) -> bool:
    return LOSS_SCALE in states_of(module)


def read_scale() -> ir.Value:
    return state.read(LOSS_SCALE, _scalar())


def all_finite(gradients: Sequence[ir.Value]) -> ir.Value:
    """1 if every element is finite, else 0 (rank 0, float32)."""
    total: Any = None
    for gradient in gradients:
        magnitudes = math.AbsFOp(convert_float(gradient, ir.F32Type.get())).result
        own = reduce(magnitudes, list(range(len(shape_of(gradient)))))
        total = own if total is None else add(total, own)
    finite = greater(constant(float("inf"), total.type), total)
    return select(finite, constant(1.0, total.type), constant(0.0, total.type))


def adapt(applied: ir.Value) -> None:
    """The scale of the next step: `applied` is 1 if this one's gradients were finite, else 0."""
    element = ir.F32Type.get()

    def body(applied: ir.Value, scale: ir.Value, steps: ir.Value) -> list[ir.Value]:
        is_applied = greater(applied, constant(0.5, element))
        count = shift(steps, 1.0)
        grows = greater(count, constant(INTERVAL - 0.5, element))
        factor = select(grows, constant(GROWTH, element), constant(1.0, element))
        count = select(grows, constant(0.0, element), count)
        factor = select(is_applied, factor, constant(BACKOFF, element))
        return [mul(scale, factor), mul(applied, count)]

    state.update([LOSS_SCALE, LOSS_SCALE_STEPS], [], [applied], [element, element], body)


def uncount(applied: ir.Value) -> None:
    """Takes back the counting of a step that was not applied."""
    element = ir.F32Type.get()
    one = constant(1.0, applied.type)
    skipped = sub(one, applied)
    state.update([STEP], [], [skipped], [element], lambda skipped, step: [arith.SubFOp(step, skipped).result])


def _scalar() -> ir.RankedTensorType:
    return ir.RankedTensorType.get([], ir.F32Type.get())

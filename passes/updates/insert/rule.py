"""What an optimizer is to the compiler: the states it keeps for each parameter, and arithmetic on their elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch_mlir import ir

from pock_mlir.dialects.upstream import add, constant, mul, with_element

Scalars = list[ir.Value]


def at_least_f32(parameter: ir.RankedTensorType) -> ir.RankedTensorType:
    """The parameter's type, with float32 elements where the parameter's are narrower."""
    return parameter if parameter.element_type.width >= 32 else with_element(parameter, ir.F32Type.get())


@dataclass(frozen=True)
class Slot:
    """A state that an optimizer keeps for each parameter: its `name` (unique within the optimizer), its type as a
    function of the parameter's, and the value `init` at which every element starts.

    What is possible today is what `pock.update` computes: states of the parameter's shape, element by element, in one
    type, which is float64 for a float64 parameter and else float32, of which a slot may keep fewer bits (bfloat16,
    float16). A slice or a factor of low rank is declared here just so; until an op updates it, the pass refuses it.
    """

    name: str
    type: Callable[[ir.RankedTensorType], ir.RankedTensorType] = at_least_f32
    init: float = 0.0


def _rate_alone(lr: ir.Value) -> Scalars:
    return [lr]


@dataclass(frozen=True)
class UpdateRule:
    """An elementwise optimizer.

    `element(gradient, parameter, slots, scalars)` computes the new parameter and the new `slots` from single elements
    of one type: the parameter's, float32 at least. `prepare(lr)` builds, once per step, the rank-0 float32 tensors that
    all updates need as `scalars`. Where they depend on the number of the step, too, `prepare_counted(lr, step)` takes
    its place; `step` counts from 1.
    """

    element: Callable[[ir.Value, ir.Value, Scalars, Scalars], Scalars]
    slots: Sequence[Slot] = ()
    prepare: Callable[[ir.Value], Scalars] = _rate_alone
    prepare_counted: Callable[[ir.Value, ir.Value], Scalars] | None = None

    def __post_init__(self) -> None:
        names = [slot.name for slot in self.slots]
        if len(set(names)) < len(names):
            raise ValueError(f"two slots of one name: {', '.join(names)}")


def with_decay(gradient: ir.Value, parameter: ir.Value, weight_decay: float) -> ir.Value:
    """The gradient of the loss with the penalty weight_decay / 2 ||w||^2: g + weight_decay w."""
    if not weight_decay:
        return gradient
    return add(gradient, mul(constant(weight_decay, parameter.type), parameter))


def moving_average(old: ir.Value, new: ir.Value, beta: float) -> ir.Value:
    """beta old + (1 - beta) new."""
    return add(mul(constant(beta, old.type), old), mul(constant(1.0 - beta, old.type), new))

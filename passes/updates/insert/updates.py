"""What all optimizers share: states for each parameter, clipping, accumulation, and where the updates go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch_mlir import ir
from torch_mlir.dialects import arith, func

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.contract import ACCUMULATED_GRADIENT, APPLY_GRADIENTS, LEARNING_RATE, STEP, slot_symbol
from pock_mlir.dialects import state
from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.upstream import add, constant, convert_float, div, greater, mul, select, shift, sqrt
from pock_mlir.optimizers import Optimizer
from pock_mlir.passes.analyses.functions import (
    after_state,
    find_function,
    operations_of,
    parameters_of,
    slices_of,
    states_of,
    views_of,
)
from pock_mlir.passes.machinery.registry import PassFailure
from pock_mlir.passes.updates import loss_scaling

from .rule import Scalars, Slot, UpdateRule, at_least_f32

# The small number of torch.nn.utils.clip_grad_norm_, which keeps a zero norm from dividing by zero.
CLIP_EPSILON = 1e-6


@dataclass
class Gradient:
    """A parameter's finished gradient: the op that handed it over, its type, and the parameter's slots (`states`: their
    symbols and types).

    `name` is the symbol of the parameter or of its view, `memory` that of the parameter that an update writes; the
    updates of one memory follow each other in the order of their `rank`. Where only `channels` of the parameter are
    trained, gradient and slots are of these.
    """

    name: str
    memory: str
    rank: int
    op: ir.OpView
    type: ir.RankedTensorType
    channels: ChannelSlice | None = None
    states: dict[str, ir.RankedTensorType] = field(default_factory=dict)

    @property
    def view(self) -> str | None:
        return self.name if self.name != self.memory else None

    @property
    def wide_type(self) -> ir.RankedTensorType:
        """What updates are computed in, and what gradients of several steps add up in: float32 at least."""
        return at_least_f32(self.type)


@dataclass(frozen=True)
class Shared:
    """What all updates of a step share, rank 0: the optimizer's `scalars`; `factor` for the gradients, if any; and
    `applied`, where the step may come to nothing: 1 if it counts, else 0.
    """

    scalars: Scalars
    factor: ir.Value | None = None
    applied: ir.Value | None = None


def insert(module: ir.Operation, rule: UpdateRule, optimizer: Optimizer, functions: Sequence[str]) -> None:
    """Turns every `pock.gradient` of the functions, which share all states, into the parameter's update by `rule`.

    With `accumulate` > 1 the functions only add their gradients up, and a function `apply_gradients` updates from their
    mean and clears them. With `clip_norm` the gradients are scaled so that their common L2 norm is at most that.
    """
    clip_norm, states = optimizer.clip_norm, NewStates(module)
    if rule.prepare_counted is not None:
        states.add(STEP, _scalar_type(), 0.0)
    states.add(LEARNING_RATE, _scalar_type(), optimizer.lr)
    steps = [find_function(module, name) for name in functions]
    memories = _memories(module)
    gradients = [_gradients(step, rule, states, memories) for step in steps]
    if optimizer.accumulate == 1:
        for step, own in zip(steps, gradients, strict=True):
            _update_in(module, step, own, rule, clip_norm)
    else:
        for own in gradients:
            _accumulate(own, states)
        every = {gradient.name: gradient for own in gradients for gradient in own}
        _build_apply(module, list(every.values()), rule, clip_norm, optimizer.accumulate)
    for gradient in (gradient for own in gradients for gradient in own):
        gradient.op.operation.erase()


class NewStates:
    """Adds states to a module, which it looks through only once: a large model has a thousand.

    A state that was added before, for another function, is shared.
    """

    def __init__(self, module: ir.Operation) -> None:
        self._location = module.location
        self._taken = {*states_of(module), *parameters_of(module), *views_of(module)}
        self._added: set[str] = set()
        self._place = after_state(module)

    def add(
        self,
        name: str,
        type: ir.RankedTensorType,
        init: float,
        parameter: str | None = None,
        slot: str | None = None,
        view: str | None = None,
    ) -> None:
        if name in self._taken:
            raise PassFailure(self._location, f"the name '{name}' of an optimizer's state is taken by the model")
        if name not in self._added:
            self._added.add(name)
            with self._place, self._location:
                state.state(name, type, init, parameter=parameter, slot=slot, view=view)


def _memories(module: ir.Operation) -> dict[str, tuple[str, int]]:
    """For each parameter and each view of one the parameter whose memory it is, and its place in the model's order."""
    of = {name: name for name in parameters_of(module)}
    of |= {name: op.of.value for name, op in views_of(module).items()}
    return {name: (memory, rank) for rank, (name, memory) in enumerate(of.items())}


def _gradients(
    step: ir.Operation, rule: UpdateRule, states: NewStates, memories: Mapping[str, tuple[str, int]]
) -> list[Gradient]:
    """The gradients in the order in which they are finished, with the states of their parameters."""
    gradients, slices = [], slices_of(step.parent)
    for op in operations_of(step):
        if not isinstance(op, state.GradientOp):
            continue
        name = op.parameter.value
        if name not in memories:
            raise PassFailure(op.operation.location, f"'pock.gradient' op '@{name}' is no parameter")
        gradient = Gradient(name, *memories[name], op, ir.RankedTensorType(op.value.type), slices.get(name))
        for slot in rule.slots:
            symbol, type = slot_symbol(slot.name, gradient.name), _slot_type(slot, gradient)
            states.add(symbol, type, slot.init, gradient.memory, slot.name, gradient.view)
            gradient.states[symbol] = type
        gradients.append(gradient)
    if not gradients:
        raise PassFailure(step.location, "the function hands over no gradients: run pock-autodiff first")
    return gradients


def _slot_type(slot: Slot, gradient: Gradient) -> ir.RankedTensorType:
    """The type of a parameter's slot, if `pock.update` can compute it: it yields elements of one type, of which float32
    is rounded where a state is narrower.
    """
    type, wide = slot.type(gradient.type), gradient.wide_type
    own, computed = type.element_type, wide.element_type
    rounds = isinstance(own, ir.FloatType) and own.width < 32 and computed.width == 32
    if list(type.shape) != list(wide.shape) or not (own == computed or rounds):
        narrower = " or narrower" if computed.width == 32 else ""
        raise PassFailure(
            gradient.op.operation.location,
            f"the optimizer's slot '{slot.name}' of '@{gradient.name}' would be {type}, but 'pock.update' computes "
            f"states of the parameter's shape, {list(wide.shape)}, and of type {computed}{narrower} alone",
        )
    return type


def _in_order(gradients: Sequence[Gradient]) -> Iterator[tuple[Gradient, Gradient]]:
    """Each gradient in the order of the updates, with the one whose place its update takes: its own, but that all
    updates of one memory stand where the last of them is finished, as an optimizer goes through the model's parameters.
    """
    sharing: dict[str, list[Gradient]] = {}
    for gradient in gradients:
        sharing.setdefault(gradient.memory, []).append(gradient)
    for gradient in gradients:
        together = sharing[gradient.memory]
        if gradient is together[-1]:
            yield from ((each, gradient) for each in sorted(together, key=lambda g: g.rank))


def _update_in(
    module: ir.Operation, step: ir.Operation, gradients: list[Gradient], rule: UpdateRule, clip_norm: float | None
) -> None:
    """Updates right where each gradient is finished; where they depend on all gradients, where the last one is."""
    end, is_scaled = gradients[-1].op, loss_scaling.is_scaled(module)
    together = clip_norm is not None or is_scaled
    with ir.InsertionPoint(end if is_scaled else operations_of(step)[0]), step.location:
        scalars = _prepare(rule)
    with ir.InsertionPoint(end), step.location:
        shared = _share(scalars, [g.op.value for g in gradients], 1.0, clip_norm, is_scaled)
    for gradient, place in _in_order(gradients):
        with ir.InsertionPoint(end if together else place.op), gradient.op.operation.location:
            _emit_update(gradient, [gradient.op.value], rule, shared)
    with ir.InsertionPoint(end), step.location:
        _finish(shared, STEP in states_of(module))


def _share(
    scalars: Scalars, values: Sequence[ir.Value], factor: float, clip_norm: float | None, is_scaled: bool
) -> Shared:
    """From the values of all gradients, of which those to update from are the `factor`-fold."""
    scalar = _scalar_type()
    total = None if factor == 1.0 else constant(factor, scalar)
    applied = None
    if is_scaled:
        applied = loss_scaling.all_finite(values)
        total = div(constant(factor, scalar), loss_scaling.read_scale())
    if clip_norm is not None:
        clip = _clip_factor(values, clip_norm, total)
        total = clip if total is None else mul(total, clip)
    return Shared(scalars, total, applied)


def _finish(shared: Shared, counts: bool) -> None:
    if shared.applied is not None:
        if counts:
            loss_scaling.uncount(shared.applied)
        loss_scaling.adapt(shared.applied)


def _scalar_type() -> ir.RankedTensorType:
    return ir.RankedTensorType.get([], ir.F32Type.get())


def _prepare(rule: UpdateRule) -> Scalars:
    """The rule's scalars of this step, which is counted where they depend on its number."""
    scalar = _scalar_type()
    lr = state.read(LEARNING_RATE, scalar)
    if rule.prepare_counted is None:
        return rule.prepare(lr)
    scalars = rule.prepare_counted(lr, shift(state.read(STEP, scalar), 1.0))
    # After the last use of the number: an update that overtakes a read of the old value costs a copy.
    element = scalar.element_type
    state.update([STEP], [], [], [element], lambda step: [arith.AddFOp(step, constant(1.0, element)).result])
    return scalars


def _emit_update(gradient: Gradient, inputs: Scalars, rule: UpdateRule, shared: Shared) -> None:
    """`pock.update` of a parameter and its slots; without `inputs` the gradient is the accumulated one, a state that
    becomes 0.
    """
    types = {gradient.memory: gradient.type, **gradient.states}
    if not inputs:
        types[slot_symbol(ACCUMULATED_GRADIENT, gradient.name)] = gradient.wide_type
    wide = gradient.wide_type.element_type
    extras = [value for value in (shared.factor, shared.applied) if value is not None]

    def body(*values: ir.Value) -> Scalars:
        arguments = [convert_float(value, wide) for value in values]
        value = arguments.pop(0 if inputs else -1)
        scalars = [arguments.pop(0) for _ in shared.scalars]
        if shared.factor is not None:
            value = arith.MulFOp(value, arguments.pop(0)).result
        applied = None if shared.applied is None else arguments.pop(0)
        new = rule.element(value, arguments[0], arguments[1:], scalars)
        if applied is not None:
            counts = greater(applied, constant(0.5, wide))
            new = [select(counts, after, before) for after, before in zip(new, arguments, strict=True)]
        return new if inputs else [*new, constant(0.0, wide)]

    elements = [type.element_type for type in types.values()]
    state.update(list(types), inputs, [*shared.scalars, *extras], elements, body, gradient.channels)


def _clip_factor(gradients: Sequence[ir.Value], clip_norm: float, factor: ir.Value | None) -> ir.Value:
    """min(1, clip_norm / (norm + epsilon)), norm that of all gradients together, times `factor` if given."""
    total: Any = None
    for gradient in gradients:
        wide = gradient if ranked(gradient).element_type.width >= 32 else convert_float(gradient, ir.F32Type.get())
        squares = reduce(mul(wide, wide), list(range(len(gradient.type.shape))))
        squares = convert_float(squares, ir.F32Type.get())
        total = squares if total is None else add(total, squares)
    norm = sqrt(total) if factor is None else mul(sqrt(total), factor)
    ratio = div(constant(clip_norm, total.type), shift(norm, CLIP_EPSILON))
    return arith.MinimumFOp(ratio, constant(1.0, ratio.type)).result


def _accumulate(gradients: list[Gradient], states: NewStates) -> None:
    for gradient in gradients:
        name, element = slot_symbol(ACCUMULATED_GRADIENT, gradient.name), gradient.wide_type.element_type
        states.add(name, gradient.wide_type, 0.0, gradient.memory, ACCUMULATED_GRADIENT, gradient.view)

        def body(g: ir.Value, total: ir.Value) -> Scalars:
            return [arith.AddFOp(total, convert_float(g, total.type)).result]

        with ir.InsertionPoint(gradient.op), gradient.op.operation.location:
            state.update([name], [gradient.op.value], [], [element], body)


def _build_apply(
    module: ir.Operation,
    gradients: list[Gradient],
    rule: UpdateRule,
    clip_norm: float | None,
    accumulate: int,
) -> None:
    """The function that updates from the mean of the accumulated gradients."""
    is_scaled = loss_scaling.is_scaled(module)
    with ir.InsertionPoint(module.regions[0].blocks[0]), module.location:
        apply = func.FuncOp(APPLY_GRADIENTS, ([], []))
        with ir.InsertionPoint(apply.add_entry_block()):
            scalars = _prepare(rule)
            values = []
            if clip_norm is not None or is_scaled:
                values = [state.read(slot_symbol(ACCUMULATED_GRADIENT, g.name), g.wide_type) for g in gradients]
            shared = _share(scalars, values, 1.0 / accumulate, clip_norm, is_scaled)
            for gradient, _ in _in_order(gradients):
                _emit_update(gradient, [], rule, shared)
            _finish(shared, STEP in states_of(module))
            func.ReturnOp([])

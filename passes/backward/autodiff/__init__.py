"""pock-autodiff: reverse-mode differentiation of the training step, only towards what is trained.

Gradients are built for an op only if one of its operands depends on a trained parameter (activity analysis): what a
sparse scheme does not need never comes into being. Cotangents add up where a value has several uses. A parameter's
gradient is handed over (`pock.gradient`) as soon as the last of its uses is differentiated, input gradient included:
the update then comes after the last read of the old value and the gradient's memory is free early.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from torch_mlir import ir

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.contract import TRAIN_STEP
from pock_mlir.dialects import state
from pock_mlir.dialects.slice import slice
from pock_mlir.dialects.traits import EndsGradient, has_trait
from pock_mlir.dialects.upstream import add, constant
from pock_mlir.passes.analyses import dependence
from pock_mlir.passes.analyses.functions import (
    find_function,
    operations_of,
    parameters_of,
    slices_of,
    trained_of,
    views_of,
)
from pock_mlir.passes.backward.custom_vjps import resolve_custom_vjps
from pock_mlir.passes.machinery.diagnostics import blamed
from pock_mlir.passes.machinery.placeholder import is_placeholder, placeholder
from pock_mlir.passes.machinery.registry import PassFailure, fail, register_pass
from pock_mlir.passes.updates import loss_scaling

from .rules import vjp

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


@register_pass("pock-autodiff")
def autodiff(module: ir.Operation, *, function: str = TRAIN_STEP, loss_scale: bool = False) -> None:
    """Appends the gradients of a function's first result, the loss, with respect to the trained parameters.

    With `loss-scale` they are those of the loss times the state `loss_scale`, which the optimizer's pass adapts.
    """
    step = find_function(module, function)
    block = step.regions[0].blocks[0]
    trained = trained_of(module)
    if not trained:
        raise PassFailure(step.location, "no parameter is trained: the scheme leaves nothing to differentiate for")
    if loss_scale:
        loss_scaling.declare(module)
    behind = _behind_loss(step)
    differentiation = Differentiation(block, trained, slices_of(module), is_scaled=loss_scale)
    fail(differentiation.run())
    _hand_over_zeros(step, behind & differentiation.unreached)


def _behind_loss(step: ir.Operation) -> set[str]:
    """The parameters that the loss depends on, by what the program was before anything of it was folded if known."""
    marked = dependence.marked(step)
    dependence.unmark(step)
    if marked is not None:
        return marked
    results = list(operations_of(step)[-1].operation.operands)
    return dependence.parameters_behind(results[0]) if results else set()


def _hand_over_zeros(step: ir.Operation, names: set[str]) -> None:
    """Gradients of zeros for parameters that the loss depends on, but by nothing that has a derivative."""
    parameters, views, slices = parameters_of(step.parent), views_of(step.parent), slices_of(step.parent)
    with ir.InsertionPoint(operations_of(step)[-1]):
        for name in sorted(names):
            stored = parameters[views[name].of.value if name in views else name]
            with stored.operation.location:
                _hand_over(name, constant(0.0, stored.type.value), slices)


def _hand_over(name: str, gradient: ir.Value, slices: Mapping[str, ChannelSlice]) -> None:
    """Emits the gradient of a parameter, of the channels alone of which only these are trained."""
    state.gradient(name, slice(gradient, slices[name]) if name in slices else gradient)


class Differentiation:
    """The reverse sweep over one block.

    In a `survey` an op whose rule fails is a failure, of which that of the rule is the cause, and the sweep goes on.
    """

    def __init__(
        self,
        block: ir.Block,
        trained: set[str],
        slices: Mapping[str, ChannelSlice] = MappingProxyType({}),
        *,
        is_scaled: bool = False,
        survey: bool = False,
    ) -> None:
        operations = list(block.operations)
        self.slices = slices
        self.operations, self.terminator = operations[:-1], operations[-1]
        self.trained, self.is_scaled, self.survey = trained, is_scaled, survey
        self.active: set[ir.Value] = set()
        self.reads: dict[str, list[ir.Value]] = {name: [] for name in trained}
        self.cotangents: dict[ir.Value, ir.Value] = {}
        self.failures: list[PassFailure] = []
        self.unreached = set(trained)

    def run(self) -> list[PassFailure]:
        """Differentiates; returns a failure for each op that stands in the way and has no gradient rule."""
        self._find_active()
        loss = self._loss()
        last_use = self._first_active_use(loss)
        with ir.InsertionPoint(self.terminator):
            with loss.owner.location:
                self.cotangents[loss] = loss_scaling.read_scale() if self.is_scaled else constant(1.0, loss.type)
            for name in last_use.get(len(self.operations), ()):
                self._hand_over(name, loss.owner.location)
            for position in range(len(self.operations) - 1, -1, -1):
                op = self.operations[position]
                self._differentiate(op)
                for name in last_use.get(position, ()):
                    self._hand_over(name, op.operation.location)
        resolve_custom_vjps(self.terminator.operation.block)
        return self.failures

    def _find_active(self) -> None:
        """Marks the values that depend on a trained parameter."""
        for op in self.operations:
            operation = op.operation
            if isinstance(op, state.ReadOp) and op.owner_symbol in self.trained:
                self.reads[op.owner_symbol].append(op.result)
                self.active.add(op.result)
            elif not has_trait(op, EndsGradient) and any(v in self.active for v in operation.operands):
                self.active.update(r for r in operation.results if isinstance(r.type.element_type, ir.FloatType))

    def _loss(self) -> ir.Value:
        values = list(self.terminator.operation.operands)
        location = self.terminator.operation.location
        if not values or list(values[0].type.shape) != []:
            raise PassFailure(location, "expects the function to return a scalar loss first")
        if values[0] not in self.active:
            raise PassFailure(location, "the loss does not depend on any trained parameter: nothing would be learned")
        return values[0]

    def _first_active_use(self, loss: ir.Value) -> dict[int, list[str]]:
        """Per position of an op the parameters whose uses, in the order of the reverse sweep, end there; behind the
        last op a parameter that nothing uses but that is the loss itself.
        """
        positions: dict[str, int] = {}
        owner = {value: name for name, values in self.reads.items() for value in values}
        for position, op in enumerate(self.operations):
            for value in op.operation.operands:
                if value in owner:
                    positions.setdefault(owner[value], position)
        if loss in owner:
            positions.setdefault(owner[loss], len(self.operations))
        result: dict[int, list[str]] = {}
        for name, position in positions.items():
            result.setdefault(position, []).append(name)
        return result

    def _differentiate(self, op: ir.OpView) -> None:
        operation = op.operation
        results = list(operation.results)
        if is_placeholder(operation):
            self._go_on_before(operation)
            return
        later = next((index for index, result in enumerate(results) if index and result in self.cotangents), None)
        if later is not None:
            problem = f"result {later} of '{operation.name}' op leads to the loss, only its first has a gradient rule"
            self.failures.append(PassFailure(operation.location, problem))
            self._go_on_before(operation)
            return
        if (
            not results
            or results[0] not in self.cotangents
            or results[0] not in self.active
            or isinstance(op, state.ReadOp)
        ):
            return
        rule = vjp.get(operation.name)
        if rule is None:
            self.failures.append(PassFailure(operation.location, f"'{operation.name}' op has no gradient rule"))
            self._go_on_before(operation)
            return
        try:
            with operation.location, blamed(operation):
                thunks = rule(op, self.cotangents[results[0]])
                for value, thunk in zip(operation.operands, thunks, strict=True):
                    if thunk is not None and value in self.active:
                        self._accumulate(value, thunk())
        except Exception as error:
            if not self.survey:
                raise
            failure = PassFailure(operation.location, f"its gradient rule failed ({type(error).__name__}: {error})")
            failure.__cause__ = error
            self.failures.append(failure)
            self._go_on_before(operation)
        self.cotangents.pop(results[0], None)

    def _go_on_before(self, operation: ir.Operation) -> None:
        """Gives what an op without a rule depends on some cotangent: so all such ops are found in one sweep."""
        cotangents = [self.cotangents.pop(r) for r in operation.results if r in self.cotangents]
        active = [v for v in operation.operands if v in self.active]
        if cotangents:
            for value in active:
                self._accumulate(value, placeholder([value.type], cotangents, operation.location)[0])

    def _accumulate(self, value: ir.Value, cotangent: ir.Value) -> None:
        if cotangent.type != value.type:
            raise AssertionError(f"a cotangent of type {cotangent.type} for a value of type {value.type}")
        before = self.cotangents.get(value)
        self.cotangents[value] = cotangent if before is None else add(before, cotangent)

    def _hand_over(self, name: str, location: ir.Location) -> None:
        """Emits the gradient of a parameter, the sum over its reads.

        A parameter that the loss does not reach has none, which is not a gradient of zeros: its update stands still.
        """
        parts = [self.cotangents.pop(value) for value in self.reads[name] if value in self.cotangents]
        if not parts:
            return
        with location:
            total = parts[0]
            for part in parts[1:]:
                total = add(total, part)
            _hand_over(name, total, self.slices)
            self.unreached.discard(name)

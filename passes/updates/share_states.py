"""pock-share-states: blocks that are sampled share the optimizer's states of as many as are trained at a time (LISA,
arXiv:2403.17919).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.contract import ACCUMULATED_GRADIENT, LISA_BLOCKS, LISA_STEP, STEP, lane_symbol
from pock_mlir.dialects import state
from pock_mlir.dialects.rewriting import clone_into
from pock_mlir.dialects.upstream import compare, constant, convert_float, extract_slice, greater, reshape, select
from pock_mlir.passes.analyses.functions import (
    after_state,
    framework_name,
    functions_of,
    operations_of,
    parameters_of,
    states_of,
)
from pock_mlir.passes.machinery.registry import PassFailure, register_pass


@register_pass("pock-share-states")
def share_states(module: ir.Operation, *, symbols: Sequence[str] = (), blocks: int = 1, active: int = 1) -> None:
    """Trains `active` of the `blocks` blocks at a time, and keeps optimizer states for as many.

    `symbols` are the parameters, block by block, in each in the same order. The state `lisa.blocks` holds the numbers
    of the blocks that are trained, each of which has one of `active` lanes of states; `lisa.step` counts the updates
    since they were sampled: at 0 the lanes start anew. Each update becomes one per lane, which changes nothing unless
    the block has the lane. Run it after the optimizer's pass.
    """
    sharing = _Sharing.of(module, symbols, blocks)
    _declare(module, sharing, active)
    for function in functions_of(module):
        _rewrite(function, sharing, active)
    for name in sharing.states:
        states_of(module)[name].operation.erase()


@dataclass(frozen=True)
class _Sharing:
    """`places`: block and place in it, by parameter; `names`: what is common to the names in one place; `states`: the
    states that are shared, by name.
    """

    places: dict[str, tuple[int, int]]
    names: list[str]
    states: dict[str, state.StateOp]

    @staticmethod
    def of(module: ir.Operation, symbols: Sequence[str], blocks: int) -> _Sharing:
        parameters = parameters_of(module)
        unknown = next((symbol for symbol in symbols if symbol not in parameters), None)
        if unknown is not None:
            raise PassFailure(module.location, f"no parameter has the symbol '{unknown}'")
        size = len(symbols) // blocks
        if not size or size * blocks != len(symbols):
            raise PassFailure(module.location, f"{len(symbols)} parameters are not equally many in {blocks} blocks")
        places = {symbol: divmod(index, size) for index, symbol in enumerate(symbols)}
        groups = [symbols[place::size] for place in range(size)]
        for group in groups:
            _require_one_type([parameters[symbol] for symbol in group])
        names = [_common_end([framework_name(parameters[symbol]) for symbol in group]) for group in groups]
        if len(set(names)) < size or "" in names:
            raise PassFailure(module.location, "the blocks are not alike: their parameters have other names")
        states = {n: op for n, op in states_of(module).items() if op.parameter and op.parameter.value in places}
        return _Sharing(places, names, states)

    def lane(self, name: str, lane: int) -> str:
        """The symbol of a state in a lane; of what is not shared, its own."""
        op = self.states.get(name)
        if op is None:
            return name
        assert op.slot is not None and op.parameter is not None
        return lane_symbol(op.slot.value, lane, self.names[self.places[op.parameter.value][1]])

    def parameter_of(self, update: state.UpdateOp) -> str | None:
        """The parameter of a block that an update changes, or a state of."""
        first = update.written[0]
        op = self.states.get(first)
        name = first if op is None or op.parameter is None else op.parameter.value
        return name if name in self.places else None


def _require_one_type(parameters: Sequence[state.ParameterOp]) -> None:
    first = parameters[0]
    for other in parameters[1:]:
        if other.type != first.type:
            raise PassFailure(
                other.operation.location,
                f"the blocks are not alike: '{framework_name(other)}' is {other.type.value}, "
                f"'{framework_name(first)}' is {first.type.value}",
            )


def _common_end(names: Sequence[str]) -> str:
    """What dotted names end in alike."""
    parts = [name.split(".")[::-1] for name in names]
    common = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        common.append(level[0])
    return ".".join(reversed(common))


def _declare(module: ir.Operation, sharing: _Sharing, active: int) -> None:
    scalar = ir.F32Type.get(module.context)
    with after_state(module), module.location:
        state.state(LISA_STEP, ir.RankedTensorType.get([], scalar), 0.0)
        state.state(LISA_BLOCKS, ir.RankedTensorType.get([active], scalar), 0.0)
        added: set[str] = set()
        for name, op in sharing.states.items():
            for lane in range(active):
                symbol = sharing.lane(name, lane)
                if symbol not in added:
                    added.add(symbol)
                    state.state(symbol, ir.RankedTensorType(op.type.value), op.init.value)


def _rewrite(function: ir.Operation, sharing: _Sharing, active: int) -> None:
    operations = operations_of(function)
    for op in operations:
        if isinstance(op, state.ReadOp) and op.symbol.value in sharing.states:
            raise PassFailure(op.operation.location, "the gradients of sampled blocks are needed together: clip none")
    updates = [op for op in operations if isinstance(op, state.UpdateOp) and sharing.parameter_of(op) is not None]
    if not updates:
        return
    scalar = ir.RankedTensorType.get([], ir.F32Type.get(function.context))
    with ir.InsertionPoint(operations[0]), function.location:
        numbers = state.read(LISA_BLOCKS, ir.RankedTensorType.get([active], scalar.element_type))
        lanes = [reshape(extract_slice(numbers, [lane], [1], [1]), []) for lane in range(active)]
        step = state.read(LISA_STEP, scalar)
    writes = any(op.written[0] in sharing.places for op in updates)
    with ir.InsertionPoint(updates[0]), function.location:
        scalars = _counted_anew(operations, updates, step) if writes else {}
    for op in updates:
        with ir.InsertionPoint(op), op.operation.location:
            for lane, number in enumerate(lanes):
                _update_lane(op, sharing, lane, number, step, scalars)
        op.operation.erase()
    if writes:
        with ir.InsertionPoint(operations_of(function)[-1]), function.location:
            one = scalar.element_type
            state.update([LISA_STEP], [], [], [one], lambda count: [arith.AddFOp(count, constant(1.0, one)).result])


def _counted_anew(
    operations: Sequence[ir.OpView], updates: Sequence[state.UpdateOp], step: ir.Value
) -> dict[ir.Value, ir.Value]:
    """What updates take that depends on the number of the step, computed once more from the lanes' own number."""
    mapping: dict[ir.Value, ir.Value] = {}
    dependent: list[ir.OpView] = []
    values: set[ir.Value] = set()
    for op in operations:
        if isinstance(op, state.ReadOp) and op.symbol.value == STEP:
            mapping[op.result] = step
            values.add(op.result)
        elif len(op.operation.results) and any(value in values for value in op.operation.operands):
            dependent.append(op)
            values.update(op.operation.results)
    if any(value in values for op in updates for value in op.scalars):
        clone_into(dependent, mapping)
    return mapping


def _update_lane(
    op: state.UpdateOp,
    sharing: _Sharing,
    lane: int,
    number: ir.Value,
    step: ir.Value,
    counted: dict[ir.Value, ir.Value],
) -> None:
    """The update, where its block has the lane; the lane's states are as at the start, where none was made yet."""
    parameter = sharing.parameter_of(op)
    assert parameter is not None
    block, old = sharing.places[parameter][0], op.body.blocks[0]
    scalars = [counted.get(value, value) for value in op.scalars]
    given, kept = len(op.inputs) + len(scalars), op.written
    inits = [_start(sharing.states.get(name)) for name in kept]

    def body(*values: ir.Value) -> list[ir.Value]:
        has_lane = compare(arith.CmpFPredicate.OEQ, values[given], constant(float(block), values[given].type))
        is_new = greater(constant(0.5, values[given + 1].type), values[given + 1])
        before = list(values[given + 2 :])
        current = [
            value if init is None else select(is_new, constant(init, value.type), value)
            for value, init in zip(before, inits, strict=True)
        ]
        mapping = dict(zip(old.arguments, [*values[:given], *current], strict=True))
        *inner, end = list(old.operations)
        clone_into(inner, mapping)
        after = [mapping.get(value, value) for value in end.operation.operands]
        return [select(has_lane, a, convert_float(b, a.type)) for a, b in zip(after, before, strict=True)]

    elements = [argument.type for argument in list(old.arguments)[given:]]
    states = [sharing.lane(name, lane) for name in kept]
    state.update(states, list(op.inputs), [*scalars, number, step], elements, body)


def _start(op: state.StateOp | None) -> float | None:
    """What every element of a lane's state starts from; None: it is not the optimizer's, or clears itself."""
    return None if op is None or op.slot is None or op.slot.value == ACCUMULATED_GRADIENT else op.init.value

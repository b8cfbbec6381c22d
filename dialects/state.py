"""State: parameters, optimizer state, and the ops that read, assign and update them. State is referred to by symbol."""

from collections.abc import Callable, Sequence
from typing import Any

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Region, Result

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.contract import FROZEN, OWNERS, PARAMETER, PARAMETER_KINDS, SLICE, UPDATES

from .base import (
    I64Array,
    OptionalAttribute,
    Pock,
    build,
    i64_array,
    ranked,
    require,
    require_static,
    shape_of,
    verifier,
)
from .slice import channel_slice, require_slice, require_slice_of, slice_attributes
from .traits import Elementwise, EndsGradient, OfState, Pure, ReadEffect, Selects, WriteEffect


def require_kind_and_update(op: Any, updates: Sequence[str] = UPDATES) -> None:
    """What `pock.parameter` and `pock.parameter_view` require of both attributes."""
    require(
        op.kind.value in PARAMETER_KINDS,
        f"attribute 'kind' must be one of {', '.join(PARAMETER_KINDS)}, got '{op.kind.value}'",
    )
    require(
        op.update.value in updates, f"attribute 'update' must be one of {', '.join(updates)}, got '{op.update.value}'"
    )


def _require_tensor_type(op: Any) -> None:
    type = op.type.value
    is_static = isinstance(type, ir.RankedTensorType) and type.has_static_shape
    require(is_static, f"attribute 'type' must be a tensor of static shape, got {type}")


def _has_slice(op: Any) -> bool:
    return op.axis is not None and op.ranges is not None


class ParameterOp(Pock.Operation, name="parameter", traits=[OfState]):
    """A parameter, buffer or constant of the model or its loss: a symbol with a name, a type and what training
    changes of it (`update`: "frozen", "full" or "slice").

    With "slice" training changes those channels of what is stored along the dimension `axis` (integer) that lie in
    `ranges` (`array<i64>`: pairs of start and size, ascending, none touching the next); both are optional attributes.

    `kind` is "parameter", "buffer", or "constant" for a buffer that is no part of a state dictionary.

    The names of model and loss live in spaces of their own: where the symbol is another than the framework's name, the
    optional attribute `framework_name` (string) has that, and `owner` (string, "model" or "loss") says whose it is: the
    model's without it. What a loss shares with the model is the model's, and `loss_names` (array of strings) lists the
    loss's names of it.

    `type` is the type as stored. Where that is not the framework's layout, the optional attribute `permutation`
    (`array<i64>`) says how it came about: `stored = transpose(framework, permutation)`. The optional attribute
    `aliases` (array of strings) lists further framework names of the same tensor (tied weights), and
    `framework_element` (type) is the framework's element type where the stored one is narrower.
    """

    sym_name: ir.StringAttr
    type: ir.TypeAttr
    kind: ir.StringAttr
    update: ir.StringAttr

    framework_name = OptionalAttribute(ir.StringAttr)
    aliases = OptionalAttribute(ir.ArrayAttr, of=ir.StringAttr)
    owner = OptionalAttribute(ir.StringAttr)
    loss_names = OptionalAttribute(ir.ArrayAttr, of=ir.StringAttr)
    framework_element = OptionalAttribute(ir.TypeAttr)
    permutation = OptionalAttribute(I64Array)
    axis = OptionalAttribute(ir.IntegerAttr)
    ranges = OptionalAttribute(I64Array)

    @verifier
    def verify_invariants(self) -> None:
        require_kind_and_update(self, (*UPDATES, SLICE))
        _require_tensor_type(self)
        if self.update.value == SLICE:
            require(_has_slice(self), "expects attributes 'axis' and 'ranges' with update = \"slice\"")
            require_slice_of(self, list(ir.RankedTensorType(self.type.value).shape))
        else:
            require(self.axis is None and self.ranges is None, "expects 'axis' and 'ranges' only with \"slice\"")
        require(
            self.owner is None or self.owner.value in OWNERS,
            f"attribute 'owner' must be one of {', '.join(OWNERS)}, got {self.owner}",
        )
        element = self.framework_element
        is_float = element is None or isinstance(element.value, ir.FloatType)
        require(is_float, f"attribute 'framework_element' must be a floating-point type, got {element}")
        if self.permutation is not None:
            rank = ir.RankedTensorType(self.type.value).rank
            permutation = i64_array(self, "permutation", size=rank)
            require(
                sorted(permutation) == list(range(rank)),
                f"attribute 'permutation' must permute {rank} dimensions, got {permutation}",
            )

    @property
    def is_trained(self) -> bool:
        """Whether training changes any of it."""
        return self.update.value != FROZEN

    @property
    def channels(self) -> ChannelSlice | None:
        """What training changes, as stored, where that is a slice."""
        return channel_slice(self) if self.update.value == SLICE else None

    def set_update(self, update: str, channels: ChannelSlice | None = None) -> None:
        """Says what training changes; of a slice, the channels as stored."""
        said = slice_attributes(channels) if channels is not None else {"axis": None, "ranges": None}
        with self.operation.context:
            self.axis, self.ranges = said["axis"], said["ranges"]
            self.operation.attributes["update"] = ir.StringAttr.get(update)


class StateOp(Pock.Operation, name="state", traits=[OfState]):
    """A tensor that the optimizer keeps between steps. Every element starts as `init`.

    Where it belongs to a parameter, the optional attributes `parameter` (symbol) and `slot` (string, such as "exp_avg")
    say to which and as what; `view` (symbol), that it belongs to this view of the parameter.
    """

    sym_name: ir.StringAttr
    type: ir.TypeAttr
    init: ir.FloatAttr

    parameter = OptionalAttribute(ir.FlatSymbolRefAttr)
    slot = OptionalAttribute(ir.StringAttr)
    view = OptionalAttribute(ir.FlatSymbolRefAttr)

    @verifier
    def verify_invariants(self) -> None:
        _require_tensor_type(self)
        require((self.parameter is None) == (self.slot is None), "expects attributes 'parameter' and 'slot' together")


class ReadOp(Pock.Operation, name="read", traits=[ReadEffect, OfState]):
    """The current value of a parameter or state.

    With the optional attribute `view` (symbol) it is read for a `pock.parameter_view` in the parameter's memory: the
    gradient is that one's.
    """

    symbol: ir.FlatSymbolRefAttr
    result: Result[ir.RankedTensorType]

    view = OptionalAttribute(ir.FlatSymbolRefAttr)

    verify_invariants = verifier()

    @property
    def owner_symbol(self) -> str:
        """Whose value this is: the view's symbol, or the parameter's own."""
        return (self.view or self.symbol).value


class AssignOp(Pock.Operation, name="assign", traits=[WriteEffect, OfState]):
    """Replaces the value of a parameter or state."""

    value: Operand[ir.RankedTensorType]
    symbol: ir.FlatSymbolRefAttr

    verify_invariants = verifier()

    @property
    def written(self) -> list[str]:
        return [self.symbol.value]


class GradientOp(Pock.Operation, name="gradient", traits=[WriteEffect]):
    """Hands the finished gradient of a parameter, or of a view of one, to the optimizer.

    `pock-autodiff` emits it, the optimizer's pass (`pock-insert-sgd`, ...) replaces it.
    """

    value: Operand[ir.RankedTensorType]
    parameter: ir.FlatSymbolRefAttr

    verify_invariants = verifier()

    @property
    def written(self) -> list[str]:
        return [self.parameter.value]


class UpdateOp(Pock.Operation, name="update", traits=[WriteEffect, OfState, ir.IsIsolatedFromAboveTrait]):
    """Updates states of one shape elementwise and in place.

    For each element the region computes the new values from the elements of `inputs` (tensors of the states' shape),
    the `scalars` (rank-0 tensors: learning rate, clipping factor, ...) and the current elements of the states, in this
    order, and yields the states' new elements (of one type; float32 is rounded to a narrower state). One op serves
    every elementwise optimizer, with however many states, and is the unit that becomes one in-place dispatch.

    With the optional attributes `axis` (integer) and `ranges` (`array<i64>`), those of a `pock.slice`, the first state
    is updated in these channels alone: the slice has the shape of the inputs and of the other states.
    """

    inputs: Sequence[Operand[Any]]
    scalars: Sequence[Operand[Any]]
    states: ir.ArrayAttr
    body: Region

    axis = OptionalAttribute(ir.IntegerAttr)
    ranges = OptionalAttribute(I64Array)

    @verifier
    def verify_invariants(self) -> None:
        require(len(self.states) > 0, "expects at least one state")
        if self.axis is not None or self.ranges is not None:
            require(_has_slice(self), "expects attributes 'axis' and 'ranges' together")
            require_slice(self)
        require(
            all(isinstance(s, ir.FlatSymbolRefAttr) for s in self.states),
            "attribute 'states' must be an array of symbols",
        )
        for value in (*self.inputs, *self.scalars):
            require_static("inputs and scalars", value)
        for scalar in self.scalars:
            require(shape_of(scalar) == [], f"expects rank-0 scalars, got {scalar.type}")
        for other in list(self.inputs)[1:]:
            require(
                shape_of(other) == shape_of(self.inputs[0]),
                f"expects inputs of one shape, got {self.inputs[0].type} and {other.type}",
            )

    def verify_region_invariants(self) -> bool:
        return _verify_update_body(self)

    @property
    def written(self) -> list[str]:
        return [symbol.value for symbol in self.states]

    @property
    def channels(self) -> ChannelSlice | None:
        """The channels of the first state that are updated, where these are not all."""
        return None if self.axis is None else channel_slice(self)

    def set_channels(self, channels: ChannelSlice) -> None:
        said = slice_attributes(channels)
        self.axis, self.ranges = said["axis"], said["ranges"]


@verifier
def _verify_update_body(op: UpdateOp) -> None:
    require(len(op.body.blocks) == 1, "expects one block")
    block = op.body.blocks[0]
    expected = len(op.inputs) + len(op.scalars) + len(op.states)
    require(
        len(block.arguments) == expected,
        f"expects {expected} block arguments (inputs, scalars, states), got {len(block.arguments)}",
    )
    for argument, value in zip(block.arguments, (*op.inputs, *op.scalars), strict=False):
        element = ranked(value).element_type
        require(argument.type == element, f"expects a block argument of type {element}, got {argument.type}")
    operations = list(block.operations)
    require(bool(operations) and operations[-1].operation.name == "pock.yield", "expects the body to end in pock.yield")
    yielded = len(operations[-1].operation.operands)
    require(yielded == len(op.states), f"expects to yield {len(op.states)} values, one for each state, got {yielded}")
    states = list(block.arguments)[expected - yielded :]
    for state, value in zip(states, operations[-1].operation.operands, strict=True):
        rounds = isinstance(state.type, ir.FloatType) and value.type == ir.F32Type.get(op.operation.context)
        require(
            state.type == value.type or (rounds and state.type.width < 32),
            f"expects to yield {state.type} for a state of that type, got {value.type}",
        )


class YieldOp(Pock.Operation, name="yield", traits=[OfState, ir.IsTerminatorTrait]):
    """Ends the body of `pock.update`."""

    values: Sequence[Operand[Any]]

    @verifier
    def verify_invariants(self) -> None:
        parent = self.operation.parent
        require(parent is not None and parent.name == "pock.update", "expects parent op 'pock.update'")


class StopGradientOp(Pock.Operation, name="stop_gradient", traits=[Pure, Elementwise, Selects, EndsGradient]):
    """The value itself, through which no gradient flows (torch's `detach`)."""

    x: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    differentiated_operands = ()

    @verifier
    def verify_invariants(self) -> None:
        require(
            self.x.type == self.result.type,
            f"expects x and result of the same type, got {self.x.type} and {self.result.type}",
        )


class ZeroGradientOp(Pock.Operation, name="zero_gradient", traits=[Pure, Elementwise, Selects, EndsGradient]):
    """The value itself, on its way into an op whose derivative is zero wherever it has one (rounding, the sign).

    What is reached through it alone has a gradient, of zeros, and is updated (weight decay, momentum); what is behind
    `pock.stop_gradient` has none.
    """

    x: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    @verifier
    def verify_invariants(self) -> None:
        require(
            self.x.type == self.result.type,
            f"expects x and result of the same type, got {self.x.type} and {self.result.type}",
        )


def parameter(name: str, type: ir.RankedTensorType, *, kind: str = PARAMETER, update: str = FROZEN) -> ir.OpView:
    return build("pock.parameter", [], [], sym_name=name, type=type, kind=kind, update=update)


def state(
    name: str,
    type: ir.RankedTensorType,
    init: float,
    *,
    parameter: str | None = None,
    slot: str | None = None,
    view: str | None = None,
) -> ir.OpView:
    owner = {} if parameter is None else {"parameter": ir.FlatSymbolRefAttr.get(parameter), "slot": slot}
    if view is not None:
        owner["view"] = ir.FlatSymbolRefAttr.get(view)
    return build("pock.state", [], [], sym_name=name, type=type, init=init, **owner)


def read(symbol: str, type: ir.RankedTensorType, view: str | None = None) -> ir.Value:
    through = {} if view is None else {"view": ir.FlatSymbolRefAttr.get(view)}
    return build("pock.read", [type], [], symbol=ir.FlatSymbolRefAttr.get(symbol), **through).result


def read_as(op: ReadOp, type: ir.RankedTensorType) -> ir.Value:
    """What `op` reads, where it is stored as another type."""
    return read(op.symbol.value, type, op.view and op.view.value)


def assign(symbol: str, value: ir.Value) -> None:
    build("pock.assign", [], [value], symbol=ir.FlatSymbolRefAttr.get(symbol))


def gradient(parameter: str, value: ir.Value) -> None:
    build("pock.gradient", [], [value], parameter=ir.FlatSymbolRefAttr.get(parameter))


def update(
    states: Sequence[str],
    inputs: Sequence[ir.Value],
    scalars: Sequence[ir.Value],
    element_types: Sequence[ir.Type],
    body: Callable[..., Sequence[ir.Value]],
    channels: ChannelSlice | None = None,
) -> ir.OpView:
    """Builds a `pock.update`, of `channels` of the first state alone if these are given; `body(*inputs, *scalars,
    *states)` gets scalar values and returns the new elements of the states.
    """
    attributes: dict[str, Any] = {} if channels is None else slice_attributes(channels)
    attributes["operandSegmentSizes"] = ir.DenseI32ArrayAttr.get([len(inputs), len(scalars)])
    op = build("pock.update", [], [*inputs, *scalars], regions=1, states=list(states), **attributes)
    arguments = [ir.RankedTensorType(v.type).element_type for v in (*inputs, *scalars)] + list(element_types)
    block = op.operation.regions[0].blocks.append(*arguments)
    with ir.InsertionPoint(block):
        build("pock.yield", [], list(body(*block.arguments)))
    return op


def stop_gradient(x: ir.Value) -> ir.Value:
    return build("pock.stop_gradient", [x.type], [x]).result


def zero_gradient(x: ir.Value) -> ir.Value:
    return build("pock.zero_gradient", [x.type], [x]).result

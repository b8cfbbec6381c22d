"""pock-form-dispatches: cuts functions into pieces, each of which runs as one.

A contraction takes in what moves its operands and the elementwise ops on its result, its epilogue; a reduction the
elementwise ops that make its operand and those on its result; elementwise chains are one piece; an update goes with
what makes its gradient. Broadcasts and constants stand in every piece that uses them; reshapes, which move nothing, and
reads of state stand between pieces.

Ops are looked at in the order of the program, and a piece is placed where one of its ops was. An op takes pieces down
to its own place if nothing uses them before, or goes up into a piece if all that it needs comes before that: no piece
ever waits for itself. What reads a parameter stays before its update.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import BroadcastOp
from pock_mlir.dialects.dispatch import (
    CONTRACTION,
    ELEMENTWISE,
    KINDS,
    MOST_OUTPUTS,
    MOVE,
    REDUCTION,
    SCATTER,
    UPDATE,
    WINDOW,
    dispatch,
)
from pock_mlir.dialects.rewriting import clone_into
from pock_mlir.dialects.slice import SliceOp
from pock_mlir.dialects.state import ReadOp, UpdateOp
from pock_mlir.dialects.traits import (
    Contracts,
    Draws,
    Elementwise,
    Literal,
    Reduces,
    Scatters,
    Windows,
    WriteEffect,
    has_trait,
    traits_of,
    written_symbols,
)
from pock_mlir.passes.analyses.functions import functions_of, operations_of
from pock_mlir.passes.analyses.storage import RESHAPES, root
from pock_mlir.passes.machinery.registry import register_pass

MOST_VALUES = 24
"""Inputs, outputs and states of one piece: devices bind a limited number of buffers (32 in IREE)."""


@register_pass("pock-form-dispatches")
def form_dispatches(module: ir.Operation) -> None:
    """Wraps what runs as one piece into `pock.dispatch`: every op that computes stands in exactly one."""
    for function in functions_of(module):
        for op in operations_of(function):
            _repeat_operands(op)
        _erase_unused(function)
        _emit(function.regions[0].blocks[0], _Formation(operations_of(function)).run())


def _repeat_operands(op: ir.OpView) -> None:
    """Gives an op constants and broadcasts of its own, which then stand in its piece."""
    if isinstance(op, (ReadOp, *RESHAPES)) or (isinstance(op, ir.OpView) and op.operation.name == "func.return"):
        return
    for index, value in enumerate(op.operation.operands):
        owner = _owner(value)
        if owner is not None and _is_repeated(owner, op):
            with ir.InsertionPoint(op), owner.operation.location:
                copy = owner.operation.clone()
            op.operation.operands[index] = copy.results[0]
            _repeat_operands(copy.operation.opview)


def _is_repeated(owner: ir.OpView, user: ir.OpView) -> bool:
    if isinstance(owner, arith.ConstantOp):
        value = owner.value
        return not isinstance(value, ir.DenseElementsAttr) or value.is_splat
    return isinstance(owner, BroadcastOp) and (has_trait(user, Elementwise) or isinstance(user, BroadcastOp))


def _erase_unused(function: ir.Operation) -> None:
    for op in reversed(operations_of(function)):
        unused = not any(True for result in op.operation.results for _ in result.uses)
        if unused and (isinstance(op, BroadcastOp) or has_trait(op, Literal)):
            op.operation.erase()


def _is_free(op: ir.OpView | None) -> bool:
    """Whether an op costs nothing where it stands: a constant, a reshape."""
    return isinstance(op, RESHAPES) or (op is not None and has_trait(op, Literal))


def _owner(value: ir.Value) -> ir.OpView | None:
    """The op that a value is the result of."""
    return None if isinstance(value.owner, ir.Block) else value.owner.operation.opview


def _source(value: ir.Value) -> ir.OpView | None:
    """The op that makes a value, behind reshapes."""
    return _owner(root(value))


@dataclass(eq=False)
class _Piece:
    """Ops that run as one. `place` is the position of one of them in the program, `shape` that of what it computes;
    `is_fixed` where it may not move down: a parameter that it reads is updated behind it, or it takes a slice of what
    then need not live.
    """

    kind: str
    place: int
    shape: list[int]
    ops: list[ir.OpView] = field(default_factory=list)
    is_fixed: bool = False


def _kind(op: ir.OpView) -> str:
    traits = traits_of(op.operation.name)
    for trait, kind in ((Contracts, CONTRACTION), (Windows, WINDOW), (Scatters, SCATTER), (Reduces, REDUCTION)):
        if trait in traits:
            return kind
    if WriteEffect in traits:
        return UPDATE
    return ELEMENTWISE if traits & {Elementwise, Draws} else MOVE


class _Formation:
    """Groups the ops of one block into pieces."""

    def __init__(self, operations: list[ir.OpView]) -> None:
        self.operations = operations
        self.place = {op.operation: index for index, op in enumerate(operations)}
        self.piece_of: dict[ir.Operation, _Piece] = {}
        self.readers: dict[str, set[ir.Operation]] = {}

    def run(self) -> list[_Piece | ir.OpView]:
        """The pieces, and the ops that stand between them, in their new order."""
        placed: list[tuple[int, _Piece | ir.OpView]] = []
        for index, op in enumerate(self.operations):
            if isinstance(op, ReadOp) or op is self.operations[-1]:
                placed.append((index, op))
            elif not _is_free(op) and not self._is_attached(op):
                self._add(index, op)
        pieces = {id(piece): piece for piece in self.piece_of.values()}
        placed += [(piece.place, piece) for piece in pieces.values()]
        return [item for _, item in sorted(placed, key=lambda pair: pair[0])]

    def _is_attached(self, op: ir.OpView) -> bool:
        """Whether an op was repeated for its only user, with which it goes."""
        uses = list(op.operation.results[0].uses) if isinstance(op, BroadcastOp) else []
        return len(uses) == 1 and _is_repeated(op, uses[0].owner.operation.opview)

    def _with_attached(self, op: ir.OpView) -> list[ir.OpView]:
        attached: list[ir.OpView] = []
        for value in op.operation.operands:
            owner = _owner(value)
            if owner is not None and _is_repeated(owner, op) and owner not in attached:
                attached += self._with_attached(owner)
        return [*attached, op]

    def _inputs(self, op: ir.OpView) -> Iterator[ir.Value]:
        """What an op takes together with those that go with it."""
        for value in op.operation.operands:
            owner = _owner(value)
            if owner is not None and _is_repeated(owner, op):
                yield from self._inputs(owner)
            else:
                yield value

    def _add(self, index: int, op: ir.OpView) -> None:
        piece = _Piece(_kind(op), index, _computed_shape(op), self._with_attached(op), isinstance(op, SliceOp))
        joined = [other for other in self._producers(op) if self._fits(op, other)]
        sunk = [other for other in joined if self._may_sink(other, op)]
        for other in sunk:
            self._take(piece, other)
        if len(piece.ops) == len(self._with_attached(op)):
            host = next((other for other in joined if self._may_rise(op, other)), None)
            if host is not None:
                host.kind, host.shape = _heavier(host.kind, piece.kind), piece.shape
                host.ops += piece.ops
                piece = host
        self.piece_of.update((member.operation, piece) for member in piece.ops)
        self._note_state(op)

    def _take(self, piece: _Piece, other: _Piece) -> None:
        """Takes another piece into one, unless that makes it too large."""
        merged = sorted([*other.ops, *piece.ops], key=lambda op: self.place[op.operation])
        if _is_small(merged):
            piece.ops, piece.kind = merged, _heavier(piece.kind, other.kind)

    def _producers(self, op: ir.OpView) -> list[_Piece]:
        """The pieces of which an op takes results as they are."""
        owners = (_owner(value) for value in self._inputs(op))
        pieces = (self.piece_of.get(owner.operation) for owner in owners if owner is not None)
        return list({id(piece): piece for piece in pieces if piece is not None}.values())

    def _fits(self, op: ir.OpView, piece: _Piece) -> bool:
        """Whether an op can be computed together with what makes its operand."""
        kind = _kind(op)
        if any(written_symbols(member) for member in piece.ops):  # of which it may read the old value
            return False
        if kind == CONTRACTION:
            return piece.kind == MOVE
        if kind == REDUCTION:
            return piece.kind in (ELEMENTWISE, MOVE) and piece.shape == shape_of(op.operation.operands[0])
        if kind == UPDATE:
            return isinstance(op, UpdateOp) and bool(piece.shape) and piece.shape == _computed_shape(op)
        return kind == ELEMENTWISE and piece.kind != SCATTER and piece.shape == _computed_shape(op)

    def _may_sink(self, piece: _Piece, op: ir.OpView) -> bool:
        """Whether a piece can go down to an op, which is behind all pieces: nothing else that is placed uses it."""
        if piece.is_fixed:
            return False
        own = {member.operation for member in (*piece.ops, *self._with_attached(op))}
        users = (user for member in piece.ops for user in self._users(member))
        return all(user in own or user not in self.piece_of for user in users)

    def _may_rise(self, op: ir.OpView, piece: _Piece) -> bool:
        """Whether an op can go up into a piece: all that it needs is placed before."""
        if isinstance(op, UpdateOp) or not _is_small([*piece.ops, *self._with_attached(op)]):
            return False
        return all(place < piece.place for place in self._needed_places(op, piece))

    def _needed_places(self, op: ir.OpView, besides: _Piece) -> Iterator[int]:
        for value in self._inputs(op):
            source = _source(value)
            if source is None or has_trait(source, Literal):
                continue
            piece = self.piece_of.get(source.operation)
            # What comes reshaped from the piece itself stands behind it.
            if piece is not besides or source is not _owner(value):
                yield self.place[source.operation] if piece is None else piece.place

    def _users(self, op: ir.OpView) -> Iterator[ir.Operation]:
        """The ops that use an op's results, as they are or reshaped."""
        for result in op.operation.results:
            for use in result.uses:
                user = use.owner.operation.opview
                if isinstance(user, RESHAPES):
                    yield from self._users(user)
                else:
                    yield user.operation

    def _note_state(self, op: ir.OpView) -> None:
        """Keeps pieces that read a parameter before its update."""
        for value in self._inputs(op):
            source = _source(value)
            if isinstance(source, ReadOp):
                self.readers.setdefault(source.symbol.value, set()).add(op.operation)
        for symbol in written_symbols(op):
            for reader in self.readers.pop(symbol, ()):
                self.piece_of[reader].is_fixed = True


def _computed_shape(op: ir.OpView) -> list[int]:
    if len(op.operation.results):
        return shape_of(op.operation.results[0])
    operands = op.operation.operands
    return shape_of(operands[0]) if len(operands) else []


def _heavier(one: str, other: str) -> str:
    return min(one, other, key=KINDS.index)


def _is_small(ops: Iterable[ir.OpView]) -> bool:
    """Whether ops have few enough inputs, outputs and states to be one piece."""
    ops = list(ops)
    given, symbols = _given(ops), {symbol for op in ops for symbol in written_symbols(op)}
    return len(given) <= MOST_OUTPUTS and len(_taken(ops)) + len(given) + len(symbols) <= MOST_VALUES


def _taken(ops: list[ir.OpView]) -> list[ir.Value]:
    """The values from outside that ops use; constants of their own are none."""
    members = {op.operation for op in ops}
    values = (value for op in ops for value in op.operation.operands)
    return [*dict.fromkeys(v for v in values if (owner := _owner(v)) is None or owner.operation not in members)]


def _given(ops: list[ir.OpView]) -> list[ir.Value]:
    """The results of ops that others use."""
    members = {op.operation for op in ops}
    results = (result for op in ops for result in op.operation.results)
    return [result for result in results if any(use.owner.operation not in members for use in result.uses)]


def _emit(block: ir.Block, items: list[_Piece | ir.OpView]) -> None:
    """Writes pieces and ops in their new order; what costs nothing comes right before it is first used."""
    order: list[_Piece | ir.OpView] = []
    seen: set[ir.Operation] = set()

    def need(value: ir.Value) -> None:
        owner = _owner(value)
        if owner is not None and owner.operation not in seen and _is_free(owner):
            seen.add(owner.operation)
            for operand in owner.operation.operands:
                need(operand)
            order.append(owner)

    for item in items:
        for value in _taken(item.ops if isinstance(item, _Piece) else [item]):
            need(value)
        order.append(item)
    operations = list(block.operations)
    operations[-1].operation.move_before(operations[0])  # out of the way: nothing is built behind a terminator
    for item in order:
        if isinstance(item, _Piece):
            _wrap(block, item)
        else:
            block.append(item.operation)


def _wrap(block: ir.Block, piece: _Piece) -> None:
    """Puts a dispatch of a piece's ops at the end of the block, in their place."""
    given = _given(piece.ops)
    heaviest = min(piece.ops, key=lambda op: len(KINDS) if _is_free(op) else KINDS.index(_kind(op)))
    mapping: dict[ir.Value, ir.Value] = {}

    def body() -> list[ir.Value]:
        clone_into(piece.ops, mapping)
        return [mapping[value] for value in given]

    with ir.InsertionPoint(block), heaviest.operation.location:
        op = dispatch(piece.kind, [value.type for value in given], body)
    for value, result in zip(given, op.outputs, strict=True):
        value.replace_all_uses_with(result)
    for member in reversed(piece.ops):
        member.operation.erase()

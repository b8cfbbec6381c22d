"""What a function holds, command by command, read from the places that IREE has given its values.

Between two writes a range of memory holds one value, from the command that writes it to the last that reads it.
"""

from __future__ import annotations

import dataclasses
import itertools
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from iree.compiler import ir

from pock_mlir.backends.iree.compiler.commands import Access, Command, commands_of
from pock_mlir.bundle import Held, Timeline, category_of
from pock_mlir.compat.iree_compiler import resource_lifetime
from pock_mlir.contract import TRAIN_STEP, role_of
from pock_mlir.errors import CompileError
from pock_mlir.origins import Origin, origin_of


@dataclass
class _Piece:
    """A range of a resource that holds value number `value` or a part of it: made by command `first`, last used by
    `last`; `updates`: a command that reads it writes a state.
    """

    value: int
    start: int
    end: int
    first: int
    last: int
    type: str
    updates: bool = False

    def part(self, start: int, end: int) -> _Piece:
        return dataclasses.replace(self, start=start, end=end)


@dataclass
class _Storage:
    """The pieces of one resource that hold values, by their starts; none overlap."""

    pieces: list[_Piece] = field(default_factory=list)

    def within(self, start: int, end: int) -> slice:
        """Those that overlap a range."""
        low = bisect_right(self.pieces, start, key=lambda piece: piece.end)
        return slice(low, bisect_left(self.pieces, end, key=lambda piece: piece.start))

    def replace(self, new: _Piece) -> list[_Piece]:
        """Writes a value; returns what is lost thereby. Of a value that is written over in part the rest stays."""
        where, kept, lost = self.within(new.start, new.end), [new], []
        for old in self.pieces[where]:
            start, end = max(old.start, new.start), min(old.end, new.end)
            kept += [old.part(*ends) for ends in ((old.start, start), (end, old.end)) if ends[0] < ends[1]]
            lost.append(old.part(start, end))
        self.pieces[where] = sorted(kept, key=lambda piece: piece.start)
        return lost


def timeline_of(program: ir.Operation, function: ir.Operation, name: str, stage: str) -> Timeline:
    """The timeline of a function of a program in the stream phase."""
    commands = commands_of(program, function)
    own = _allocations(function)
    origins = [_origin(command) for command in commands]
    loss_at = None
    if role_of(name) == TRAIN_STEP:
        writes = (index for index, command in enumerate(commands) if _writes(command, own, "external"))
        loss_at = max(writes, default=None)
    held = []
    for parts in _values(_pieces(commands, own)):
        is_gradient = any(piece.updates for piece in parts) and bool(origins[parts[0].first].parameter)
        category = category_of(parts[0].first, parts[0].last, loss_at, is_gradient=is_gradient)
        size = sum(piece.end - piece.start for piece in parts)
        held.append(Held(size, category, parts[0].type, parts[0].first, parts[0].last))
    return Timeline.of(stage, name, origins, held, loss_at)


def _values(pieces: list[_Piece]) -> list[list[_Piece]]:
    """The pieces of each value that end together, values in their order."""

    def key(piece: _Piece) -> tuple[int, int]:
        return piece.value, piece.last

    return [list(group) for _, group in itertools.groupby(sorted(pieces, key=key), key)]


def _allocations(function: ir.Operation) -> dict[ir.Value, str]:
    """What a function allocates, and for what: "transient", "external" for its results, ..."""
    allocated = (op.operation for op in function.regions[0].blocks[0].operations)
    results = (op.results[0] for op in allocated if op.name in ("stream.resource.alloca", "stream.resource.alloc"))
    return {result: resource_lifetime(result.type) or "" for result in results}


def _writes(command: Command, own: dict[ir.Value, str], lifetime: str) -> bool:
    return any(each.writes and own.get(each.resource) == lifetime for each in command.accesses)


def _pieces(commands: list[Command], own: dict[ir.Value, str]) -> list[_Piece]:
    """Every value that is held in what a function allocates, but for its results, in pieces."""
    storages = {resource: _Storage() for resource, lifetime in own.items() if lifetime != "external"}
    numbers, ended = itertools.count(), list[_Piece]()
    for index, command in enumerate(commands):
        updates = any(each.writes and each.resource not in own for each in command.accesses)
        inside = [each for each in command.accesses if each.resource in storages and each.nbytes]
        for each in inside:
            if each.reads:
                _read(storages[each.resource], each, index, updates)
        for each in inside:
            if each.writes:
                start = _offset(each)
                new = _Piece(next(numbers), start, start + each.nbytes, index, index, each.type)
                ended += storages[each.resource].replace(new)
    return ended + [piece for storage in storages.values() for piece in storage.pieces]


def _read(storage: _Storage, access: Access, index: int, updates: bool) -> None:
    start = _offset(access)
    for piece in storage.pieces[storage.within(start, start + access.nbytes)]:
        # A command that writes over what it reads makes a new value in the place of the old one.
        piece.last = max(piece.last, piece.first, index - 1 if access.writes else index)
        piece.updates |= updates


def _offset(access: Access) -> int:
    if access.offset is None:
        raise CompileError("the place of a transient is not known at compile time")
    return access.offset


def _origin(command: Command) -> Origin:
    return origin_of(ir, command.location) or Origin(command.name)

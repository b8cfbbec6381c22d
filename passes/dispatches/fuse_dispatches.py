"""pock-fuse-dispatches: makes one loop of the elementwise ones of a piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from torch_mlir import ir
from torch_mlir.dialects import func, linalg
from torch_mlir.passmanager import PassManager

from pock_mlir.contract import dispatch_name
from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.rewriting import captured, clone_into
from pock_mlir.dialects.structured import PARALLEL, empty, identity_map, iterator
from pock_mlir.dialects.traits import Literal, has_trait
from pock_mlir.passes.analyses.functions import IN_PLACE, functions_of, operations_of
from pock_mlir.passes.machinery.registry import register_pass

_FUSION = "func.func(convert-elementwise-to-linalg,linalg-fuse-elementwise-ops,cse,canonicalize)"

Place = tuple[ir.Value, ir.AffineMap]
"""A tensor, and which of its elements a loop takes."""


@register_pass("pock-fuse-dispatches")
def fuse_dispatches(module: ir.Operation) -> None:
    """Fuses elementwise ops in the functions that pieces have become: each into its only user, by upstream's pass, and
    then those of one shape, which several use or whose results leave the piece, side by side.
    """
    fusion = PassManager.parse(_FUSION)
    for function in functions_of(module):
        if IN_PLACE in function.attributes:
            fusion.run(function)
            ops = operations_of(function)
            loops = [op for op in ops if isinstance(op, linalg.GenericOp) and _is_pointwise(op)]
            for _, members in groupby(sorted(loops, key=_shape), key=_shape):
                _merge(list(members))
            if not _has_own_results(function):
                _inline(module, function)


def _has_own_results(function: ir.Operation) -> bool:
    """Whether each result is one of a loop, and of no other result: folding may have left an argument, or one twice."""
    *_, end = operations_of(function)
    results = list(end.operation.operands)
    is_piece = function.attributes["sym_name"].value.startswith(dispatch_name(""))
    is_made = all(not isinstance(v.owner, ir.Block) and not has_trait(v.owner, Literal) for v in results)
    return not is_piece or (is_made and len(set(results)) == len(results))


def _inline(module: ir.Operation, function: ir.Operation) -> None:
    """Puts a function's ops where it is called: they are no piece."""
    name = function.attributes["sym_name"].value
    *body, end = operations_of(function)
    for caller in functions_of(module):
        for op in operations_of(caller):
            if isinstance(op, func.CallOp) and op.callee.value == name:
                arguments = function.regions[0].blocks[0].arguments
                mapping = dict(zip(arguments, op.operation.operands, strict=True))
                with ir.InsertionPoint(op):
                    clone_into(body, mapping)
                for result, value in zip(op.operation.results, end.operation.operands, strict=True):
                    result.replace_all_uses_with(mapping.get(value, value))
                op.operation.erase()
    function.erase()


def _shape(op: linalg.GenericOp) -> list[int]:
    return shape_of(op.operation.results[0])


def _is_pointwise(op: linalg.GenericOp) -> bool:
    """Whether each element of the results is computed on its own, at its own place."""
    parallel, same = iterator(PARALLEL), identity_map(len(_shape(op)))
    of_results = list(op.indexing_maps)[len(op.inputs) :]
    return all(kind == parallel for kind in op.iterator_types) and all(map.value == same for map in of_results)


def _reads(op: linalg.GenericOp) -> Iterator[tuple[Place, ir.Value]]:
    """What a loop takes, and the scalar that it is in the body; what it only writes over is not among it."""
    maps = (map.value for map in op.indexing_maps)
    for value, map, scalar in zip((*op.inputs, *op.outputs), maps, op.regions[0].blocks[0].arguments, strict=True):
        if any(True for _ in scalar.uses):
            yield (value, map), scalar


def _merge(members: Sequence[linalg.GenericOp]) -> None:
    """Makes one loop of loops over one shape, in the place of the last of them, if nothing is in the way."""
    own = {member.operation for member in members}
    made = {result for member in members for result in member.operation.results}
    last = members[-1].operation
    users = {result: {_standing_in(last.block, use.owner.operation) for use in result.uses} - own for result in made}
    if len(members) < 2 or any(user.is_before_in_block(last) for each in users.values() for user in each):
        return
    same = identity_map(len(_shape(members[0])))
    if any(value in made and map != same for member in members for (value, map), _ in _reads(member)):
        return
    if any(made.intersection(captured(inner.operations)) for op in members for inner in op.regions[0].blocks):
        return
    kept = [result for member in members for result in member.operation.results if users[result]]
    with ir.InsertionPoint(last), last.location:
        results = _emit(members, made, kept)
    for old, new in zip(kept, results, strict=True):
        old.replace_all_uses_with(new)
    for member in reversed(members):
        member.operation.erase()


def _standing_in(block: ir.Block, op: ir.Operation) -> ir.Operation:
    """The op of a block in whose regions an op is, or which it is."""
    while op.block != block:
        op = op.parent.operation
    return op


def _emit(members: Sequence[linalg.GenericOp], made: set[ir.Value], kept: Sequence[ir.Value]) -> list[ir.Value]:
    """The loop that computes what `kept` are of all that the members make; these stay in the storage they had."""
    starts = [_new_start(result) if _start_of(result) in made else _start_of(result) for result in kept]
    tied = {
        scalar
        for member in members
        for result, scalar in zip(member.operation.results, _written(member), strict=True)
        if result in kept and _start_of(result) not in made
    }
    places = [place for op in members for place, scalar in _reads(op) if place[0] not in made and scalar not in tied]
    inputs: list[Place] = [*dict.fromkeys(places)]
    rank = len(_shape(members[0]))
    maps = [*(map for _, map in inputs), *[identity_map(rank)] * len(kept)]
    op = linalg.GenericOp(
        [value.type for value in kept],
        [value for value, _ in inputs],
        starts,
        ir.ArrayAttr.get([ir.AffineMapAttr.get(map) for map in maps]),
        ir.ArrayAttr.get([iterator(PARALLEL)] * rank),
    )
    elements = [ranked(value).element_type for value in (*(value for value, _ in inputs), *starts)]
    block = op.regions[0].blocks.append(*elements)
    arguments = list(block.arguments)
    read = dict(zip(inputs, arguments, strict=False))
    scalars: dict[ir.Value, ir.Value] = {}
    with ir.InsertionPoint(block):
        for member in members:
            mapping = {
                scalar: scalars[place[0]] if place[0] in scalars else read[place]
                for place, scalar in _reads(member)
                if scalar not in tied
            }
            for result, scalar in zip(member.operation.results, _written(member), strict=True):
                if scalar in tied:
                    mapping[scalar] = arguments[len(inputs) + kept.index(result)]
            *body, end = member.regions[0].blocks[0].operations
            clone_into(body, mapping)
            for result, value in zip(member.operation.results, end.operation.operands, strict=True):
                scalars[result] = mapping.get(value, value)
        linalg.YieldOp([scalars[result] for result in kept])
    return list(op.results)


def _written(op: linalg.GenericOp) -> list[ir.Value]:
    """The scalars in a loop's body that are its outputs' elements."""
    return list(op.regions[0].blocks[0].arguments)[len(op.inputs) :]


def _start_of(result: ir.Value) -> ir.Value:
    """The tensor that a loop's result is written over."""
    op = result.owner.opview
    return op.outputs[list(op.operation.results).index(result)]


def _new_start(result: ir.Value) -> ir.Value:
    return empty(shape_of(result), ranked(result).element_type)

"""Broadcast: the cotangent is summed over the stretched dimensions."""

from __future__ import annotations

from collections.abc import Sequence

from support.gradients import Case

from pock_mlir.dialects.broadcast import broadcast

from .arrays import normal, size_name

SHAPES = (
    ((), (1,)),
    ((), (2, 3)),
    ((3,), (2, 3)),
    ((1,), (4,)),
    ((1, 3), (4, 3)),
    ((2, 1), (2, 5)),
    ((1, 1), (3, 4)),
    ((2, 1, 3), (2, 5, 3)),
    ((2, 1), (3, 2, 4)),
    ((1, 3, 1, 1), (2, 3, 4, 5)),
    ((1, 1), (1, 1, 1)),
)


def _case(source: Sequence[int], target: Sequence[int]) -> Case:
    return Case(
        "pock.broadcast",
        f"{size_name(source)}-to-{size_name(target)}",
        [normal(*source)],
        lambda x: broadcast(x, target),
        lambda x: x.broadcast_to(target),
    )


CASES = [_case(source, target) for source, target in SHAPES]

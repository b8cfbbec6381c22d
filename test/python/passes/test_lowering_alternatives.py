"""Every alternative of every lowering, in results and gradients against PyTorch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pytest
from support.gradient_cases import FAMILIES
from support.gradients import Programs, assert_close, reference_of
from torch_mlir import ir

from pock_mlir.dialects import op_classes
from pock_mlir.passes.analyses.functions import function_name
from pock_mlir.passes.lowering.lowering_heuristics import by_heuristic, heuristic
from pock_mlir.passes.lowering.lowerings import alternative, lowering

FAMILY = {op.OPERATION_NAME: op.__module__.rpartition(".")[2] for op in op_classes()}


class Taken:
    """A chooser that takes the alternative at `index` of those that apply, or the last; it notes what it took, and for
    each function the most alternatives that an op had.
    """

    def __init__(self, index: int) -> None:
        self.index = index
        self.names: set[tuple[str, str]] = set()
        self.most: dict[str, int] = defaultdict(int)

    def __call__(self, op: ir.OpView, names: Sequence[str]) -> str:
        assert by_heuristic(op, names) in names
        name, function = names[min(self.index, len(names) - 1)], function_name(op.operation.parent)
        self.names.add((op.operation.name, name))
        self.most[function] = max(self.most[function], len(names))
        return name


@pytest.mark.parametrize("family", sorted({FAMILY[op] for op in alternative.names()}))
def test_gives_what_pytorch_gives(family: str) -> None:
    """All cases by their first alternatives, those that have others by the second, and so on."""
    cases, index, names = list(FAMILIES[family]), 0, set()
    while cases:
        chooser = Taken(index)
        programs = Programs(cases, np.float32, chooser=chooser)
        for case in cases:
            got, want = programs.run(case), reference_of(case, np.float32)
            assert_close(got.result, want.result, case.tolerance, f"{case.id}, alternative {index}: result")
            for operand, (gradient, expected) in enumerate(zip(got.gradients, want.gradients, strict=True)):
                what = f"{case.id}, alternative {index}: gradient of operand {operand}"
                assert_close(gradient, expected, case.tolerance, what)
        index += 1
        cases = [case for case in cases if chooser.most[programs.names[case.id]] > index]
        names |= chooser.names
    ops = [op for op in alternative.names() if FAMILY[op] == family]
    assert names >= {(op, one.name) for op in ops for one in alternative.get(op)}


def test_an_op_has_one_lowering_or_several_and_a_heuristic() -> None:
    assert not set(alternative.names()) & set(lowering.names())
    assert alternative.names() == heuristic.names()
    assert [op for op in alternative.names() if len(alternative.get(op)) < 2] == []

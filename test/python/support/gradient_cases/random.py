"""Dropout: its gradient draws the same numbers as it did."""

from __future__ import annotations

import numpy as np
import torch
from support.gradients import Case
from support.threefry import kept
from torch_mlir import ir

from pock_mlir.dialects.random import dropout
from pock_mlir.dialects.upstream import constant

from .arrays import normal, size_name

SEED, STEP = 4, 2


def _case(*shape: int, rate: float, stream: int) -> Case:
    def build(x: ir.Value) -> ir.Value:
        scalar = ir.RankedTensorType.get([], ir.IntegerType.get_signless(32))
        return dropout(x, constant(SEED, scalar), constant(STEP, scalar), rate, stream)

    def reference(x: torch.Tensor) -> torch.Tensor:
        return x * torch.tensor(kept(SEED, STEP, stream, shape, rate)) / (1 - rate)

    return Case("pock.dropout", f"{size_name(shape)}-by-{rate}", [np.asarray(normal(*shape))], build, reference)


CASES = [_case(3, 4, rate=0.1, stream=0), _case(2, 3, 4, rate=0.5, stream=7), _case(6, rate=0.9, stream=1)]

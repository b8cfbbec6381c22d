"""Ten steps of every model, with every optimizer and scheme, against PyTorch autograd and torch.optim."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import pock_mlir as pock

from .compare import assert_agrees, train_both
from .models import CASES, Case

OPTIMIZERS = {
    "sgd-momentum": (
        pock.SGD(lr=0.05, momentum=0.9),
        lambda parameters: torch.optim.SGD(parameters, lr=0.05, momentum=0.9),
    ),
    "adamw": (pock.AdamW(lr=1e-3), lambda parameters: torch.optim.AdamW(parameters, lr=1e-3)),
}


@pytest.mark.parametrize("scheme", ["full", "bias", "last-blocks:1"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ten_steps(case: Case, optimizer: str, scheme: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = case.build().eval()
    batches = [case.batch() for _ in range(10)]
    ours, theirs = OPTIMIZERS[optimizer]
    run = train_both(model, batches, tmp_path, optimizer=ours, torch_optimizer=theirs, scheme=scheme)
    assert_agrees(run)

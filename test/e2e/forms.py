"""One linear layer in a forward that a test gives, trained by pock and by PyTorch on one batch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock

X = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
Y = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))


class Model(nn.Module):
    """A linear layer `layer`, parameters and buffers, and a forward that is given."""

    def __init__(self, forward: Callable, **tensors: torch.Tensor) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.layer = nn.Linear(4, 3)
        for name, value in tensors.items():
            if isinstance(value, nn.Parameter):
                self.register_parameter(name, nn.Parameter(value.detach().clone()))
            else:
                self.register_buffer(name, value.clone())
        self.function = forward

    def forward(self, *arguments: Any, **keywords: Any) -> Any:
        return self.function(self, *arguments, **keywords)


def first_mse(outputs: Any, target: torch.Tensor) -> torch.Tensor:
    return F.mse_loss(outputs[0] if isinstance(outputs, tuple) else outputs, target)


def assert_trains_as_torch(
    model: nn.Module,
    inputs: Any,
    arrays: Sequence[Any],
    folder: Path,
    target: torch.Tensor = Y,
    loss: Callable = first_mse,
    reference: nn.Module | None = None,
    tolerance: float = 1e-5,
) -> pock.Session:
    """Three steps with momentum and weight decay, all parameters and buffers compared; `reference` is a copy of the
    model, where deepcopy makes none.
    """
    reference = copy.deepcopy(model) if reference is None else reference
    optimizer = pock.SGD(lr=0.1, momentum=0.9, weight_decay=0.01)
    session = pock.load(pock.compile(model, inputs, (target,), loss, optimizer).save(folder / "m.pock"), threads=1)
    theirs = torch.optim.SGD(reference.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)
    for _ in range(3):
        given = copy.deepcopy(inputs)
        value = loss(reference(**given) if isinstance(given, dict) else reference(*given), target)
        theirs.zero_grad()
        value.backward()
        theirs.step()
        given_target = target if target.dtype == torch.bfloat16 else target.numpy()
        assert session.train_step(*arrays, given_target) == pytest.approx(value.item(), rel=tolerance)
    state = session.state_dict()
    for name, expected in reference.state_dict().items():
        wanted = expected.detach().double().numpy()
        np.testing.assert_allclose(state[name], wanted, rtol=tolerance, atol=0.1 * tolerance, err_msg=name)
    return session

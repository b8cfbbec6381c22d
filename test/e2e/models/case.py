"""What a case of the comparison with PyTorch consists of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

Inputs = tuple[torch.Tensor, ...] | dict[str, torch.Tensor]
Batch = tuple[Inputs, tuple[torch.Tensor, ...]]
Loss = str | Callable[..., torch.Tensor] | None


@dataclass(frozen=True)
class Case:
    """A model, how to draw a batch for it, (inputs, targets), and how it is trained.

    `loss` is what `pock.compile` takes, `optimizer` one of `compare.OPTIMIZERS`, `sparse` the scheme it is trained with
    besides "full", `train_mode` whether batch normalisation uses the batch's statistics.
    """

    name: str
    build: Callable[[], nn.Module]
    batch: Callable[[], Batch]
    loss: Loss = "cross_entropy"
    optimizer: str = "sgd"
    sparse: str = "last-blocks:1"
    train_mode: bool = False

    def model(self) -> nn.Module:
        """The model as if trained before: scales, biases and running statistics are neither one nor zero."""
        model = self.build().train(self.train_mode)
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.ndim == 1:
                    parameter += 0.1 * torch.randn_like(parameter)
            for module in model.modules():
                if isinstance(module, _BatchNorm) and module.running_mean is not None:
                    module.running_mean.normal_(std=0.2)
                    module.running_var.uniform_(0.5, 1.5)
        return model


def full_and_sparse(cases: Iterable[Case]) -> list[Any]:
    """Every case with the scheme "full" and with its sparse one, as pytest's parameters (case, scheme)."""
    return [
        pytest.param(case, scheme, id=f"{case.name}-{scheme}") for case in cases for scheme in ("full", case.sparse)
    ]

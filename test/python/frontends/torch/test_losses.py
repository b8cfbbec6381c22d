"""Losses by name: what they compute, and what is said of a name that is none."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from pock_mlir.errors import CompileError
from pock_mlir.frontends.torch.losses import LOSSES, resolve_loss

X, Y = torch.linspace(-1, 2, 12).reshape(3, 4), torch.linspace(0, 1, 12).reshape(3, 4)
CLASSES, SIGNS = torch.tensor([0, 3, 1]), torch.tensor([1, -1, 1])

EXPECTED = {
    "bce": (X.sigmoid(), (Y,), nn.BCELoss()),
    "bce_with_logits": (X, (Y,), nn.BCEWithLogitsLoss()),
    "cosine_embedding": ((X, Y), (SIGNS,), nn.CosineEmbeddingLoss()),
    "cross_entropy": (X, (CLASSES,), nn.CrossEntropyLoss()),
    "ctc": (X.log_softmax(-1)[:, None], (torch.tensor([[1, 2]]), torch.tensor([3]), torch.tensor([2])), nn.CTCLoss()),
    "huber": (X, (Y,), nn.HuberLoss()),
    "kl_div": (X.log_softmax(-1), (Y.softmax(-1),), nn.KLDivLoss()),
    "l1": (X, (Y,), nn.L1Loss()),
    "mse": (X, (Y,), nn.MSELoss()),
    "nll": (X.log_softmax(-1), (CLASSES,), nn.NLLLoss()),
    "smooth_l1": (X, (Y,), nn.SmoothL1Loss()),
}


def test_every_name_is_tested() -> None:
    assert set(EXPECTED) == set(LOSSES)


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
def test_named_loss_is_that_of_torch(name: str) -> None:
    outputs, targets, module = EXPECTED[name]
    loss = resolve_loss(name)
    assert loss is not None
    several = outputs if isinstance(outputs, tuple) else (outputs,)
    torch.testing.assert_close(loss(outputs, *targets), module(*several, *targets))


def test_second_embedding_may_be_a_target() -> None:
    loss = resolve_loss("cosine_embedding")
    assert loss is not None
    torch.testing.assert_close(loss(X, Y, SIGNS), loss([X, Y], SIGNS))


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(CompileError, match=r"unknown loss 'L1'.*bce_with_logits.*smooth_l1"):
        resolve_loss("L1")

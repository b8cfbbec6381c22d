"""Recurrent networks on packed sequences train as in PyTorch, for lengths that are constants or inputs."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import rnn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import pock_mlir as pock

X = torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(0))
Y = torch.randn(3, 7, generator=torch.Generator().manual_seed(1))
LENGTHS = torch.tensor([3, 5, 2])

Forward = Callable[["Packed", torch.Tensor, Any], torch.Tensor]


class Packed(nn.Module):
    """A recurrent network behind an embedding of the input, and a forward that is given."""

    def __init__(self, network: nn.RNNBase, forward: Forward, lengths: Any = None) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.before = nn.Linear(4, 4)
        self.network = network
        self.start = nn.Parameter(0.1 * torch.randn(2, 3, 3))
        self.lengths, self.function = lengths, forward

    def forward(self, x: torch.Tensor, lengths: torch.Tensor | None = None) -> torch.Tensor:
        return self.function(self, self.before(x), self.lengths if lengths is None else lengths)


def _fit(y: torch.Tensor, h: Any) -> torch.Tensor:
    """Seven numbers of outputs and last states."""
    h = torch.cat(h, -1) if isinstance(h, tuple) else h
    moments = torch.arange(1, y.shape[1] + 1)[:, None]
    return torch.cat([(y * moments).sum(1), h.transpose(0, 1).flatten(1)], 1)[:, :7]


def _plain(m: Packed, x: torch.Tensor, lengths: Any) -> torch.Tensor:
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    y, h = m.network(packed)
    return _fit(pad_packed_sequence(y, batch_first=True, padding_value=0.5)[0], h)


def _total(m: Packed, x: torch.Tensor, lengths: Any) -> torch.Tensor:
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    y, h = m.network(packed)
    y, again = pad_packed_sequence(y, batch_first=True, total_length=6)
    return _fit(y, h) / again[:, None]


def _time_first(m: Packed, x: torch.Tensor, lengths: Any) -> torch.Tensor:
    """The longest first, with a state to start from."""
    x = x.transpose(0, 1)[:, [1, 0, 2]]
    y, h = m.network(pack_padded_sequence(x, [5, 3, 2]), m.start)
    return _fit(pad_packed_sequence(y)[0].transpose(0, 1), h)


def _several(m: Packed, x: torch.Tensor, lengths: Any) -> torch.Tensor:
    """A list of sequences of their own lengths."""
    y, h = m.network(rnn.pack_sequence([x[0, :5], x[1, :4], x[2, :1]]))
    return _fit(pad_packed_sequence(y, batch_first=True)[0], h)


def _assert_trains(model: nn.Module, folder: Path, batches: list[tuple[torch.Tensor, ...]]) -> None:
    reference, targets = copy.deepcopy(model), Y[:, : model(*batches[0]).shape[1]].contiguous()
    step = pock.compile(model, batches[0], (targets,), "mse", pock.SGD(lr=0.02, momentum=0.9))
    assert step.verification == "verified"
    session = pock.load(step.save(folder / "m.pock"), threads=1)
    optimizer = torch.optim.SGD(reference.parameters(), lr=0.02, momentum=0.9)
    for batch in batches:
        loss = nn.functional.mse_loss(reference(*batch), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found = session.train_step(*(array.numpy() for array in batch), targets.numpy())
        assert found == pytest.approx(loss.item(), rel=1e-5)
    state = session.state_dict()
    for name, expected in reference.state_dict().items():
        np.testing.assert_allclose(state[name], expected.numpy(), rtol=1e-5, atol=1e-6, err_msg=name)
    reference.eval()
    arrays = [array.numpy() for array in batches[-1]]
    np.testing.assert_allclose(session.predict(*arrays), reference(*batches[-1]).detach().numpy(), rtol=1e-4, atol=1e-5)


CONSTANT = {
    "lstm": lambda: Packed(nn.LSTM(4, 3, 2, bidirectional=True, batch_first=True), _plain, LENGTHS.tolist()),
    "projected": lambda: Packed(nn.LSTM(4, 3, proj_size=2, bias=False), _plain, (4, 2, 3)),
    "gru": lambda: Packed(nn.GRU(4, 3, 2), _time_first),
    "rnn": lambda: Packed(nn.RNN(4, 3, nonlinearity="relu", bidirectional=True), _total, LENGTHS),
    "several": lambda: Packed(nn.RNN(4, 3), _several),
    "dropout": lambda: Packed(nn.GRU(4, 3, 2, dropout=1.0), _plain, LENGTHS),
}


@pytest.mark.parametrize("name", CONSTANT)
def test_constant_lengths(name: str, tmp_path: Path) -> None:
    _assert_trains(CONSTANT[name](), tmp_path, [(X,), (X.flip(0),), (2 * X,)])


def _state_only(m: Packed, x: torch.Tensor, lengths: Any) -> torch.Tensor:
    return m.network(pack_padded_sequence(x, lengths, True, False))[1][0].transpose(0, 1).flatten(1)


@pytest.mark.parametrize(
    ("network", "forward"),
    [(lambda: nn.LSTM(4, 3, bidirectional=True), _state_only), (lambda: nn.GRU(4, 3, 2, bidirectional=True), _total)],
    ids=["lstm", "gru"],
)
def test_lengths_that_are_inputs(network: Callable[[], nn.RNNBase], forward: Forward, tmp_path: Path) -> None:
    """Other ones at each step, the longest shorter than the batch too."""
    batches = [(X, LENGTHS), (X.flip(0), torch.tensor([1, 4, 4])), (2 * X, torch.tensor([5, 1, 5]))]
    _assert_trains(Packed(network(), forward), tmp_path, batches)


def _into_linear(m: Packed, x: torch.Tensor, lengths: Any) -> torch.Tensor:
    return m.before(pack_padded_sequence(x, lengths, True, False).data)


def _arithmetic(m: Packed, x: torch.Tensor, lengths: Any) -> torch.Tensor:
    return pack_padded_sequence(x, lengths, True, False).data * 2


def _sizes(m: Packed, x: torch.Tensor, lengths: Any) -> torch.Tensor:
    return x * pack_padded_sequence(x, lengths, True, False).batch_sizes[1]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (Packed(nn.LSTM(4, 3), _plain), ["longest", "total_length=", "constants"]),
        (Packed(nn.GRU(4, 3, 2, dropout=0.5), _total), ["dropout between the layers", "constants", "nn.Dropout"]),
        (Packed(nn.LSTM(4, 3), _into_linear), ["packed sequence", "padded batch"]),
        (Packed(nn.LSTM(4, 3), _arithmetic), ["packed sequence", "padded batch"]),
        (Packed(nn.LSTM(4, 3), _sizes), ["packed sequence", "padded batch"]),
    ],
    ids=["longest", "dropout", "linear", "arithmetic", "sizes"],
)
def test_what_needs_the_packed_form_is_refused(model: nn.Module, words: list[str]) -> None:
    with pytest.raises(pock.PockError) as caught:
        pock.compile(model, (X, LENGTHS), (Y,), lambda y, target: y.mean(), target="x86-64-v3")
    assert all(word in str(caught.value) for word in words), str(caught.value)

"""Ops that are not converted but taken apart: a sample of each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from support.conversions import Case, normal
from torch.nn import functional

X = normal(3, 4)
SEQUENCE = normal(2, 3, 4)
WIDE = torch.linspace(-12, 12, 49)


def _weights(gates: int, layers: int = 1, directions: int = 1, bias: bool = True) -> list[torch.Tensor]:
    """Weights of a recurrent network of 4 inputs and 2 hidden units, in the framework's order."""
    weights = []
    for layer in range(layers):
        for direction in range(directions):
            size, seed = 4 if layer == 0 else 2 * directions, 10 * layer + 4 * direction
            shapes = [(2 * gates, size), (2 * gates, 2), *([(2 * gates,)] * 2 if bias else [])]
            weights += [0.5 * normal(*shape, seed=seed + i) for i, shape in enumerate(shapes)]
    return weights


def _recurrent(
    op: Callable[..., Any],
    states: int,
    layers: int = 1,
    bidirectional: bool = False,
    bias: bool = True,
    first: bool = True,
) -> Callable[..., tuple[torch.Tensor, ...]]:
    def run(x: torch.Tensor, *weights: torch.Tensor) -> tuple[torch.Tensor, ...]:
        zeros = torch.zeros(layers * (1 + bidirectional), x.shape[0 if first else 1], 2)
        state = [zeros] * 2 if states == 2 else zeros
        return op(x, state, list(weights), bias, layers, 0.0, False, bidirectional, first)

    return run


CASES = [
    Case("einsum", lambda x, y: torch.einsum("bsd,ed->bse", x, y), [SEQUENCE, normal(5, 4, seed=1)]),
    Case("tile", lambda x: (x.tile(2, 1), torch.outer(x[0], x[1]), torch.hstack([x, x])), [X]),
    Case("addcmul", lambda x: (torch.addcmul(x, x, x, value=0.5), torch.lerp(x, 2 * x, 0.3)), [X]),
    Case(
        "activations",
        lambda x: (functional.mish(x), functional.logsigmoid(x), functional.selu(x), functional.celu(x, 0.7)),
        [WIDE],
        tolerance=4e-6,
    ),
    Case("prelu", lambda x, w: functional.prelu(x, w), [X, torch.full((4,), 0.3)]),
    Case("bilinear", functional.bilinear, [X, normal(3, 5, seed=1), normal(2, 4, 5, seed=2), normal(2, seed=3)]),
    Case("bilinear-of-vectors", functional.bilinear, [X[0], X[1], normal(2, 4, 4, seed=2)]),
    Case("glu", lambda x: (functional.glu(x), functional.softsign(x), functional.hardshrink(x)), [X]),
    Case("pixel-shuffle", lambda x: functional.pixel_shuffle(x, 2), [normal(1, 4, 2, 3)]),
    Case("lstm", _recurrent(torch.lstm, 2), [SEQUENCE, *_weights(4)]),
    Case(
        "lstm-of-two-layers-both-ways",
        _recurrent(torch.lstm, 2, 2, bidirectional=True, bias=False, first=False),
        [SEQUENCE, *_weights(4, 2, 2, bias=False)],
    ),
    Case("gru", _recurrent(torch.gru, 1, bidirectional=True), [SEQUENCE, *_weights(3, 1, 2)]),
    Case("rnn", _recurrent(torch.rnn_tanh, 1, 2), [SEQUENCE, *_weights(1, 2)]),
    Case("rnn-relu", _recurrent(torch.rnn_relu, 1), [SEQUENCE, *_weights(1)]),
    Case("lstm-cell", lambda x, *w: torch.lstm_cell(x, [torch.zeros(3, 2)] * 2, *w), [X, *_weights(4)]),
    Case("gru-cell", lambda x, *w: torch.gru_cell(x, torch.zeros(3, 2), *w), [X, *_weights(3)]),
    Case("rnn-cell", lambda x, *w: torch.rnn_tanh_cell(x, torch.zeros(3, 2), *w), [X, *_weights(1)]),
]

"""Greedy generation with a model of fixed shape: numpy alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

Predict = Callable[[np.ndarray], np.ndarray]
"""Tokens [batch, length] to logits [batch, length, vocabulary]."""


def greedy(predict: Predict, prompt: Sequence[int], new_tokens: int, shape: tuple[int, int], stop: int) -> list[int]:
    """The prompt and up to `new_tokens` likeliest tokens after it; fewer where `stop` comes or the length is used up.

    The whole sequence, filled up to `shape`, runs through the model for every token: causal attention keeps what
    stands behind a position from being seen there.
    """
    tokens = list(prompt)
    padded = np.full(shape, stop, np.int64)
    padded[:, : len(tokens)] = tokens
    while len(tokens) < min(len(prompt) + new_tokens, shape[1]):
        token = int(predict(padded)[0, len(tokens) - 1].argmax())
        if token == stop:
            break
        padded[:, len(tokens)] = token
        tokens.append(token)
    return tokens


def mean_loss(predict: Predict, inputs: np.ndarray, targets: np.ndarray) -> float:
    """The mean cross-entropy of the targets [n, length] over batches of the model's size."""
    losses = []
    for start in range(len(inputs)):
        # One window at a time, repeated over the batch: any batch size divides the number of windows.
        logits = np.asarray(predict(inputs[start : start + 1]), np.float64)[0]
        shifted = logits - logits.max(-1, keepdims=True)
        chosen = np.take_along_axis(shifted, targets[start][:, None], -1)[:, 0]
        losses.append(float(np.mean(np.log(np.exp(shifted).sum(-1)) - chosen)))
    return float(np.mean(losses))

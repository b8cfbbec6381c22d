"""Grimm's tales as windows of tokens, and a language model's text: numpy alone."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .packages import DataError
from .split import Inputs, Split

#: The file's lines before the first tale: the columns' names, types and roles.
HEADER_LINES = 3
HELD_OUT_EVERY = 8


def load(cache: Path, encode: Callable[[str], Sequence[int]], length: int) -> tuple[Split, Split]:
    """(train, held out): `input_ids` [n, length], and as targets what stands one further on; every eighth tale is held
    out.
    """
    tales = [encode(tale) for tale in read_tales(cache / "grimm-tales-selected.tab")]
    held_out = tales[HELD_OUT_EVERY - 1 :: HELD_OUT_EVERY]
    del tales[HELD_OUT_EVERY - 1 :: HELD_OUT_EVERY]
    return windows(tales, length), windows(held_out, length)


def read_tales(path: Path) -> list[str]:
    """The column Content of a tab-separated file of Orange's form."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    if not rows or "Content" not in rows[0]:
        raise DataError(f"{path.name} has no column Content")
    column = rows[0].index("Content")
    return [row[column] for row in rows[HEADER_LINES:] if len(row) > column]


def windows(documents: Sequence[Sequence[int]], length: int) -> Split:
    """The documents cut into windows; what is left at the end of a document is dropped."""
    rows = [
        document[start : start + length + 1]
        for document in documents
        for start in range(0, len(document) - length, length)
    ]
    tokens = np.array(rows, np.int64).reshape(-1, length + 1)
    return Split({"input_ids": tokens[:, :-1]}, tokens[:, 1:])


def greedy(
    predict: Callable[[Inputs], Any], prompt: Sequence[int], new_tokens: int, shape: tuple[int, int], stop: int
) -> list[int]:
    """The prompt and up to `new_tokens` likeliest tokens after it; fewer where `stop` comes or the length is used up.

    The whole sequence, filled up to `shape`, runs through the model for every token: causal attention keeps what
    stands behind a position from being seen there.
    """
    tokens = list(prompt)
    padded = np.full(shape, stop, np.int64)
    padded[:, : len(tokens)] = tokens
    while len(tokens) < min(len(prompt) + new_tokens, shape[1]):
        token = int(np.asarray(predict({"input_ids": padded}))[0, len(tokens) - 1].argmax())
        if token == stop:
            break
        padded[:, len(tokens)] = token
        tokens.append(token)
    return tokens


def mean_loss(predict: Callable[[Inputs], Any], split: Split, batch: int) -> float:
    """The mean cross-entropy of all targets of a split."""
    losses = []
    for inputs, targets in split.in_order(batch):
        logits = np.asarray(predict(inputs), np.float64)[: len(targets)]
        shifted = logits - logits.max(-1, keepdims=True)
        chosen = np.take_along_axis(shifted, targets[..., None], -1)[..., 0]
        losses.append((np.log(np.exp(shifted).sum(-1)) - chosen).mean(1))
    return float(np.concatenate(losses).mean())

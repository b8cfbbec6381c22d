"""The Reuters R8 corpus: short news in eight classes, with its official test split."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .packages import DataError
from .split import Split

#: Three lines of column names, types and roles, and an empty one.
HEADER_LINES = 4


def load(cache: Path, length: int) -> tuple[Split, Split, list[str]]:
    """(train, test, classes) as tokens: `input_ids` and `attention_mask` [n, length], cut or padded."""
    train, test = (read_tab(cache / f"reuters-r8-{name}.tab") for name in ("train", "test"))
    classes = sorted({category for category, _ in train})
    tokenizer = cache / "tokenizer.json"
    return tokenise(train, classes, tokenizer, length), tokenise(test, classes, tokenizer, length), classes


def read_tab(path: Path) -> list[tuple[str, str]]:
    """(class, text) of every document in a `.tab` file, one a line."""
    lines = path.read_text(encoding="utf-8").split("\n")
    if lines[0].split("\t") != ["Category", "Text"]:
        raise DataError(f"{path}: the first line must name the columns Category and Text, not {lines[0][:80]!r}")
    documents = []
    for number, line in enumerate(lines[HEADER_LINES:], start=HEADER_LINES + 1):
        category, tab, text = line.partition("\t")
        if tab:
            documents.append((category, text.strip()))
        elif line:
            raise DataError(f"{path}:{number}: expected a category, a tab and a text, found {line[:80]!r}")
    return documents


def tokenise(documents: list[tuple[str, str]], classes: list[str], tokenizer_file: Path, length: int) -> Split:
    """Documents as tokens, their classes as numbers."""
    from tokenizers import Tokenizer

    unknown = {category for category, _ in documents} - set(classes)
    if unknown:
        raise DataError(f"the test split has classes that the training split lacks: {', '.join(sorted(unknown))}")
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.enable_truncation(max_length=length)
    tokenizer.enable_padding(length=length)
    encodings = tokenizer.encode_batch([text for _, text in documents])
    inputs = {
        "input_ids": np.array([encoding.ids for encoding in encodings], np.int64),
        "attention_mask": np.array([encoding.attention_mask for encoding in encodings], np.int64),
    }
    return Split(inputs, np.array([classes.index(category) for category, _ in documents], np.int64))

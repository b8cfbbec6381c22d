"""The tokenised data set: fixed-length arrays that every variant reads from one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common.errors import DemoError

from .reuters import Documents, class_names, read_tab

Inputs = dict[str, np.ndarray]


@dataclass(frozen=True)
class Split:
    """Token ids and attention mask of every document [n, length] and the labels [n]."""

    input_ids: np.ndarray
    attention_mask: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: np.ndarray | slice) -> tuple[Inputs, np.ndarray]:
        """The model's inputs and the labels of some documents."""
        return {"input_ids": self.input_ids[index], "attention_mask": self.attention_mask[index]}, self.labels[index]


@dataclass(frozen=True)
class Dataset:
    """The official training and test splits."""

    train: Split
    test: Split
    classes: list[str]

    def save(self, path: Path) -> None:
        """Write the arrays to one `.npz` file."""
        splits = {"train": self.train, "test": self.test}
        arrays = {f"{name}_{key}": array for name, split in splits.items() for key, array in vars(split).items()}
        np.savez(path, classes=np.array(self.classes), **arrays)

    @staticmethod
    def load(path: Path) -> Dataset:
        """Read what `save` wrote."""
        with np.load(path) as file:
            train, test = (
                Split(file[f"{name}_input_ids"], file[f"{name}_attention_mask"], file[f"{name}_labels"])
                for name in ("train", "test")
            )
            return Dataset(train, test, file["classes"].tolist())


def tokenise(documents: Documents, classes: list[str], tokenizer_file: Path, length: int) -> Split:
    """Cut or pad every document to `length` tokens."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.enable_truncation(max_length=length)
    tokenizer.enable_padding(length=length)
    encodings = tokenizer.encode_batch(documents.texts)
    unknown = set(documents.categories) - set(classes)
    if unknown:
        raise DemoError(f"the test split has classes that the training split lacks: {', '.join(sorted(unknown))}")
    return Split(
        np.array([encoding.ids for encoding in encodings], dtype=np.int64),
        np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64),
        np.array([classes.index(category) for category in documents.categories], dtype=np.int64),
    )


def build(cache: Path, length: int) -> Dataset:
    """Tokenise the corpus in the cache."""
    train = read_tab(cache / "reuters-r8-train.tab")
    test = read_tab(cache / "reuters-r8-test.tab")
    classes = class_names(train)
    tokenizer = cache / "tokenizer.json"
    return Dataset(
        tokenise(train, classes, tokenizer, length),
        tokenise(test, classes, tokenizer, length),
        classes,
    )

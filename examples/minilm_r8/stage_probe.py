"""Stage: the baseline that fine-tuning has to beat, on the same documents."""

from __future__ import annotations

import numpy as np
import torch
from rich.console import Console

from .batches import padded_batches, training_order
from .config import Config
from .dataset import Dataset, Split
from .model import MiniLMClassifier, build_model
from .probe import choose_weight_decay, fit, score
from .progress import bar
from .results import ProbeResult
from .torch_learner import to_torch

#: Only speed depends on it here.
BATCH = 64


def run(variant: str, config: Config, console: Console) -> ProbeResult:
    """Fit the classifier on the vectors of the documents that the other variants train on."""
    torch.set_num_threads(config.threads)
    data = Dataset.load(config.dataset_file)
    model = build_model(config.cache, len(data.classes), config.seed)
    order = training_order(len(data.train), config.batch, config.steps, config.seed)
    index = np.unique(order)
    # Shuffled, because the first fifth is held back when the penalty is chosen.
    np.random.default_rng(config.seed).shuffle(index)
    train = Split(data.train.input_ids[index], data.train.attention_mask[index], data.train.labels[index])
    features = embed(model, train, None, "embedding the training documents", console)
    test_features = embed(model, data.test, config.test_limit, "embedding the test documents", console)
    labels = torch.from_numpy(train.labels)
    weight_decay = choose_weight_decay(features, labels, len(data.classes))
    linear = fit(features, labels, len(data.classes), weight_decay)
    accuracy = score(linear, test_features, torch.from_numpy(data.test.labels[: len(test_features)]))
    return ProbeResult(accuracy, len(index), weight_decay, sum(value.numel() for value in linear.parameters()))


@torch.no_grad()
def embed(model: MiniLMClassifier, split: Split, limit: int | None, title: str, console: Console) -> torch.Tensor:
    """The unit-length vector of every document, as `sentence-transformers` gives it for this model."""
    rows = []
    batches = list(padded_batches(split, BATCH, limit))
    with bar(console, title, len(batches)) as progress:
        for inputs, count in batches:
            rows.append(model.embed(**to_torch(inputs))[:count])
            progress.advance("")
    return torch.nn.functional.normalize(torch.cat(rows))

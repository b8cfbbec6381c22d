"""A linear classifier on fixed vectors: what the encoder is worth without training it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from data.split import Batch, Split

from .example import Data, Show
from .torch_learner import to_torch

if TYPE_CHECKING:
    from minilm_r8 import MiniLMClassifier

    from .minilm import MiniLM

#: Documents that are embedded at once: only speed depends on it.
BATCH = 64
#: Strengths of the L2 penalty to choose from, by the accuracy on a part held back from the training documents.
WEIGHT_DECAYS = (1e-5, 1e-4, 1e-3, 1e-2)


def fit(features: torch.Tensor, labels: torch.Tensor, classes: int, weight_decay: float) -> torch.nn.Linear:
    """Logistic regression with an L2 penalty, by L-BFGS."""
    linear = torch.nn.Linear(features.shape[1], classes)
    torch.nn.init.zeros_(linear.weight)
    torch.nn.init.zeros_(linear.bias)
    optimizer = torch.optim.LBFGS(linear.parameters(), max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(linear(features), labels) + weight_decay * linear.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return linear


def score(linear: torch.nn.Linear, features: torch.Tensor, labels: torch.Tensor) -> float:
    """The accuracy of a fitted classifier."""
    return (linear(features).argmax(1) == labels).float().mean().item()


def choose_weight_decay(features: torch.Tensor, labels: torch.Tensor, classes: int) -> float:
    """The penalty that does best on a fifth of the documents when fitted on the others."""
    held = len(labels) // 5

    def held_out_score(weight_decay: float) -> float:
        linear = fit(features[held:], labels[held:], classes, weight_decay)
        return score(linear, features[:held], labels[:held])

    return max(WEIGHT_DECAYS, key=held_out_score)


def probe(example: MiniLM, data: Data, show: Show) -> dict[str, Any]:
    """Fits the classifier on the vectors of the documents that the other variants train on."""
    model: Any = example.build_model(data.facts)
    index = np.unique(data.train.order(example.batch, example.steps, example.seed))
    # Shuffled, because the first fifth is held back when the penalty is chosen.
    np.random.default_rng(example.seed).shuffle(index)
    train = Split(*data.train.take(index))
    features = _embed(model, list(train.in_order(BATCH)), "embedding the training documents", show)
    test_batches = list(data.test.in_order(BATCH, example.test_limit))
    test_features = _embed(model, test_batches, "embedding the test documents", show)
    labels, test_labels = torch.from_numpy(train.targets), torch.from_numpy(data.test.targets[: len(test_features)])
    classes = len(data.facts["classes"])
    weight_decay = choose_weight_decay(features, labels, classes)
    linear = fit(features, labels, classes, weight_decay)
    return {
        "accuracy": score(linear, test_features, test_labels),
        "documents": len(index),
        "weight_decay": weight_decay,
        "trained_parameters": sum(value.numel() for value in linear.parameters()),
    }


@torch.no_grad()
def _embed(model: MiniLMClassifier, batches: list[Batch], title: str, show: Show) -> torch.Tensor:
    """The unit-length vector of every document, as `sentence-transformers` gives it for this model."""
    rows = [model.embed(**to_torch(inputs))[: len(labels)] for inputs, labels in show(title, batches)]
    return torch.nn.functional.normalize(torch.cat(rows))

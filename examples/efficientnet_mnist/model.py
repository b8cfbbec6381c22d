"""The network with the published weights and a fresh head."""

from __future__ import annotations

from pathlib import Path

import torch

from .network import EfficientNetLite

IMAGENET_CLASSES = 1000


def build_model(weights: Path, classes: int, seed: int) -> EfficientNetLite:
    """In training mode; every weight but the head's is loaded, every one of the file has a place."""
    torch.manual_seed(seed)
    model = EfficientNetLite(IMAGENET_CLASSES)
    model.load_state_dict(torch.load(weights, weights_only=True))
    model._fc = torch.nn.Linear(model._fc.in_features, classes)
    return model.train()

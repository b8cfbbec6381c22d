"""What the training loop needs of a variant. A pock session is one as it stands."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from .dataset import Inputs


class Learner(Protocol):
    """Something that takes training steps and predicts."""

    def set_lr(self, lr: float) -> None:
        """The learning rate of the following steps."""

    def train_step(self, inputs: Inputs, labels: np.ndarray, /) -> float:
        """One update; the loss before it."""
        ...

    def predict(self, inputs: Inputs, /) -> Any:
        """The logits as an array."""
        ...

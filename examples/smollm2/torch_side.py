"""PyTorch's side: the loss and the training step."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F


def next_token_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """The mean cross-entropy over all tokens of all windows."""
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


class TorchLearner:
    """A model and AdamW."""

    def __init__(self, model: torch.nn.Module, learning_rate: float, weight_decay: float) -> None:
        self.model = model
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=weight_decay)

    def train_step(self, inputs: np.ndarray, targets: np.ndarray) -> float:
        """One step on tokens [batch, length]; the loss before it."""
        self.optimizer.zero_grad(set_to_none=True)
        logits = self.model(input_ids=torch.from_numpy(inputs)).logits
        loss = next_token_loss(logits, torch.from_numpy(targets))
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Logits [batch, length, vocabulary]."""
        with torch.no_grad():
            return self.model(input_ids=torch.from_numpy(inputs)).logits.numpy()

    def state_bytes(self) -> int:
        """Parameters and what the optimizer keeps; tied parameters count once."""
        kept = [v for state in self.optimizer.state.values() for v in state.values() if isinstance(v, torch.Tensor)]
        return sum(tensor.nbytes for tensor in [*self.model.parameters(), *kept])

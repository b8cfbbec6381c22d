"""PyTorch's side."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F


class TorchLearner:
    """A network and AdamW, as a learner; trains in train mode and predicts in evaluation mode."""

    def __init__(self, model: torch.nn.Module, learning_rate: float, weight_decay: float) -> None:
        self.model = model
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=weight_decay)

    def set_lr(self, lr: float) -> None:
        """The learning rate from the next step on."""
        for group in self.optimizer.param_groups:
            group["lr"] = lr

    def train_step(self, images: np.ndarray, labels: np.ndarray) -> float:
        """One step; the loss before it."""
        self.model.train()
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.model(torch.from_numpy(images)), torch.from_numpy(labels))
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Logits [batch, classes], by the running statistics."""
        self.model.eval()
        with torch.no_grad():
            return self.model(torch.from_numpy(images)).numpy()

    def state_bytes(self) -> int:
        """Parameters, running statistics and what the optimizer keeps."""
        kept = [v for state in self.optimizer.state.values() for v in state.values() if isinstance(v, torch.Tensor)]
        return sum(tensor.nbytes for tensor in [*self.model.state_dict().values(), *kept])

"""The reference: PyTorch eager with AdamW."""

from __future__ import annotations

from collections.abc import Container

import numpy as np
import torch

from .dataset import Inputs


class TorchLearner:
    """A module trained by autograd and `torch.optim.AdamW`; `trained` names the parameters that are (None: all)."""

    def __init__(
        self, model: torch.nn.Module, lr: float, weight_decay: float, trained: Container[str] | None = None
    ) -> None:
        self.model = model
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(trained is None or name in trained)
        parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        # The fused kernel is the fastest AdamW that eager PyTorch has on a CPU: a fair reference uses it.
        self.optimizer = torch.optim.AdamW(parameters, lr=lr, weight_decay=weight_decay, fused=True)

    def set_lr(self, lr: float) -> None:
        """The learning rate of the following steps."""
        for group in self.optimizer.param_groups:
            group["lr"] = lr

    def train_step(self, inputs: Inputs, labels: np.ndarray, /) -> float:
        """One update; the loss before it."""
        self.optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(self.model(**to_torch(inputs)), torch.from_numpy(labels))
        loss.backward()
        self.optimizer.step()
        return loss.item()

    @torch.inference_mode()
    def predict(self, inputs: Inputs, /) -> np.ndarray:
        """The logits as an array."""
        return self.model(**to_torch(inputs)).numpy()

    def trainable_parameters(self) -> int:
        """How many numbers the optimizer changes."""
        return sum(parameter.numel() for parameter in self.model.parameters() if parameter.requires_grad)

    def state_bytes(self) -> int:
        """Parameters, buffers and optimizer state: what lives between two steps."""
        tensors = [*self.model.parameters(), *self.model.buffers()]
        for state in self.optimizer.state.values():
            tensors += [value for value in state.values() if isinstance(value, torch.Tensor)]
        return sum(tensor.untyped_storage().nbytes() for tensor in tensors)


def to_torch(inputs: Inputs) -> dict[str, torch.Tensor]:
    """The same arrays as tensors, without a copy."""
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in inputs.items()}

"""The reference: PyTorch eager with AdamW, and the memory that its step takes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Container
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile

from data.split import Inputs


class TorchLearner:
    """A model trained by autograd in the mode that it is in, and asked in evaluation mode; `trained` names the
    parameters that are (None: all).
    """

    def __init__(
        self,
        model: torch.nn.Module,
        loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
        lr: float,
        weight_decay: float,
        trained: Container[str] | None = None,
    ) -> None:
        self.model, self.loss, self.train_mode = model, loss, model.training
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(trained is None or name in trained)
        self.trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        # The fused kernel is the fastest AdamW that eager PyTorch has on a CPU: a fair reference uses it.
        self.optimizer = torch.optim.AdamW(self.trained, lr=lr, weight_decay=weight_decay, fused=True)

    def set_lr(self, lr: float) -> None:
        """The learning rate of the following steps."""
        for group in self.optimizer.param_groups:
            group["lr"] = lr

    def train_step(self, inputs: Inputs, targets: np.ndarray, /) -> float:
        """One update; the loss before it."""
        self.model.train(self.train_mode)
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(_logits(self.model(**to_torch(inputs))), torch.from_numpy(targets))
        loss.backward()
        self.optimizer.step()
        return loss.item()

    @torch.inference_mode()
    def predict(self, inputs: Inputs, /) -> np.ndarray:
        """The logits as an array."""
        return _logits(self.model.eval()(**to_torch(inputs))).numpy()

    def trainable_parameters(self) -> int:
        """How many numbers the optimizer changes."""
        return sum(parameter.numel() for parameter in self.trained)

    def state_bytes(self) -> int:
        """Parameters, buffers and optimizer state, which live between two steps; tied parameters count once."""
        tensors = [*self.model.parameters(), *self.model.buffers()]
        for state in self.optimizer.state.values():
            tensors += [value for value in state.values() if isinstance(value, torch.Tensor)]
        return sum(tensor.untyped_storage().nbytes() for tensor in tensors)

    def step_peak_bytes(self, inputs: Inputs, targets: np.ndarray) -> int:
        """State that lives between steps, plus the highest sum of what one step allocates and has not yet freed."""
        # With the old gradients gone, nothing that lives before the step is freed in it: the two parts add up.
        self.optimizer.zero_grad(set_to_none=True)
        before = self.state_bytes() + targets.nbytes + sum(array.nbytes for array in inputs.values())
        return before + allocation_peak(lambda: self.train_step(inputs, targets))


def _logits(output: Any) -> torch.Tensor:
    """Models of `transformers` return an object that holds them."""
    return getattr(output, "logits", output)


def to_torch(inputs: Inputs) -> dict[str, torch.Tensor]:
    """The same arrays as tensors, without a copy."""
    return {name: torch.from_numpy(array) for name, array in inputs.items()}


def allocation_peak(call: Callable[[], object]) -> int:
    """The highest sum, in bytes, of what a call allocates and has not yet freed, by PyTorch's CPU allocator."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        call()
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.json"
        profiler.export_chrome_trace(str(trace))
        return highest_sum(json.loads(trace.read_text())["traceEvents"])


def highest_sum(events: list[dict[str, Any]]) -> int:
    """The peak of what is allocated and not yet freed, by the allocator's records in a trace."""
    records = sorted((event for event in events if event.get("name") == "[memory]"), key=itemgetter("ts"))
    return max(accumulate((record["args"]["Bytes"] for record in records), initial=0))

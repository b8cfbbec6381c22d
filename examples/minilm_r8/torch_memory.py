"""The peak of PyTorch's tensor memory in one training step."""

from __future__ import annotations

import numpy as np
from common.torch_memory import allocation_peak

from .dataset import Inputs
from .torch_learner import TorchLearner


def step_peak_bytes(learner: TorchLearner, inputs: Inputs, labels: np.ndarray) -> int:
    """State that lives between steps, plus the highest sum of what one step allocates and has not yet freed."""
    # With the old gradients gone, nothing that lives before the step is freed in it: the two parts add up.
    learner.optimizer.zero_grad(set_to_none=True)
    before = learner.state_bytes() + labels.nbytes + sum(array.nbytes for array in inputs.values())
    return before + allocation_peak(lambda: learner.train_step(inputs, labels))

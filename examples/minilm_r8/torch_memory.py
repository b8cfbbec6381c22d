"""The peak of PyTorch's tensor memory in one training step, from the records of its CPU allocator."""

from __future__ import annotations

import json
import tempfile
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from torch.profiler import ProfilerActivity, profile

from .dataset import Inputs
from .torch_learner import TorchLearner


def step_peak_bytes(learner: TorchLearner, inputs: Inputs, labels: np.ndarray) -> int:
    """State that lives between steps, plus the highest sum of what one step allocates and has not yet freed."""
    # With the old gradients gone, nothing that lives before the step is freed in it: the two parts add up.
    learner.optimizer.zero_grad(set_to_none=True)
    before = learner.state_bytes() + labels.nbytes + sum(array.nbytes for array in inputs.values())
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        learner.train_step(inputs, labels)
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.json"
        profiler.export_chrome_trace(str(trace))
        events = json.loads(trace.read_text())["traceEvents"]
    return before + highest_sum(events)


def highest_sum(events: list[dict[str, Any]]) -> int:
    """The peak of what is allocated and not yet freed, by the allocator's records in a trace."""
    records = sorted((event for event in events if event.get("name") == "[memory]"), key=itemgetter("ts"))
    return max(accumulate((record["args"]["Bytes"] for record in records), initial=0))

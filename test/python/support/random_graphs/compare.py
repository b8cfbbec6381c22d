"""Runs a graph by pock and by PyTorch, and compares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from support.step_programs import Step, run_step

from .graph import Graph, GraphModule, Observer

RELATIVE = 1e-5
"""What float32 may be off by, as a share of the largest magnitude in an array."""
NOISE = 1e-6
MARGIN = 5.0


@dataclass(frozen=True)
class Outcome:
    """The loss, the outputs and the gradients, by name; all in one precision. Gradients of parameters that are not
    `reached` are none, and stand here as zeros.
    """

    arrays: dict[str, np.ndarray]
    reached: set[str]


class _GraphStep(Step):
    def __init__(self, model: GraphModule) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return self.model(*inputs)


def compiled(graph: Graph) -> Outcome:
    """What pock gives."""
    model = GraphModule(graph)
    # A model has at least one input.
    outcome = run_step(_GraphStep(model), tuple(model.inputs()))
    outputs = dict(zip(graph.outputs, outcome.outputs, strict=True))
    gradients = {f"gradient of {name}": value for name, value in outcome.gradients.items()}
    return Outcome({"loss": outcome.loss} | outputs | gradients, outcome.reached)


def reference(graph: Graph, dtype: torch.dtype = torch.float64, observe: Observer | None = None) -> Outcome:
    """What PyTorch gives."""
    leaves = {
        leaf.name: leaf.tensor(dtype).requires_grad_(leaf.kind == "parameter" and not leaf.is_frozen)
        for leaf in graph.leaves
    }
    loss, *outputs = graph.run(leaves, observe)
    loss.backward()
    arrays = {"loss": loss.detach().numpy()}
    arrays |= {name: x.detach().numpy() for name, x in zip(graph.outputs, outputs, strict=True)}
    for leaf in graph.parameters:
        gradient = leaves[leaf.name].grad
        arrays[f"gradient of {leaf.name}"] = np.zeros(leaf.shape) if gradient is None else gradient.numpy()
    return Outcome(arrays, {leaf.name for leaf in graph.parameters if leaves[leaf.name].grad is not None})


def noise(x: torch.Tensor, frequency: float) -> torch.Tensor:
    """x but for errors like those of float32, in the value and in its cotangent. Equal elements stay equal and zeros
    zero: which of several maxima gets the gradient is part of what is compared.
    """
    if x.requires_grad:
        x.register_hook(lambda g: None if g is None else g + _wobble(g, frequency))
    return x + _wobble(x.detach(), frequency)


def _wobble(x: torch.Tensor, frequency: float) -> torch.Tensor:
    largest = x.abs().max().clamp(min=1e-30)
    return NOISE * largest * torch.sin(frequency * x / largest)


def differences(graph: Graph) -> list[str]:
    """Where pock's results differ from PyTorch's by more than rounding explains.

    How far rounding goes is measured: by PyTorch in float32 and by float64 with noise after every line, forward and
    backward. Integers and bools must be equal where noise leaves them alone.
    """
    theirs, ours = reference(graph), compiled(graph)
    want, got = theirs.arrays, ours.arrays
    others = [reference(graph, torch.float32).arrays]
    others += [reference(graph, observe=lambda x, f=f: noise(x, f)).arrays for f in (1e5, 3e5, 7e5)]
    found = [f"only one side has a gradient of {name}" for name in sorted(theirs.reached ^ ours.reached)]
    for name, array in want.items():
        spread = [np.abs(other[name].astype(np.float64) - array) for other in others]
        if got[name].shape != array.shape:
            found.append(f"{name} has shape {got[name].shape} for {array.shape}")
        elif array.dtype.kind != "f":
            stable = np.max(spread, axis=0) == 0
            if not np.array_equal(got[name][stable], array[stable]):
                found.append(f"{name} is {got[name].tolist()} for {array.tolist()}")
        else:
            tolerance = RELATIVE * np.abs(array).max() + MARGIN * max(s.max() for s in spread) + 1e-12
            error = np.abs(got[name] - array)
            if not (error <= tolerance).all():
                found.append(f"{name} is {got[name].tolist()} for {array.tolist()}, tolerance {tolerance:.1e}")
    return found

"""The loss curves as a PNG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .results import Results

#: PyTorch, our full update, others: readable in print and by colour-blind readers.
COLOURS = ("#4c4c4c", "#d1495b", "#2e86ab")
WINDOW = 8


def smooth(values: Sequence[float], window: int = WINDOW) -> np.ndarray:
    """The mean of the last `window` values at every step."""
    sums = np.cumsum(np.concatenate([[0.0], values]))
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - window, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)


def save_plot(results: Results, path: Path) -> None:
    """Two panels: the losses, and how far our full update's are from PyTorch's."""
    import matplotlib

    # Draw to files only: the demo must also run where there is no display.
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4), constrained_layout=True)
    for (side, title), colour in zip(results.sides.items(), COLOURS, strict=False):
        losses = results.runs[side]["losses"]
        steps = range(1, len(losses) + 1)
        left.plot(steps, losses, color=colour, alpha=0.2, linewidth=0.8)
        # PyTorch's curve lies under ours: dashes let both be seen.
        style = (0, (4, 3)) if side == results.first else "-"
        left.plot(steps, smooth(losses), color=colour, label=title, linewidth=1.8, linestyle=style)
    title = f"{results.example.title}: training loss (bold: mean of {WINDOW} steps)"
    left.set(title=title, xlabel="step", ylabel="cross-entropy", ylim=(0, None))
    left.legend(frameon=False)
    differences = np.maximum(results.loss_differences(), 1e-9)
    right.semilogy(range(1, len(differences) + 1), differences, color=COLOURS[1], linewidth=1.2)
    title = f"{results.sides[results.first]}, against PyTorch"
    right.set(title=title, xlabel="step", ylabel="relative difference of the loss")
    for axis in (left, right):
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(alpha=0.25)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)

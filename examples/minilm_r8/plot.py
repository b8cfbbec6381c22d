"""The loss curves as a PNG."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .results import Results

#: Readable in print and by colour-blind readers.
COLOURS = {"PyTorch eager": "#4c4c4c", "pock, full update": "#d1495b", "pock, sparse": "#2e86ab"}


def smooth(values: list[float], window: int = 8) -> np.ndarray:
    """The mean of the last `window` values at every step."""
    sums = np.cumsum(np.concatenate([[0.0], values]))
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - window, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)


def save_plot(results: Results, path: Path) -> None:
    """Two panels: the losses, and how far ours are from PyTorch's."""
    import matplotlib

    # Draw to files only: the demo must also run where there is no display.
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4), constrained_layout=True)
    runs = zip(COLOURS.items(), (results.torch, results.full, results.sparse), strict=True)
    for (title, colour), run in runs:
        steps = range(1, len(run.losses) + 1)
        left.plot(steps, run.losses, color=colour, alpha=0.2, linewidth=0.8)
        # PyTorch's curve lies under ours: dashes let both be seen.
        style = (0, (4, 3)) if title == "pock, full update" else "-"
        left.plot(steps, smooth(run.losses), color=colour, label=title, linewidth=1.8, linestyle=style)
    left.set(title="training loss (bold: mean of 8 steps)", xlabel="step", ylabel="cross-entropy", ylim=(0, None))
    left.legend(frameon=False)
    differences = np.maximum(results.loss_differences(), 1e-9)
    right.semilogy(range(1, len(differences) + 1), differences, color=COLOURS["pock, full update"], linewidth=1.2)
    right.set(title="pock, full update, against PyTorch", xlabel="step", ylabel="relative difference of the loss")
    for axis in (left, right):
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(alpha=0.25)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)

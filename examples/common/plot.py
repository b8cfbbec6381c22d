"""Two loss curves as a PNG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

#: Readable in print and by colour-blind readers.
TORCH_COLOUR, POCK_COLOUR = "#4c4c4c", "#d1495b"


def relative_differences(ours: Sequence[float], theirs: Sequence[float]) -> np.ndarray:
    """|ours - theirs| / |theirs| at each step."""
    reference = np.asarray(theirs)
    return np.abs(np.asarray(ours) - reference) / np.abs(reference)


def save_plot(ours: Sequence[float], theirs: Sequence[float], title: str, path: Path) -> None:
    """Two panels: the losses, and how far ours are from PyTorch's."""
    import matplotlib

    # Draw to files only: an example must also run where there is no display.
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4), constrained_layout=True)
    steps = range(1, len(theirs) + 1)
    left.plot(steps, theirs, color=TORCH_COLOUR, label="PyTorch eager", linewidth=1.4)
    # PyTorch's curve lies under ours: dashes let both be seen.
    left.plot(steps, ours, color=POCK_COLOUR, label="pock", linewidth=1.4, linestyle=(0, (4, 3)))
    left.set(title=title, xlabel="step", ylabel="cross-entropy")
    left.legend(frameon=False)
    differences = np.maximum(relative_differences(ours, theirs), 1e-9)
    right.semilogy(steps, differences, color=POCK_COLOUR, linewidth=1.2)
    right.set(title="pock against PyTorch", xlabel="step", ylabel="relative difference of the loss")
    for axis in (left, right):
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(alpha=0.25)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)

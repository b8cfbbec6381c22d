"""The loss plot of `pock train`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pock_mlir.errors import InputError, MissingDependencyError


def check_plotting(path: Path) -> None:
    """To call before any training.

    Raises `MissingDependencyError` if nothing can be plotted and `InputError` for an unknown suffix.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ModuleNotFoundError as error:
        raise MissingDependencyError("--plot needs matplotlib; install it with: pip install matplotlib") from error
    if path.suffix not in (".png", ".svg", ".pdf"):
        raise InputError(f"the plot {path} must end in .png, .svg or .pdf")


def plot_losses(path: Path, steps: Sequence[int], losses: Sequence[float]) -> None:
    """Writes the loss over the steps, with its mean over about a twentieth of them.

    Raises `InputError` if the disk refuses.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(steps, losses, color="tab:blue", alpha=0.3, linewidth=1)
    window = max(1, len(losses) // 20)
    smooth = np.convolve(losses, np.ones(window) / window, mode="valid")
    axes.plot(steps[window - 1 :], smooth, color="tab:blue", label=f"mean of {window} steps")
    axes.set(xlabel="step", ylabel="loss")
    axes.legend()
    axes.grid(alpha=0.3)
    try:
        figure.savefig(path)
    except OSError as error:
        raise InputError(f"cannot write the plot {path}: {error.strerror or error}") from error

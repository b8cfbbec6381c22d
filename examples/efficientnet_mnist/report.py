"""The figures of a run, and what must hold for it to count as a success."""

from __future__ import annotations

import json
import statistics
from typing import Any

from common.check import Check, show_checks
from common.interleave import median_ratio
from common.plot import relative_differences, save_plot
from rich.console import Console

from .config import Config

FIRST_STEPS, LOSS_TOLERANCE = 3, 1e-3
LOGIT_TOLERANCE = 1e-4
ACCURACY, ACCURACY_DIFFERENCE = 0.97, 0.005


def report(results: dict[str, Any], config: Config, console: Console) -> int:
    """Shows and saves everything; the exit status is 0 if all checks hold."""
    ours, theirs, compared = results["pock"], results["torch"], results["compare"]
    ratio = median_ratio(compared["seconds"]["pock"], compared["seconds"]["torch"])
    medians = [statistics.median(compared["seconds"][name]) * 1e3 for name in ("pock", "torch")]
    console.print(f"test accuracy: pock {ours['accuracy']:.2%}, PyTorch {theirs['accuracy']:.2%}")
    console.print(f"step, interleaved median, ms: pock {medians[0]:.0f}, PyTorch {medians[1]:.0f}")
    console.print(f"step time over PyTorch's, median of the pairs: {ratio:.2f}")
    console.print(f"device peak, MB: pock {ours['peak_bytes'] / 1e6:.1f}, PyTorch {theirs['peak_bytes'] / 1e6:.1f}")
    console.print(f"compile time, s: {results['compile']['seconds']:.1f}")
    plot = config.folder / "losses.png"
    save_plot(ours["losses"], theirs["losses"], "EfficientNet-Lite0 on MNIST", plot)
    (config.folder / "results.json").write_text(json.dumps(results, indent=1))
    for path in (plot, config.folder / "results.json"):
        console.print(f"wrote {path}", soft_wrap=True)
    return show_checks(checks(results), console)


def checks(results: dict[str, Any]) -> list[Check]:
    """All statements."""
    ours, theirs, compared = results["pock"], results["torch"], results["compare"]
    first = float(relative_differences(ours["losses"], theirs["losses"])[:FIRST_STEPS].max())
    relative = compared["logit_difference"] / compared["largest_logit"]
    apart = abs(ours["accuracy"] - theirs["accuracy"])
    return [
        Check(
            first <= LOSS_TOLERANCE,
            f"the losses follow PyTorch's: largest relative difference over the first {FIRST_STEPS} steps {first:.1e} "
            f"(at most {LOSS_TOLERANCE:.0e})",
        ),
        Check(ours["accuracy"] >= ACCURACY, f"test accuracy {ours['accuracy']:.2%} (at least {ACCURACY:.0%})"),
        Check(
            apart <= ACCURACY_DIFFERENCE + 1e-9,
            f"PyTorch's is {theirs['accuracy']:.2%}, {apart * 100:.2f} points apart (at most "
            f"{ACCURACY_DIFFERENCE * 100:.1f})",
        ),
        Check(
            relative <= LOGIT_TOLERANCE,
            f"the checkpoint, running statistics included, loads into the PyTorch model: logits differ by at most "
            f"{relative:.1e} of the largest (at most {LOGIT_TOLERANCE:.0e})",
        ),
    ]

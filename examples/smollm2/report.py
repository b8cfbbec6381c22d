"""The figures of a run, and what must hold for it to count as a success."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

from common.check import Check, show_checks
from common.interleave import median_ratio
from common.plot import relative_differences, save_plot
from rich.console import Console
from tokenizers import Tokenizer

from .config import Config

#: Float32 arithmetic in another order drifts apart slowly in training; a wrong gradient does so at once.
LOSS_TOLERANCE = 1e-3
FIRST_STEPS, FIRST_TOLERANCE = 5, 1e-4
LOGIT_TOLERANCE = 1e-4


def report(results: dict[str, Any], config: Config, console: Console) -> int:
    """Shows and saves everything; the exit status is 0 if all checks hold."""
    ours, theirs, compared = results["pock"], results["torch"], results["compare"]
    tokenizer = Tokenizer.from_file(str(config.tokenizer_file))
    ratio = median_ratio(compared["seconds"]["pock"], compared["seconds"]["torch"])
    for when in ("before", "after"):
        console.print(f"[bold]{when} training[/bold] (held-out loss {ours[when]['held_out_loss']:.3f})")
        console.print(f"  {tokenizer.decode(ours[when]['text'])}", soft_wrap=True, markup=False)
    rows = {
        "compile time, s": (results["compile"]["seconds"], None),
        "step, interleaved median, s": tuple(statistics.median(compared["seconds"][n]) for n in ("pock", "torch")),
        "device peak, MB": (ours["peak_bytes"] / 1e6, theirs["peak_bytes"] / 1e6),
        "process peak while training, MB": (ours["resident_bytes"] / 1e6, theirs["resident_bytes"] / 1e6),
    }
    for name, (mine, other) in rows.items():
        console.print(f"{name}: pock {mine:.2f}" + ("" if other is None else f", PyTorch {other:.2f}"))
    console.print(f"step time over PyTorch's, median of the pairs: {ratio:.2f}")
    plot = config.folder / "losses.png"
    save_plot(ours["losses"], theirs["losses"], "SmolLM2-135M on Grimm's tales", plot)
    (config.folder / "results.json").write_text(json.dumps(results, indent=1))
    for path in (plot, config.folder / "results.json"):
        console.print(f"wrote {Path(path)}", soft_wrap=True)
    return show_checks(checks(results), console)


def checks(results: dict[str, Any]) -> list[Check]:
    """All statements."""
    ours, theirs, compared = results["pock"], results["torch"], results["compare"]
    differences = relative_differences(ours["losses"], theirs["losses"])
    first, largest = float(differences[:FIRST_STEPS].max()), float(differences.max())
    relative = compared["logit_difference"] / compared["largest_logit"]
    before, after = (ours[when]["held_out_loss"] for when in ("before", "after"))
    return [
        Check(
            first <= FIRST_TOLERANCE and largest <= LOSS_TOLERANCE,
            f"the losses follow PyTorch's: largest relative difference {first:.1e} over the first {FIRST_STEPS} steps "
            f"(at most {FIRST_TOLERANCE:.0e}), {largest:.1e} over all (at most {LOSS_TOLERANCE:.0e})",
        ),
        Check(
            relative <= LOGIT_TOLERANCE,
            f"the checkpoint loads into the PyTorch model: logits differ by at most {relative:.1e} of the largest "
            f"(at most {LOGIT_TOLERANCE:.0e})",
        ),
        Check(
            results["compile"]["embedding_aliases"] == ["lm_head.weight"] and compared["tied"],
            "embedding and output matrix are one parameter, in the bundle and back in PyTorch",
        ),
        Check(
            after < before, f"training helps on tales that were held out: loss {before:.3f} before, {after:.3f} after"
        ),
    ]

"""What must hold for the demo to count as a success."""

from __future__ import annotations

from dataclasses import dataclass

from .results import Results

#: Float32 arithmetic in another order: the first losses agree far better than this, a wrong gradient far worse.
LOSS_TOLERANCE = 1e-4
LOGIT_TOLERANCE = 1e-3
#: The steps over which the losses are compared: later, rounding differences grow as in any training.
COMPARED_STEPS = 10


@dataclass(frozen=True)
class Check:
    """A statement with what was measured for it."""

    passed: bool
    text: str


def checks(results: Results) -> list[Check]:
    """All statements, in the order of the report."""
    agreement = results.loss_agreement(COMPARED_STEPS)
    difference = results.compare.checkpoint_difference
    full, probe = results.full.accuracy, results.probe.accuracy
    return [
        Check(
            agreement <= LOSS_TOLERANCE,
            f"the losses of our full update follow PyTorch's: largest relative difference over the first "
            f"{COMPARED_STEPS} steps {agreement:.1e} (at most {LOSS_TOLERANCE:.0e})",
        ),
        Check(
            difference <= LOGIT_TOLERANCE,
            f"our checkpoint loads into the PyTorch module: logits of a test batch differ by at most "
            f"{difference:.1e} (at most {LOGIT_TOLERANCE:.0e})",
        ),
        Check(
            full > probe,
            f"fine-tuning beats the frozen encoder with a linear probe: {full:.1%} against {probe:.1%}",
        ),
    ]

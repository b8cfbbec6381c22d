"""What the planned peak of a step is the sum of."""

from __future__ import annotations

from pock_mlir.bundle import CATEGORIES, Manifest, MemoryReport, Timeline

CATEGORY_NAMES: dict[str, str] = dict(
    zip(CATEGORIES, ("saved for backward", "gradients", "other transients"), strict=True)
)
"""What the categories are called for people."""


def planned(report: MemoryReport, function: str) -> Timeline:
    """The timeline of a function as the backend has planned it: the last."""
    return report.of(function)[-1]


def peak_sums(manifest: Manifest, timeline: Timeline) -> dict[str, int]:
    """The planned peak in parts that add up to it, where `timeline` is of the function that has it, as planned."""
    plan, at = manifest.memory, timeline.peak_index
    live = {name: timeline.live[category][at] if at is not None else 0 for category, name in CATEGORY_NAMES.items()}
    io = timeline.io_bytes or 0
    loaded = plan.planned_peak_bytes - io - (timeline.allocated_bytes or 0)
    state = min(plan.state_bytes, loaded)
    parameters = min(plan.parameter_bytes, loaded - state)
    sums = {"parameters": parameters, "optimizer state": state, "inputs and results": io, **live}
    return sums | {"gaps in the packing": plan.planned_peak_bytes - sum(sums.values())}

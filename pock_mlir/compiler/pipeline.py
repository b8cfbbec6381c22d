"""The passes of a compilation, in stages; `pock-opt` runs the same text."""

from __future__ import annotations

from collections.abc import Sequence

from pock_mlir.optimizers import Optimizer
from pock_mlir.passes.options import quoted
from pock_mlir.precision import Precision

PRUNE = "pock-prune,cse,canonicalize"

LOWER = (
    "pock-verify-symbols,pock-export-state,pock-choose-lowerings,convert-pock-to-linalg,pock-store-as-read,"
    "convert-pock-state,pock-expand-f64-math,cse,canonicalize"
)
"""From pock to upstream dialects, ready for the hand-over."""


def import_passes(seed: int) -> str:
    """From the torch dialect to pock, in our layouts: the forward passes."""
    layouts = "pock-sink-transposes,pock-assign-layouts"
    return f"convert-torch-to-pock{{seed={seed}}},pock-widen-arithmetic,cse,canonicalize,{layouts},cse,canonicalize"


def training_passes(
    trained: Sequence[str], optimizer: Optimizer, functions: Sequence[str], precision: Precision
) -> str:
    """Marks what is trained (symbols), and adds the backward pass and the updates to the training steps."""
    symbols = ",".join(map(quoted, trained))
    scaled = " loss-scale" if precision.scales_loss else ""
    passes = [f"pock-apply-scheme{{symbols={{{symbols}}}}}", "pock-fold-batch-norm"]
    if precision.is_narrow:
        master = str(precision.master_weights).lower()
        passes.append(f"pock-lower-precision{{type={precision.storage} master-weights={master}}},cse,canonicalize")
    passes += [f"pock-autodiff{{function={name}{scaled}}}" for name in functions]
    passes.append("pock-reuse-narrow" if precision.is_narrow else "pock-widen-arithmetic,pock-keep-rounding")
    return ",".join([*passes, optimizer.pass_text(functions), "pock-advance-random"])

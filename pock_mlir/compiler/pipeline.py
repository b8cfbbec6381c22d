"""The passes of a compilation, in stages; `pock-opt` runs the same text."""

from __future__ import annotations

from collections.abc import Sequence

from pock_mlir.optimizers import Optimizer

PRUNE = "pock-prune,cse,canonicalize"

LOWER = "pock-verify-symbols,pock-export-state,convert-pock-to-linalg,convert-pock-state,cse,canonicalize"
"""From pock to upstream dialects, ready for the hand-over."""


def import_passes(seed: int) -> str:
    """From the torch dialect to pock, in our layouts: the forward passes."""
    layouts = "pock-sink-transposes,pock-assign-layouts"
    return f"convert-torch-to-pock{{seed={seed}}},cse,canonicalize,{layouts},cse,canonicalize"


def training_passes(trained: Sequence[str], optimizer: Optimizer, functions: Sequence[str]) -> str:
    """Marks what is trained, and adds the backward pass and the updates to the training steps."""
    # Names hold no pattern characters but brackets, which would be sets.
    patterns = ",".join(f'"{name.replace("[", "[[]")}"' for name in trained)
    autodiff = ",".join(f"pock-autodiff{{function={name}}}" for name in functions)
    return f"pock-apply-scheme{{train={patterns}}},{autodiff},{optimizer.pass_text(functions)},pock-advance-random"

"""The passes of a compilation, in stages; `pock-opt` runs the same text."""

from __future__ import annotations

from collections.abc import Sequence

from pock_mlir.optimizers import Optimizer

IMPORT = "convert-torch-to-pock,cse,canonicalize"
"""From the torch dialect to pock: forward passes only."""

LAYOUT = "pock-sink-transposes,pock-assign-layouts,cse,canonicalize"
LOWER = "pock-verify-symbols,pock-export-state,convert-pock-to-linalg,convert-pock-state,cse,canonicalize"
PRUNE = "pock-prune,cse,canonicalize"


def scheme_pass(trained: Sequence[str]) -> str:
    patterns = ",".join(f'"{name.replace("[", "[[]")}"' for name in trained)
    return f"pock-apply-scheme{{train={patterns}}}"


def training_passes(optimizer: Optimizer) -> str:
    return f"pock-autodiff,{optimizer.pass_text()}"

"""The pipelines of a compilation; `compile` runs them by these names, as `pock-opt` does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pock_mlir.contract import F32, TRAIN_STEP
from pock_mlir.passes.machinery.calls import Pipeline, call, calls
from pock_mlir.passes.machinery.registry import register_pipeline

_CLEAN = ("cse", "canonicalize")


@register_pipeline("pock-forward")
def forward(*, seed: int = 0) -> Pipeline:
    """From the torch dialect to pock, in our layouts; nothing is said yet of training."""
    return [
        call("convert-torch-to-pock", seed=seed),
        *calls("pock-widen-arithmetic", *_CLEAN, "pock-sink-transposes", "pock-assign-layouts", *_CLEAN),
    ]


@register_pipeline("pock-backward")
def backward(
    *,
    train: Sequence[str] = ("*",),
    symbols: Sequence[str] | None = None,
    slices: Sequence[str] = (),
    functions: Sequence[str] = (TRAIN_STEP,),
    storage: Literal["f32", "bf16", "f16"] = F32,
    master_weights: bool = True,
    loss_scale: bool = False,
) -> Pipeline:
    """Marks what is trained, and adds the backward pass to the training steps; an optimizer's pass follows.

    `train`, `symbols` and `slices` are those of pock-apply-scheme, `functions` the training steps; `storage` is the
    type that values between ops are rounded to.
    """
    is_narrow = storage != F32
    narrow = (
        [call("pock-lower-precision", type=storage, master_weights=master_weights), *calls(*_CLEAN)]
        if is_narrow
        else []
    )
    rounding = calls("pock-reuse-narrow") if is_narrow else calls("pock-widen-arithmetic", "pock-keep-rounding")
    return [
        call("pock-apply-scheme", train=train, symbols=symbols, slices=slices),
        call("pock-fold-batch-norm"),
        *narrow,
        *(call("pock-autodiff", function=name, loss_scale=loss_scale) for name in functions),
        *calls("pock-sink-slices"),
        *rounding,
    ]


@register_pipeline("pock-pruning")
def pruning() -> Pipeline:
    """Removes what no update needs."""
    return calls("pock-prune", *_CLEAN)


@register_pipeline("pock-memory")
def memory(*, recompute: bool = True) -> Pipeline:
    """Decides what is kept while a step runs: with `recompute` less is saved than the backward pass takes."""
    return calls("pock-choose-saved") if recompute else []


@register_pipeline("pock-lowering")
def lowering(*, dispatches: bool = True) -> Pipeline:
    """From pock to upstream dialects, ready for a backend.

    What runs as one piece is cut here, as far as a backend takes it so; without `dispatches` the backend cuts.
    """
    form = calls("pock-form-dispatches", "pock-schedule-dispatches") if dispatches else []
    keep = calls("pock-dissolve-dispatches") if dispatches else []
    fuse = calls("pock-fuse-dispatches") if dispatches else []
    return [
        *calls("pock-verify-symbols", "pock-note-origins", "pock-export-state"),
        *form,
        *calls("pock-choose-lowerings", "convert-pock-to-linalg", "pock-store-as-read"),
        *keep,
        *calls("pock-accumulate-in-place", "convert-pock-state"),
        *fuse,
        *calls(*_CLEAN),
    ]

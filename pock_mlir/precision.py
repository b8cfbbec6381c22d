"""Precision, as data: what a compiled step stores in fewer bits than float32."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pock_mlir.contract import BF16, F16, F32
from pock_mlir.errors import CompileError

STORAGE = (F32, BF16, F16)


@dataclass(frozen=True)
class Precision:
    """How matrices and larger tensors are stored between ops; every op computes and adds up in float32.

    `storage`: "f32", "bf16" or "f16", for activations, cotangents and frozen parameters. Trained parameters stay
    float32 with `master_weights`, else they are narrow, too; the optimizer's state is float32. Vectors (biases, scales,
    statistics) stay float32. With "f16" the loss is scaled, and the scale adapts itself.
    """

    storage: str = F32
    master_weights: bool = True

    def __post_init__(self) -> None:
        if self.storage not in STORAGE:
            raise CompileError(f"unknown precision '{self.storage}'; the precisions are {', '.join(STORAGE)}")

    @property
    def is_narrow(self) -> bool:
        return self.storage != F32

    @property
    def scales_loss(self) -> bool:
        """Whether gradients are small enough to vanish: float16 ends at 6e-8."""
        return self.storage == F16

    def to_json(self) -> dict[str, Any]:
        return {"storage": self.storage, "master_weights": self.master_weights}


def resolve_precision(precision: str | Precision) -> Precision:
    """A precision from its name."""
    if isinstance(precision, Precision):
        return precision
    if not isinstance(precision, str):
        raise CompileError(f"precision must be one of {', '.join(STORAGE)} or a Precision, got {precision!r}")
    return Precision(precision)

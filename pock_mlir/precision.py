"""Precision, as data: what a compiled step stores in fewer bits than float32."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pock_mlir.contract import BF16, F16, F32
from pock_mlir.errors import CompileError
from pock_mlir.fields import check_fields, one_of, write_record

STORAGE = (F32, BF16, F16)


@dataclass(frozen=True)
class Precision:
    """How matrices and larger tensors are stored between ops; every op computes and adds up in float32.

    `storage`: "f32", "bf16" or "f16", for activations, cotangents and frozen parameters. Trained parameters stay
    float32 with `master_weights`, else they are narrow, too; the optimizer's state is float32. Vectors (biases, scales,
    statistics) stay float32. With "f16" the loss is scaled, and the scale adapts itself.
    """

    storage: Annotated[str, one_of(STORAGE)] = F32
    master_weights: bool = True

    def __post_init__(self) -> None:
        check_fields(self, CompileError)

    @property
    def is_narrow(self) -> bool:
        return self.storage != F32

    @property
    def scales_loss(self) -> bool:
        """Whether gradients are small enough to vanish: float16 ends at 6e-8."""
        return self.storage == F16

    def to_json(self) -> dict[str, Any]:
        return write_record(self)


def resolve_precision(precision: str | Precision) -> Precision:
    """A precision from its name."""
    if isinstance(precision, Precision):
        return precision
    if precision not in STORAGE:
        raise CompileError(f"unknown precision {precision!r}; the precisions are {', '.join(STORAGE)}, or a Precision")
    return Precision(precision)

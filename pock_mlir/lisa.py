"""LISA, as data: a few of the model's blocks are trained at a time, sampled anew after a while (arXiv:2403.17919)."""

from __future__ import annotations

from dataclasses import dataclass, field

from pock_mlir.errors import SchemeError
from pock_mlir.fields import MAY_LACK, Count, WholeNumber, check_fields


@dataclass(frozen=True, kw_only=True)
class Lisa:
    """`k` blocks are trained at a time, for `every` updates, with what is outside of the blocks; which, `seed` and the
    number of the period tell. The optimizer keeps states of as many blocks, which start anew with each period. Raises
    SchemeError.
    """

    k: Count = field(default=2, metadata=MAY_LACK)
    every: Count = field(default=20, metadata=MAY_LACK)
    seed: WholeNumber = field(default=0, metadata=MAY_LACK)

    def __post_init__(self) -> None:
        check_fields(self, SchemeError)

"""bfloat16 in numpy, which has no such dtype: the upper half of a float32, as uint16."""

from __future__ import annotations

import numpy as np


def to_bfloat16(array: np.ndarray) -> np.ndarray:
    """The bits of the nearest bfloat16 (ties to even) of each float32. NaN stays NaN."""
    bits = np.ascontiguousarray(array, dtype=np.float32).view(np.uint32)
    rounded = (bits + (np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1)))) >> np.uint32(16)
    quiet = (bits >> np.uint32(16)) | np.uint32(0x40)
    return np.where(np.isnan(array), quiet, rounded).astype(np.uint16)


def from_bfloat16(array: np.ndarray) -> np.ndarray:
    """float32 from the bits of bfloat16."""
    bits = np.ascontiguousarray(array).view(np.uint16).astype(np.uint32) << np.uint32(16)
    return bits.view(np.float32)

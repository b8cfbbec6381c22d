"""Which blocks are trained, where they are sampled from time to time (LISA)."""

from __future__ import annotations

import numpy as np

from pock_mlir.bundle import SamplingSpec


def sampled_blocks(sampling: SamplingSpec, step: int) -> tuple[int, ...]:
    """The numbers of the blocks that update `step` trains, ascending: with equal chances, without repetition; they
    depend on the seed and the number of the period alone.
    """
    random = np.random.Generator(np.random.PCG64([sampling.seed, step // sampling.every]))
    return tuple(sorted(random.choice(sampling.blocks, sampling.active, replace=False).tolist()))

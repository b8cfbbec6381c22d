"""Trains with a checkpoint after every step, or saves bundles over each other, until it is killed; says what is done.

worker.py train BUNDLE CHECKPOINT        worker.py save BUNDLE OTHER_BUNDLE PATH
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pock_mlir as pock
from pock_mlir.bundle import read_bundle, write_bundle


def batch(session: pock.Session, step: int) -> list:
    """The batch of a step: the same numbers in every process."""
    import numpy as np

    rng = np.random.default_rng(step)
    return [rng.standard_normal(spec.shape, dtype=np.float32) for spec in (*session.inputs, *session.targets)]


def train(bundle: str, checkpoint: str) -> None:
    session = pock.load(bundle, threads=1)
    if Path(checkpoint).exists():
        session.load_checkpoint(checkpoint)
    while True:
        session.train_step(*batch(session, session.step))
        session.save_checkpoint(checkpoint)
        print(session.step, flush=True)


def save(bundle: str, other: str, path: str) -> None:
    bundles = [read_bundle(name) for name in (bundle, other)]
    for number in itertools.count():
        kept = bundles[number % 2]
        write_bundle(path, kept.manifest, kept.module_path.read_bytes(), kept.parameters.arrays())
        print(number + 1, flush=True)


if __name__ == "__main__":
    {"train": train, "save": save}[sys.argv[1]](*sys.argv[2:])

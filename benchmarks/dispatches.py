"""A step cut into dispatches by us against one cut by the backend: step time and memory of the models of
training_step.py, the small ones without --only.

    .venv/bin/python benchmarks/dispatches.py [--threads 1] [--rounds 15] [--only NAME] [--scheme full]

Steps are run in turn; the ratio is the median of the pairs' ratios, as the geometric mean over both orders of loading,
below 1 where the pieces that we form are faster.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from training_step import MODELS, SMALL, interleave

import pock_mlir as pock


def measure(name: str, scheme: str, threads: int, rounds: int) -> list[str]:
    """A row: pieces formed and kept, ratio of times, transients and peaks in MB of both."""
    torch.manual_seed(0)
    model, inputs, target = MODELS[name]()
    trainable = pock.import_model(model.eval(), inputs, target).train(scheme, pock.SGD(lr=0.01, momentum=0.9))
    formed = sum(dispatch.function == "train_step" for dispatch in trainable.dispatches())
    arrays = [x.numpy() for x in (*inputs, target)]
    with tempfile.TemporaryDirectory() as folder:
        bundles, steps, kept = {}, [], 0
        for dispatches in (True, False):
            lowered = trainable.lower(dispatches=dispatches)
            kept = kept or len(re.findall(r"call @(?:dispatch|update)\.", str(lowered.module)))
            steps.append(lowered.compile())
            bundles[dispatches] = steps[-1].save(Path(folder) / f"{dispatches}.pock")
        ratios, peaks = [], []
        # What is loaded first gets the worse memory, by up to a tenth of the time: each comes first once.
        for order in ((True, False), (False, True)):
            sessions = {dispatches: pock.load(bundles[dispatches], threads=threads) for dispatches in order}
            calls = [lambda s=sessions[dispatches]: s.train_step(*arrays) for dispatches in (True, False)]
            ratios.append(statistics.median(ours / backends for ours, backends in interleave(*calls, rounds)))
            peaks = [sessions[dispatches].measured_peak_bytes / 1e6 for dispatches in (True, False)]
            del sessions, calls
    ratio = statistics.geometric_mean(ratios)
    transients = [step.memory.transient_bytes / 1e6 for step in steps]
    return [name, str(formed), str(kept), f"{ratio:.2f}", *(f"{value:.2f}" for value in (*transients, *peaks))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", choices=MODELS, action="append")
    parser.add_argument("--scheme", default="full")
    options = parser.parse_args()
    table = Table("model", "formed", "kept", "time / backend's", "transient MB", "backend's", "peak MB", "backend's")
    for name in options.only or SMALL:
        table.add_row(*measure(name, options.scheme, options.threads, options.rounds))
    Console().print(table)


if __name__ == "__main__":
    main()

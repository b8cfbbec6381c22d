"""A step cut into dispatches by us against one cut by the backend: step time and memory of the models of
training_step.py, the small ones without --only.

    .venv/bin/python benchmarks/dispatches.py [--threads 1] [--rounds 15] [--only NAME] [--scheme full]

Steps are run in turn; the ratio is the median of the pairs' ratios, as the geometric mean over both orders of loading,
below 1 where the pieces that we form are faster.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from training_step import MODELS, SMALL, arguments, compare

import pock_mlir as pock


def measure(name: str, scheme: str, threads: int, rounds: int) -> list[str]:
    """A row: pieces formed and kept, ratio of times, transients and peaks in MB of both."""
    torch.manual_seed(0)
    model, inputs, target = MODELS[name]()
    trainable = pock.import_model(model.eval(), inputs, target).train(scheme, pock.SGD(lr=0.01, momentum=0.9))
    formed = sum(dispatch.function == "train_step" for dispatch in trainable.dispatches())
    arrays = [x.numpy() for x in (*inputs, target)]
    with tempfile.TemporaryDirectory() as folder:
        bundles, steps, kept = [], [], 0
        for dispatches in (True, False):
            lowered = trainable.lower(dispatches=dispatches)
            kept = kept or len(re.findall(r"call @(?:dispatch|update)\.", str(lowered.module)))
            steps.append(lowered.compile())
            bundles.append(steps[-1].save(Path(folder) / f"{dispatches}.pock"))
        ratio, peaks = compare(bundles, arrays, threads, rounds)
    transients = [step.memory.transient_bytes / 1e6 for step in steps]
    return [
        name,
        str(formed),
        str(kept),
        f"{ratio:.2f}",
        *(f"{value:.2f}" for value in (*transients, *(peak / 1e6 for peak in peaks))),
    ]


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--scheme", default="full")
    options = parser.parse_args()
    table = Table("model", "formed", "kept", "time / backend's", "transient MB", "backend's", "peak MB", "backend's")
    for name in options.only or SMALL:
        table.add_row(*measure(name, options.scheme, options.threads, options.rounds))
    Console().print(table)


if __name__ == "__main__":
    main()

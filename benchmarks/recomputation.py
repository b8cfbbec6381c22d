"""What it saves to compute again for the backward pass, and what it costs: steps with and without it.

    .venv/bin/python benchmarks/recomputation.py [--threads 1] [--rounds 15] [--only NAME] [--scheme full]

Steps are run in turn; the ratio is the median of the pairs' ratios, as the geometric mean over both orders of loading,
above 1 where recomputation costs time. Without --only the small models of training_step.py; those of
published_models.py are had by their names.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from training_step import MODELS, SMALL, arguments, compare

import pock_mlir as pock


def measure(name: str, scheme: str, threads: int, rounds: int) -> list[str]:
    """A row: ratio of times, operations, and transients, saved values and peaks in MB of both."""
    torch.manual_seed(0)
    model, inputs, target = MODELS[name]()
    imported = pock.import_model(model.eval(), inputs, target)
    bundles, steps, flops = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for recompute in (True, False):
            trainable = imported.train(scheme, pock.SGD(lr=0.01, momentum=0.9), recompute=recompute)
            flops.append(sum(each.flops for each in trainable.dispatches() if each.function == "train_step"))
            steps.append(trainable.lower().compile())
            bundles.append(steps[-1].save(Path(folder) / f"{recompute}.pock"))
        ratio, peaks = compare(bundles, [x.numpy() for x in (*inputs, target)], threads, rounds)
    figures = [
        *(step.memory.transient_bytes for step in steps),
        *(step.memory.saved_bytes for step in steps),
        *peaks,
    ]
    return [name, f"{ratio:.2f}", f"{flops[0] / flops[1]:.3f}", *(f"{figure / 1e6:.2f}" for figure in figures)]


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--scheme", default="full")
    options = parser.parse_args()
    table = Table(
        "model", "time", "operations", "transient MB", "all saved", "saved MB", "all saved", "peak MB", "all saved"
    )
    for name in options.only or SMALL:
        table.add_row(*measure(name, options.scheme, options.threads, options.rounds))
    Console().print(table)


if __name__ == "__main__":
    main()

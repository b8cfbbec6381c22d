"""What the shipped schemes save: the planned transients of a training step, by the scheme and of the full update.

    .venv/bin/python benchmarks/scheme_memory.py [--only NAME] [--write]

Planned on the dispatches, without a backend (`Trainable.plan_transients`). Prints a Markdown table; --write also puts
the figures into the schemes' files. Models are those of published_models.py.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import torch
from published_models import PUBLISHED

import pock_mlir as pock
from pock_mlir.contract import TRAIN_STEP
from pock_mlir.schemes import shipped

FILES = Path(shipped.__file__).parent
CASES = {
    "mobilenet-v2": "224 x 224, batch 8",
    "mobilenet-v2-0.35": "128 x 128, batch 1",
    "resnet-50": "224 x 224, batch 8",
    "resnet-50-shortcut-last": "224 x 224, batch 8",
    "bert-base": "128 tokens, batch 8",
    "distilbert": "128 tokens, batch 8",
    "minilm": "128 tokens, batch 8",
    "smollm2": "SmolLM2-135M, 128 tokens, batch 1",
}


def measure(name: str) -> tuple[str, int, int]:
    """The scheme that fits the model, and the transients of the full update and by the scheme, in bytes."""
    torch.manual_seed(0)
    model, inputs, target = PUBLISHED[name]()
    imported = pock.import_model(model.eval(), inputs, target)
    optimizer = pock.SGD(lr=0.01, momentum=0.9)
    steps = [imported.train(scheme, optimizer) for scheme in ("full", "paper")]
    full, sparse = (step.plan_transients()[TRAIN_STEP] for step in steps)
    return steps[1].plan.scheme.name, full, sparse


def write(scheme: str, case: str, full: int, sparse: int) -> None:
    """Puts the saving into a scheme's file."""
    path = FILES / f"{scheme}.yaml"
    text = re.sub(r"saving: .*\n", "", path.read_text())
    path.write_text(f'{text}saving: {{case: "{case}", full: {full}, scheme: {sparse}}}\n')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=CASES, action="append")
    parser.add_argument("--write", action="store_true", help="put the figures into the schemes' files")
    options = parser.parse_args()
    print("| scheme | model | full MB | scheme MB | share |\n|---|---|---|---|---|")
    for name in options.only or CASES:
        scheme, full, sparse = measure(name)
        row = scheme, f"{name}, {CASES[name]}", f"{full / 1e6:.1f}", f"{sparse / 1e6:.1f}", f"1/{full / sparse:.1f}"
        print(f"| {' | '.join(row)} |", flush=True)
        if options.write:
            write(scheme, CASES[name], full, sparse)


if __name__ == "__main__":
    main()

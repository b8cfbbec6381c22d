"""`pock predict`: the outputs for a data file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import track

from pock_mlir.cli.arrays import Samples, write_arrays
from pock_mlir.cli.evaluation import predict_batch
from pock_mlir.errors import InputError
from pock_mlir.runtime import load


def predict(
    bundle: Annotated[Path, typer.Argument(help="A bundle.")],
    data: Annotated[Path, typer.Option(help=".npz or .safetensors with an array per input, first axis = samples.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The .npz file to write: an array per output, first axis = samples.")
    ],
    checkpoint: Annotated[Path | None, typer.Option(help="Use the parameters of this checkpoint.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads; default: all cores.")] = None,
) -> None:
    """Predict for every sample of a data file. The last batch is padded, and the padding cut from the result."""
    if output.suffix != ".npz":
        raise InputError(f"{output} must end in .npz")
    session = load(bundle, threads=threads)
    if checkpoint is not None:
        session.load_checkpoint(checkpoint, optimizer=False)
    samples = Samples(data, session.manifest.predict_signatures[0].inputs)
    batched = [spec.shape[:1] == (samples.batch_size,) for spec in session.outputs]
    if not all(batched):
        raise InputError(
            f"the output '{session.outputs[batched.index(False)].name}' is not per sample; call `predict` from Python"
        )
    console = Console(stderr=True)
    collected: list[list[np.ndarray]] = [[] for _ in session.outputs]
    total = -(-samples.count // samples.batch_size)
    for arrays, real in track(samples.padded_batches(), "predicting", total=total, console=console, transient=True):
        for parts, array in zip(collected, predict_batch(session, arrays), strict=True):
            parts.append(array[:real])
    write_arrays(
        output, {spec.name: np.concatenate(parts) for spec, parts in zip(session.outputs, collected, strict=True)}
    )
    console.print(f"wrote {output}: {samples.count} samples", highlight=False)

"""`pock export`: what was trained, for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pock_mlir.bundle import write_tensor_file
from pock_mlir.errors import InputError
from pock_mlir.runtime import load


def export(
    bundle: Annotated[Path, typer.Argument(help="A bundle.")],
    checkpoint: Annotated[Path | None, typer.Option(help="Use the parameters of this checkpoint.")] = None,
    adapter: Annotated[
        Path | None, typer.Option(help="A folder to write the adapters to, as PEFT's save_pretrained does.")
    ] = None,
    merged: Annotated[
        Path | None,
        typer.Option(help="A .safetensors file for the model's parameters, adapters merged into their weights."),
    ] = None,
) -> None:
    """Write the adapters of a bundle, or the parameters of the model with adapters merged in."""
    if adapter is None and merged is None:
        raise InputError("give --adapter FOLDER or --merged FILE.safetensors")
    session = load(bundle, threads=1)
    if checkpoint is not None:
        session.load_checkpoint(checkpoint, optimizer=False, loss=False)
    if adapter is not None:
        session.save_adapter(adapter)
    if merged is not None:
        write_tensor_file(merged, session.merged_state_dict(), {"format": "pt"})

"""Checkpoints: safetensors files with the parameters, the optimizer's state and the step.

Parameters and buffers stand under their framework names in the framework's layout, so `safetensors.torch.load_file`
gives what `Module.load_state_dict` takes once the names with the prefixes `loss/` (the loss's own parameters and
buffers) and `optimizer/` are left out. (Where a parameter's own name begins so, the prefix is `/optimizer/`, and so
on.) The metadata holds these prefixes, the step, the learning rate with its schedule, and which bundle wrote the file.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pock_mlir.bundle import TensorFile, write_tensor_file
from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.contract import STATE_PREFIX, free_prefix, loss_prefix
from pock_mlir.errors import CheckpointError, ScheduleError, TensorFileError
from pock_mlir.schedules import Schedule, schedule_from_json
from pock_mlir.text import parse_json

_FORMAT = "pock-checkpoint"
_VERSION = "2"
_VERSION_WITHOUT_DIGESTS = "1"


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint holds; all arrays in the framework's layout.

    `step` counts optimizer updates, `pending` the calls of `train_step` since the last one (gradient accumulation),
    `lr` is the rate of the next update, `base_lr` what the schedule multiplies, `bundle` the hash of the module that
    wrote the checkpoint. `schedule` is None in a checkpoint of a session without one, and `has_schedule` False in one
    of a version that knew none. `loss_parameters` are the loss's own parameters and buffers under its names, None in
    one of a version that knew none; `loss_states` the optimizer's states of them. `slices` says, by a state's name,
    what of its parameter it is of, where that is not all.
    """

    parameters: Mapping[str, np.ndarray]
    states: Mapping[str, np.ndarray]
    step: int
    pending: int
    lr: float
    bundle: str
    base_lr: float
    schedule: Schedule | None = None
    has_schedule: bool = True
    loss_parameters: Mapping[str, np.ndarray] | None = None
    loss_states: Mapping[str, np.ndarray] = field(default_factory=dict)
    slices: Mapping[str, ChannelSlice] = field(default_factory=dict)


def write_checkpoint(path: str | Path, checkpoint: Checkpoint) -> None:
    """Writes the file atomically. Raises `CheckpointError` if the disk refuses."""
    prefix, of_loss = free_prefix(STATE_PREFIX, checkpoint.parameters), loss_prefix(checkpoint.parameters)
    tensors = dict(checkpoint.parameters)
    tensors |= {of_loss + name: array for name, array in (checkpoint.loss_parameters or {}).items()}
    states = {**checkpoint.states, **checkpoint.loss_states}
    tensors |= {prefix + name: array for name, array in states.items()}
    metadata = {
        "format": _FORMAT,
        "format_version": _VERSION,
        "state_prefix": prefix,
        "loss_prefix": of_loss,
        "step": str(checkpoint.step),
        "pending": str(checkpoint.pending),
        "lr": repr(checkpoint.lr),
        "base_lr": repr(checkpoint.base_lr),
        "schedule": json.dumps(checkpoint.schedule and checkpoint.schedule.to_json()),
        "bundle": checkpoint.bundle,
        "slices": json.dumps({name: channels.to_json() for name, channels in checkpoint.slices.items()}),
    }
    try:
        write_tensor_file(path, tensors, metadata, sealed=True)
    except TensorFileError as error:
        raise CheckpointError(f"the checkpoint was not written: {error}") from error


def read_checkpoint(path: str | Path) -> Checkpoint:
    """Reads the file; the arrays are views of the mapped file.

    All of it is compared with its digests first. A file of version 1, which has none, is read with a warning. Raises
    `CheckpointError` for what is not a checkpoint, or a damaged one.
    """
    try:
        file = TensorFile(path)
        file.verify()
    except TensorFileError as error:
        raise CheckpointError(f"cannot read the checkpoint: {error}") from error
    metadata = file.metadata
    if metadata.get("format") != _FORMAT:
        raise CheckpointError(
            f"{path} is a safetensors file but not a checkpoint of a session; "
            "load its tensors with `load_state_dict` instead"
        )
    _check_version(path, file)
    states, parameters = _split(file.arrays(), metadata.get("state_prefix", STATE_PREFIX))
    of_loss = metadata.get("loss_prefix")
    loss_parameters, loss_states = None, {}
    if of_loss is not None:
        loss_parameters, parameters = _split(parameters, of_loss)
        loss_states = {name: array for name, array in states.items() if name.startswith(of_loss)}
    try:
        return Checkpoint(
            parameters=parameters,
            states={name: array for name, array in states.items() if name not in loss_states},
            loss_parameters=loss_parameters,
            loss_states=loss_states,
            step=int(metadata["step"]),
            pending=int(metadata["pending"]),
            lr=float(metadata["lr"]),
            bundle=metadata["bundle"],
            base_lr=float(metadata.get("base_lr", metadata["lr"])),
            schedule=schedule_from_json(parse_json(metadata.get("schedule", "null"), str(path), CheckpointError)),
            has_schedule="schedule" in metadata,
            slices=_slices(metadata.get("slices", "{}"), path),
        )
    except (KeyError, ValueError, TypeError, AttributeError, ScheduleError) as error:
        raise CheckpointError(f"{path}: the metadata of the checkpoint is malformed ({error})") from error


def _slices(text: str, path: str | Path) -> dict[str, ChannelSlice]:
    slices = parse_json(text, str(path), CheckpointError)
    return {name: ChannelSlice.from_json(data, f"{path}: slices: {name}") for name, data in slices.items()}


def _split(tensors: Mapping[str, np.ndarray], prefix: str) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Those whose names begin with the prefix, without it, and the others."""
    inside = {name.removeprefix(prefix): array for name, array in tensors.items() if name.startswith(prefix)}
    return inside, {name: array for name, array in tensors.items() if not name.startswith(prefix)}


def _check_version(path: str | Path, file: TensorFile) -> None:
    version = file.metadata.get("format_version")
    if version == _VERSION_WITHOUT_DIGESTS:
        warnings.warn(
            f"{path} has checkpoint format version {version}, which holds no digests: damage in it cannot be seen; "
            "save it again",
            stacklevel=4,
        )
    elif version != _VERSION:
        raise CheckpointError(
            f"{path} has checkpoint format version {version}, this pock_mlir reads version {_VERSION}"
        )
    elif not file.sealed:
        raise CheckpointError(f"{path} lacks the digests of its contents: it was changed or damaged")

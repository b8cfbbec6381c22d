"""What can be said of the modules of a model and its loss before they are traced."""

from __future__ import annotations

import torch
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from pock_mlir.compat.torch import BatchNorm
from pock_mlir.contract import symbol_of
from pock_mlir.errors import CompileError
from pock_mlir.frontends.owners import described
from pock_mlir.frontends.torch.named_state import parts


def check_modules(model: torch.nn.Module, loss: object = None) -> None:
    """Raises CompileError for a module that torch.export cannot trace, by its path and with what to do."""
    for owner, part in parts(model, loss):
        for path, module in part.named_modules():
            _check_module(described(symbol_of(path, owner)), module)


def _check_module(path: str, module: torch.nn.Module) -> None:
    tensors = (*module.parameters(recurse=False), *module.buffers(recurse=False))
    if any(isinstance(tensor, UninitializedParameter | UninitializedBuffer) for tensor in tensors):
        raise CompileError(
            f"module {path}: {type(module).__name__} has no sizes yet, as it was never run; "
            "call the model once on an example batch before it is compiled"
        )
    averages = isinstance(module, BatchNorm) and module.track_running_stats and module.momentum is None
    if averages and module.training:
        raise CompileError(
            f"module {path}: {type(module).__name__}(momentum=None) averages over all batches so far, which "
            "torch.export cannot trace; give it a momentum, or freeze its statistics by eval()"
        )

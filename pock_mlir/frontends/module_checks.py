"""What can be said of a model's modules before it is traced."""

from __future__ import annotations

import torch
from torch.nn.modules.batchnorm import _BatchNorm

from pock_mlir.errors import CompileError


def check_modules(model: torch.nn.Module) -> None:
    """Raises CompileError for a module that torch.export cannot trace, by its path and with what to do."""
    for path, module in model.named_modules():
        averages = isinstance(module, _BatchNorm) and module.track_running_stats and module.momentum is None
        if averages and module.training:
            raise CompileError(
                f"module '{path}': {type(module).__name__}(momentum=None) averages over all batches so far, which "
                "torch.export cannot trace; give it a momentum, or freeze its statistics by eval()"
            )

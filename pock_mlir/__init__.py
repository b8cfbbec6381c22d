"""pock_mlir: the whole training step of a model, compiled ahead of time, run without a framework.

`load` runs a bundle and needs numpy and the IREE runtime only; `compile` makes one and needs the extra `compiler`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from pock_mlir.errors import PockError
from pock_mlir.version import __version__

if TYPE_CHECKING:
    from pock_mlir.compiler import Compiled, Imported, Lowered, Plan, Trainable, compile, coverage, import_model
    from pock_mlir.optimizers import SGD, Adagrad, Adam, AdamW, Lion, RMSprop
    from pock_mlir.precision import Precision
    from pock_mlir.runtime import Session, load
    from pock_mlir.schedules import ConstantSchedule, CosineSchedule, LinearSchedule, StepSchedule
    from pock_mlir.schemes import Rule, Scheme

__all__ = [
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Compiled",
    "ConstantSchedule",
    "CosineSchedule",
    "Imported",
    "LinearSchedule",
    "Lion",
    "Lowered",
    "Plan",
    "PockError",
    "Precision",
    "RMSprop",
    "Rule",
    "Scheme",
    "Session",
    "StepSchedule",
    "Trainable",
    "__version__",
    "compile",
    "coverage",
    "import_model",
    "load",
]

# Public names that are imported at first use: a device has no compiler, and the compiler needs no runtime.
_LAZY = {
    **dict.fromkeys(("compile", "coverage", "import_model"), "pock_mlir.compiler"),
    **dict.fromkeys(("Compiled", "Imported", "Lowered", "Plan", "Trainable"), "pock_mlir.compiler"),
    "Precision": "pock_mlir.precision",
    **dict.fromkeys(("SGD", "Adam", "AdamW", "Lion", "RMSprop", "Adagrad"), "pock_mlir.optimizers"),
    **dict.fromkeys(("ConstantSchedule", "CosineSchedule", "LinearSchedule", "StepSchedule"), "pock_mlir.schedules"),
    **dict.fromkeys(("Rule", "Scheme"), "pock_mlir.schemes"),
    "Session": "pock_mlir.runtime",
    "load": "pock_mlir.runtime",
}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module 'pock_mlir' has no attribute '{name}'")
    value = getattr(importlib.import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

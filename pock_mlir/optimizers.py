"""Optimizers, as data: what `compile` inserts into the training step."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from pock_mlir.errors import CompileError


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    """What all optimizers share.

    `lr` is the learning rate of the first steps (state of the module: `Session.set_lr` changes it). `clip_norm` scales
    the gradients so that their common L2 norm is at most that (None: no clipping; as torch.nn.utils.clip_grad_norm_).
    `accumulate` is the number of `train_step` calls whose gradients are averaged into one update.
    """

    lr: float
    clip_norm: float | None = None
    accumulate: int = 1

    pass_name: ClassVar[str]
    """The pass that inserts the optimizer."""

    def __post_init__(self) -> None:
        for name in self._not_negative():
            value = getattr(self, name)
            if not (isinstance(value, int | float) and math.isfinite(value) and value >= 0):
                raise CompileError(
                    f"{type(self).__name__}: {name} must be a finite number of at least 0, got {value!r}"
                )
        if self.clip_norm is not None and not self.clip_norm > 0:
            raise CompileError(f"{type(self).__name__}: clip_norm must be positive or None, got {self.clip_norm!r}")
        if not isinstance(self.accumulate, int) or self.accumulate < 1:
            raise CompileError(
                f"{type(self).__name__}: accumulate must be an integer of at least 1, got {self.accumulate!r}"
            )

    def _not_negative(self) -> tuple[str, ...]:
        return ("lr",)

    def pass_options(self) -> dict[str, float | int | bool]:
        """The options of the pass."""
        options = asdict(self)
        options["clip_norm"] = self.clip_norm or 0.0
        return options

    def pass_text(self) -> str:
        """The pass with its options, as it stands in a pipeline."""
        options = " ".join(f"{name.replace('_', '-')}={_text(value)}" for name, value in self.pass_options().items())
        return f"{self.pass_name}{{{options}}}"

    def to_json(self) -> dict[str, Any]:
        return {"name": type(self).__name__, **asdict(self)}


def _text(value: float | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


@dataclass(frozen=True, kw_only=True)
class SGD(Optimizer):
    """Stochastic gradient descent with momentum (classic or Nesterov) and weight decay, as torch.optim.SGD."""

    lr: float = 0.01
    momentum: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False

    pass_name: ClassVar[str] = "pock-insert-sgd"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and not self.momentum:
            raise CompileError("SGD: nesterov=True needs a momentum")

    def _not_negative(self) -> tuple[str, ...]:
        return ("lr", "momentum", "weight_decay")


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    """Adam (arXiv:1412.6980), weight decay added to the gradient, as torch.optim.Adam."""

    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0

    pass_name: ClassVar[str] = "pock-insert-adam"

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.betas) != 2 or not all(0.0 <= beta < 1.0 for beta in self.betas):
            raise CompileError(f"{type(self).__name__}: betas must be two numbers in [0, 1), got {self.betas!r}")

    def _not_negative(self) -> tuple[str, ...]:
        return ("lr", "eps", "weight_decay")

    def pass_options(self) -> dict[str, float | int | bool]:
        options = super().pass_options()
        options["beta1"], options["beta2"] = self.betas
        del options["betas"]
        return options


@dataclass(frozen=True, kw_only=True)
class AdamW(Adam):
    """AdamW (arXiv:1711.05101), weight decay decoupled from the gradient, as torch.optim.AdamW."""

    weight_decay: float = 1e-2

    pass_name: ClassVar[str] = "pock-insert-adamw"

"""Optimizers, as data: what `compile` inserts into the training step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

from pock_mlir.contract import TRAIN_STEP
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
        for field in fields(self):
            if isinstance(field.default, bool) and not isinstance(getattr(self, field.name), bool):
                raise CompileError(
                    f"{type(self).__name__}: {field.name} must be True or False, got {getattr(self, field.name)!r}"
                )
        positive = isinstance(self.clip_norm, int | float) and self.clip_norm > 0
        if self.clip_norm is not None and not positive:
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

    def pass_text(self, functions: Sequence[str] = (TRAIN_STEP,)) -> str:
        """The pass with its options, as it stands in a pipeline, for the given training steps."""
        options = [f"{name.replace('_', '-')}={_text(value)}" for name, value in self.pass_options().items()]
        options.append(f"functions={','.join(functions)}")
        return f"{self.pass_name}{{{' '.join(options)}}}"

    def to_json(self) -> dict[str, Any]:
        return {"name": type(self).__name__, **asdict(self)}


def _text(value: float | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


@dataclass(frozen=True, kw_only=True)
class SGD(Optimizer):
    """Stochastic gradient descent with momentum (classic or Nesterov) and weight decay, as torch.optim.SGD.

    `dampening` keeps that part of every gradient but the first from the momentum.
    """

    lr: float = 0.01
    momentum: float = 0.0
    weight_decay: float = 0.0
    dampening: float = 0.0
    nesterov: bool = False

    pass_name: ClassVar[str] = "pock-insert-sgd"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and not self.momentum:
            raise CompileError("SGD: nesterov=True needs a momentum")
        if self.nesterov and self.dampening:
            raise CompileError("SGD: nesterov=True allows no dampening; leave one of them out")
        if self.dampening > 1:
            raise CompileError(f"SGD: dampening must be between 0 and 1, got {self.dampening!r}")

    def _not_negative(self) -> tuple[str, ...]:
        return ("lr", "momentum", "weight_decay", "dampening")


@dataclass(frozen=True, kw_only=True)
class _TwoMoments(Optimizer):
    """What Adam, AdamW and Lion share: the decay rates `betas` of two moving averages."""

    betas: tuple[float, float] = (0.9, 0.999)

    def __post_init__(self) -> None:
        super().__post_init__()
        pair = isinstance(self.betas, tuple | list) and len(self.betas) == 2
        if not pair or not all(isinstance(beta, int | float) and 0.0 <= beta < 1.0 for beta in self.betas):
            raise CompileError(f"{type(self).__name__}: betas must be two numbers in [0, 1), got {self.betas!r}")

    def pass_options(self) -> dict[str, float | int | bool]:
        options = super().pass_options()
        options["beta1"], options["beta2"] = self.betas
        del options["betas"]
        return options


@dataclass(frozen=True, kw_only=True)
class Adam(_TwoMoments):
    """Adam (arXiv:1412.6980), weight decay added to the gradient, as torch.optim.Adam.

    `amsgrad` divides by the largest second moment so far (arXiv:1904.09237).
    """

    lr: float = 1e-3
    eps: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = False

    pass_name: ClassVar[str] = "pock-insert-adam"

    def _not_negative(self) -> tuple[str, ...]:
        return ("lr", "eps", "weight_decay")


@dataclass(frozen=True, kw_only=True)
class AdamW(Adam):
    """AdamW (arXiv:1711.05101), weight decay decoupled from the gradient, as torch.optim.AdamW."""

    weight_decay: float = 1e-2

    pass_name: ClassVar[str] = "pock-insert-adamw"


@dataclass(frozen=True, kw_only=True)
class Lion(_TwoMoments):
    """Lion (arXiv:2302.06675, Algorithm 2): the sign of a moving average is the update; weight decay is decoupled.

    It wants a learning rate 3 to 10 times smaller than AdamW's, and a weight decay larger by as much (section 5 of the
    paper).
    """

    lr: float = 1e-4
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = 0.0

    pass_name: ClassVar[str] = "pock-insert-lion"

    def _not_negative(self) -> tuple[str, ...]:
        return ("lr", "weight_decay")


@dataclass(frozen=True, kw_only=True)
class RMSprop(Optimizer):
    """RMSprop, as torch.optim.RMSprop: gradients over the root of their mean square, `alpha` the decay of that mean.

    `centered` takes the variance instead (arXiv:1308.0850).
    """

    lr: float = 0.01
    alpha: float = 0.99
    eps: float = 1e-8
    weight_decay: float = 0.0
    momentum: float = 0.0
    centered: bool = False

    pass_name: ClassVar[str] = "pock-insert-rmsprop"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.alpha > 1:
            raise CompileError(f"RMSprop: alpha must be between 0 and 1, got {self.alpha!r}")

    def _not_negative(self) -> tuple[str, ...]:
        return ("lr", "alpha", "eps", "weight_decay", "momentum")


@dataclass(frozen=True, kw_only=True)
class Adagrad(Optimizer):
    """Adagrad (JMLR 12, 2011), as torch.optim.Adagrad: gradients over the root of the sum of their squares so far.

    The sums start from `initial_accumulator_value`; step t, from 0, has the rate lr / (1 + t lr_decay).
    """

    lr: float = 0.01
    lr_decay: float = 0.0
    weight_decay: float = 0.0
    initial_accumulator_value: float = 0.0
    eps: float = 1e-10

    pass_name: ClassVar[str] = "pock-insert-adagrad"

    def _not_negative(self) -> tuple[str, ...]:
        return ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps")


OPTIMIZERS: dict[str, type[Optimizer]] = {
    kind.__name__.lower(): kind for kind in (SGD, Adam, AdamW, Lion, RMSprop, Adagrad)
}
"""By the names of the command line."""

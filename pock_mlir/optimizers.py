"""Optimizers, as data: what `compile` inserts into the training step.

The fields of a class are all that is said of an optimizer's options: its pass (`passes/updates/insert/`), the command
line and the manifest have theirs from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any, ClassVar, Self

from pock_mlir.errors import CompileError
from pock_mlir.fields import Count, Fraction, Must, NotNegative, Positive, check_fields

Betas = Annotated[tuple[float, float], Must("two numbers in [0, 1)", lambda betas: all(0 <= b < 1 for b in betas))]
"""The decay rates of two moving averages."""


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    """What all optimizers share.

    `lr` is the learning rate of the first steps (state of the module: `Session.set_lr` changes it). `clip_norm` scales
    the gradients so that their common L2 norm is at most that (None: no clipping; as torch.nn.utils.clip_grad_norm_).
    `accumulate` is the number of `train_step` calls whose gradients are averaged into one update.
    """

    lr: NotNegative
    clip_norm: Positive | None = None
    accumulate: Count = 1

    pass_name: ClassVar[str]
    """The pass that inserts the optimizer."""

    def __post_init__(self) -> None:
        check_fields(self, CompileError)

    def pass_options(self) -> dict[str, Any]:
        """The options of the pass (None: not given)."""
        return dict(option for f in fields(self) for option in as_options(f.name, getattr(self, f.name)))

    @classmethod
    def from_pass_options(cls, options: Mapping[str, Any]) -> Self:
        """The optimizer that options of the pass stand for; what they lack has its default."""
        values: dict[str, Any] = {}
        for f in fields(cls):
            given = [options.get(name, default) for name, default in as_options(f.name, f.default)]
            values[f.name] = tuple(given) if isinstance(f.default, tuple) else given[0]
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        return {"name": type(self).__name__, **asdict(self)}


def as_options(field: str, value: Any) -> list[tuple[str, Any]]:
    """A field as options of a pass, which hold one value each: `betas` are `beta1` and `beta2`."""
    if not isinstance(value, tuple | list):
        return [(field, value)]
    return [(f"{field.removesuffix('s')}{number}", part) for number, part in enumerate(value, start=1)]


@dataclass(frozen=True, kw_only=True)
class SGD(Optimizer):
    """Stochastic gradient descent with momentum (classic or Nesterov) and weight decay, as torch.optim.SGD.

    `dampening` keeps that part of every gradient but the first from the momentum.
    """

    lr: NotNegative = 0.01
    momentum: NotNegative = 0.0
    weight_decay: NotNegative = 0.0
    dampening: Fraction = 0.0
    nesterov: bool = False

    pass_name: ClassVar[str] = "pock-insert-sgd"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and not self.momentum:
            raise CompileError("Nesterov's form needs a momentum: SGD(nesterov=True, momentum=0.9)")
        if self.nesterov and self.dampening:
            raise CompileError("Nesterov's form allows no dampening: leave nesterov or dampening of SGD out")


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    """Adam (arXiv:1412.6980), weight decay added to the gradient, as torch.optim.Adam.

    `amsgrad` divides by the largest second moment so far (arXiv:1904.09237).
    """

    lr: NotNegative = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: NotNegative = 1e-8
    weight_decay: NotNegative = 0.0
    amsgrad: bool = False

    pass_name: ClassVar[str] = "pock-insert-adam"


@dataclass(frozen=True, kw_only=True)
class AdamW(Adam):
    """AdamW (arXiv:1711.05101), weight decay decoupled from the gradient, as torch.optim.AdamW."""

    weight_decay: NotNegative = 1e-2

    pass_name: ClassVar[str] = "pock-insert-adamw"


@dataclass(frozen=True, kw_only=True)
class Lion(Optimizer):
    """Lion (arXiv:2302.06675, Algorithm 2): the sign of a moving average is the update; weight decay is decoupled.

    It wants a learning rate 3 to 10 times smaller than AdamW's, and a weight decay larger by as much (section 5 of the
    paper).
    """

    lr: NotNegative = 1e-4
    betas: Betas = (0.9, 0.99)
    weight_decay: NotNegative = 0.0

    pass_name: ClassVar[str] = "pock-insert-lion"


@dataclass(frozen=True, kw_only=True)
class RMSprop(Optimizer):
    """RMSprop, as torch.optim.RMSprop: gradients over the root of their mean square, `alpha` the decay of that mean.

    `centered` takes the variance instead (arXiv:1308.0850).
    """

    lr: NotNegative = 0.01
    alpha: Fraction = 0.99
    eps: NotNegative = 1e-8
    weight_decay: NotNegative = 0.0
    momentum: NotNegative = 0.0
    centered: bool = False

    pass_name: ClassVar[str] = "pock-insert-rmsprop"


@dataclass(frozen=True, kw_only=True)
class Adagrad(Optimizer):
    """Adagrad (JMLR 12, 2011), as torch.optim.Adagrad: gradients over the root of the sum of their squares so far.

    The sums start from `initial_accumulator_value`; step t, from 0, has the rate lr / (1 + t lr_decay).
    """

    lr: NotNegative = 0.01
    lr_decay: NotNegative = 0.0
    weight_decay: NotNegative = 0.0
    initial_accumulator_value: NotNegative = 0.0
    eps: NotNegative = 1e-10

    pass_name: ClassVar[str] = "pock-insert-adagrad"


OPTIMIZERS: dict[str, type[Optimizer]] = {
    kind.__name__.lower(): kind for kind in (SGD, Adam, AdamW, Lion, RMSprop, Adagrad)
}
"""By the names of the command line."""

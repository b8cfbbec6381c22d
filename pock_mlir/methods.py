"""Training methods with names, as schemes: what they train is said by rules, how by their own options."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pock_mlir.contract import FULL
from pock_mlir.lisa import Lisa
from pock_mlir.lora import Lora
from pock_mlir.scheme_options import parse_options
from pock_mlir.schemes import Parameters, Rule, Scheme

METHODS: dict[str, type[Lora] | type[Lisa]] = {"lora": Lora, "lisa": Lisa}
"""By the names that schemes begin with: `lora:r=8`."""


@dataclass(frozen=True)
class Method:
    """A method for one model: its `options`, what they leave open filled in; `scheme`, which trains what the model must
    be traced for; and `weights`, the first names of the parameters that it treats in its own way. These are the named
    ones, or where it `chooses`, all that may be meant, of which the compiler takes those that are fit. `blocks` are the
    parameters in each of the model's blocks.
    """

    options: Lora | Lisa
    scheme: Scheme
    weights: tuple[str, ...] = ()
    chooses: bool = False
    blocks: tuple[tuple[str, ...], ...] = ()


def resolve_method(scheme: str | Path | Scheme, model: Parameters) -> Method | None:
    """The method that a scheme names, if it names one, for a model with these parameters. Raises SchemeError."""
    family, _, options = scheme.partition(":") if isinstance(scheme, str) else ("", "", "")
    if family not in METHODS:
        return None
    parsed = parse_options(METHODS[family], options)
    return _lora(str(scheme), parsed, model) if isinstance(parsed, Lora) else _lisa(str(scheme), parsed, model)


def _lora(text: str, lora: Lora, model: Parameters) -> Method:
    owners = {name: parameter.name for parameter in model.all for name in parameter.axes}
    of_blocks = [p.name for p in model.all if p.block is not None and p.block < model.blocks]
    lora = lora.with_targets(owners)
    saved = lora.saved(owners)
    weights = [name for name in lora.adapted(owners, of_blocks) if name not in saved]
    trained = (*weights, *saved)
    rules = Scheme(text, tuple(map(Rule, trained)), unfreeze=trained)
    return Method(lora, rules, tuple(weights), chooses=lora.chooses_targets)


def _lisa(text: str, lisa: Lisa, model: Parameters) -> Method:
    blocks = [tuple(p.name for p in model.all if p.block == number) for number in range(model.blocks)]
    return Method(lisa, Scheme(text, default=FULL), blocks=tuple(blocks))

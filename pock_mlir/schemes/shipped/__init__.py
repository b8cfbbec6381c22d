"""The schemes that are shipped, a YAML file each: for which model, from which source, and its rules.

A scheme fits a model by the model's structure: the names and shapes of its parameters, the number of its blocks, the
shapes of its layers' weights in their order. What classes are called says nothing.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

from pock_mlir.errors import SchemeError
from pock_mlir.fields import MAY_LACK, FieldError, Size, read_record
from pock_mlir.schemes.parameters import Parameters
from pock_mlir.schemes.scheme import Scheme
from pock_mlir.schemes.selectors import HEAD
from pock_mlir.text import parse_yaml

PAPER = "paper"


@dataclass(frozen=True)
class LayerShape:
    """The shape of the weight of a convolution or linear layer, by the layer's number; 0 stands for any size."""

    layer: Size
    shape: tuple[Size, ...]


@dataclass(frozen=True)
class Named:
    """Parameters with names like `match`, one in each block: all of a shape, in which 0 stands for any size."""

    match: str
    shape: tuple[Size, ...]


@dataclass(frozen=True)
class Structure:
    """What a model must be like: how many blocks it has, what is in each of them, and its layers."""

    blocks: Size | None = None
    least_blocks: Size | None = None
    in_each_block: tuple[Named, ...] = field(default=(), metadata=MAY_LACK)
    layers: tuple[LayerShape, ...] = field(default=(), metadata=MAY_LACK)

    def misfit(self, model: Parameters) -> str | None:
        """Why a model is not like that."""
        for each in self.in_each_block:
            shapes = [p.shape for p in model.all if any(fnmatchcase(name, each.match) for name in p.axes)]
            if not shapes:
                return f"there is no {each.match}"
            if len(shapes) != model.blocks:
                return f"{each.match} is not there once in each of the {model.blocks} blocks"
            wrong = next((shape for shape in shapes if not _is_like(shape, each.shape)), None)
            if wrong is not None:
                return f"{each.match} has shape {list(wrong)}, not {_shown(each.shape)}"
        if self.blocks not in (None, model.blocks):
            return f"it has {model.blocks} blocks, not {self.blocks}"
        if self.least_blocks is not None and model.blocks < self.least_blocks:
            return f"it has {model.blocks} blocks, less than {self.least_blocks}"
        weights = {p.layer: p.shape for p in model.all if p.is_layer_weight}
        for expected in self.layers:
            shape = weights.get(expected.layer)
            if shape is None or not _is_like(shape, expected.shape):
                found = "is not there" if shape is None else f"has a weight of shape {list(shape)}"
                return f"layer {expected.layer} {found}, not {_shown(expected.shape)}"
        return None


def _is_like(shape: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    return len(shape) == len(expected) and all(b in (0, a) for a, b in zip(shape, expected, strict=True))


def _shown(shape: tuple[int, ...]) -> str:
    return f"[{', '.join(str(size) if size else '*' for size in shape)}]"


@dataclass(frozen=True)
class Saving:
    """What a scheme saves: the planned transients of a training step, in bytes, of the full update and by the scheme.
    `case` says of what.
    """

    case: str
    full: Size
    scheme: Size


@dataclass(frozen=True)
class ShippedScheme:
    """A scheme with what is known of it: the `model` it is for, what it `trains`, and from where that is known
    (`source`).
    """

    name: str
    model: str
    trains: str
    source: str
    fits: Structure
    scheme: Any
    saving: Saving | None = None

    def scheme_for(self, model: Parameters) -> Scheme:
        """The scheme, without its rules for what follows the last block in a model where nothing does."""
        scheme = Scheme.from_json(self.scheme, f"shipped scheme {self.name}")
        if any(parameter.block == model.blocks for parameter in model.all):
            return scheme
        return dataclasses.replace(scheme, rules=[rule for rule in scheme.rules if rule.blocks != HEAD])


@cache
def shipped_schemes() -> dict[str, ShippedScheme]:
    """All, by name. Raises SchemeError without the package pyyaml."""
    found = sorted((each for each in files(__name__).iterdir() if each.name.endswith(".yaml")), key=lambda f: f.name)
    try:
        documents = [parse_yaml(file.read_text(encoding="utf-8"), file.name, SchemeError) for file in found]
    except ImportError:
        raise SchemeError("the shipped schemes need the package pyyaml; install pock_mlir[compiler]") from None
    try:
        schemes = [read_record(ShippedScheme, document, "shipped scheme", closed=True) for document in documents]
    except FieldError as error:
        raise SchemeError(str(error)) from None
    return {scheme.name: scheme for scheme in schemes}


def paper_scheme(model: Parameters) -> Scheme:
    """The shipped scheme that fits a model. Raises SchemeError where none does, and why."""
    misfits = {}
    for name, shipped in shipped_schemes().items():
        misfit = shipped.fits.misfit(model)
        if misfit is None:
            return shipped.scheme_for(model)
        misfits[name] = misfit
    reasons = "; ".join(f"{name}: {reason}" for name, reason in misfits.items())
    raise SchemeError(
        f"scheme '{PAPER}': no shipped scheme fits the model ({reasons}); name one of them if its rules are meant, or "
        "give 'last-blocks:K' or rules of your own"
    )

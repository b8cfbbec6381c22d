"""Schemes by name."""

from __future__ import annotations

import os
from pathlib import Path

from pock_mlir.contract import FULL
from pock_mlir.errors import SchemeError
from pock_mlir.schemes.parameters import Parameters
from pock_mlir.schemes.rule import BIAS, NORM, Rule
from pock_mlir.schemes.scheme import Scheme
from pock_mlir.schemes.selectors import HEAD
from pock_mlir.schemes.shipped import PAPER, paper_scheme, shipped_schemes

NAMED = {
    "full": "every floating-point parameter",
    "bias": "the parameters whose names end in 'bias'",
    "norm-only": "the parameters of normalisations",
    "head-only": "what follows the last block (a pooler, a classifier)",
    "last-blocks:K": "the last K blocks, and what follows them",
    "lora:r=R,...": "adapters of rank R beside weights of the model (docs/schemes.md)",
    "lisa:k=K,every=N": "what is outside of the blocks, and K blocks, sampled anew every N updates",
    PAPER: "what the shipped scheme that fits the model trains",
}
"""The schemes for any model, and what each trains."""


def scheme_of(scheme: str | Path | Scheme, model: Parameters) -> Scheme:
    """The scheme that a name, a path or a scheme stands for, for a model. Raises SchemeError."""
    if isinstance(scheme, Scheme):
        return scheme
    if isinstance(scheme, Path):
        return Scheme.from_file(scheme)
    if not isinstance(scheme, str):
        raise SchemeError(f"the scheme must be a name, a path or a pock_mlir.Scheme, got {type(scheme).__name__}")
    if scheme == "full":
        return Scheme(scheme, default=FULL)
    if scheme == "bias":
        return Scheme(scheme, (Rule("*", BIAS),))
    if scheme == "norm-only":
        return Scheme(scheme, (Rule("*", only=NORM),))
    if scheme == "head-only":
        return Scheme(scheme, (Rule("*", blocks=HEAD),))
    if scheme.startswith("last-blocks:"):
        return _last_blocks(scheme, model)
    if scheme == PAPER:
        return paper_scheme(model)
    shipped = shipped_schemes()
    if scheme in shipped:
        return shipped[scheme].scheme_for(model)
    if scheme.endswith((".yaml", ".yml", ".json")) or os.path.isfile(scheme):  # noqa: PTH113 - false for any text
        return Scheme.from_file(scheme)
    names = ", ".join((*NAMED, *shipped))
    raise SchemeError(f"unknown scheme '{scheme}'; the schemes are {names}, or the path of a YAML file")


def _last_blocks(text: str, model: Parameters) -> Scheme:
    """The last K blocks and everything behind them (a pooler, a head)."""
    count = text.removeprefix("last-blocks:")
    if not count.isdecimal() or not 0 < int(count) <= model.blocks:
        raise SchemeError(f"scheme '{text}': K must be between 1 and the model's number of blocks, {model.blocks}")
    return Scheme(text, (Rule("*", blocks=f"last:{int(count)},{HEAD}"),))

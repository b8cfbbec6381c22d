"""Ops of our own in traced programs: what a program says about its gradients that no op of torch's can say.

They compute nothing that the values do not have: `stop_gradient` and `custom_vjp` are their first argument. A program
that is differentiated reads them (the ops `pock.stop_gradient`, `pock.cotangent` and `pock.custom_vjp` are documented
in the dialect); they come into being by `autograd` while a model is traced, and by `grad_regions` after.
"""

from __future__ import annotations

import itertools

import torch

_library = torch.library.Library("pock", "DEF")
_library.define("stop_gradient(Tensor x) -> Tensor")
_library.define("cotangent(Tensor like, int id) -> Tensor")
_library.define("custom_vjp(Tensor value, Tensor cotangent, Tensor input, Tensor input_cotangent) -> Tensor")


@torch.library.impl(_library, "stop_gradient", "CompositeExplicitAutograd")
def _stop_gradient(x: torch.Tensor) -> torch.Tensor:
    return x.clone()


@torch.library.impl(_library, "cotangent", "CompositeExplicitAutograd")
def _cotangent(like: torch.Tensor, id: int) -> torch.Tensor:
    return torch.zeros_like(like)


@torch.library.impl(_library, "custom_vjp", "CompositeExplicitAutograd")
def _custom_vjp(
    value: torch.Tensor, cotangent: torch.Tensor, input: torch.Tensor, input_cotangent: torch.Tensor
) -> torch.Tensor:
    return value.clone()


STOP_GRADIENT = torch.ops.pock.stop_gradient.default
COTANGENT = torch.ops.pock.cotangent.default
CUSTOM_VJP = torch.ops.pock.custom_vjp.default

_ids = itertools.count()


def new_id() -> int:
    """A number that no other `cotangent` of this process has: equal ones would be merged."""
    return next(_ids)


def cotangent_of(value: torch.Tensor) -> torch.Tensor:
    """Stands for the cotangent that will reach `value`."""
    return COTANGENT(value, new_id())


def with_vjp(
    value: torch.Tensor, cotangent: torch.Tensor, input: torch.Tensor, input_cotangent: torch.Tensor
) -> torch.Tensor:
    """`value`, whose cotangent becomes `cotangent`, from which `input_cotangent`, that of `input`, was computed."""
    return CUSTOM_VJP(value, cotangent, input, input_cotangent)

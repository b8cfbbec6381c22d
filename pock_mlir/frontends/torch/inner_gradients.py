"""Gradients that forward itself computes: torch.export cannot trace them, and says so in words that nobody understands,
or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from pock_mlir.compat.torch import FUNC_GRAD, FUNC_JVP, FUNC_VJP, Replaceable
from pock_mlir.errors import CompileError
from pock_mlir.frontends.torch.patches import patched
from pock_mlir.frontends.torch.user_code import where

_REFUSED: list[tuple[Replaceable, str]] = [
    (Replaceable(torch.autograd, "grad"), "torch.autograd.grad"),
    (Replaceable(torch.autograd, "backward"), "backward()"),
    (Replaceable(torch.Tensor, "backward"), "backward()"),
    (FUNC_GRAD, "torch.func.grad"),
    (FUNC_VJP, "torch.func.vjp or jacrev"),
    (FUNC_JVP, "torch.func.jvp or jacfwd"),
]


@contextmanager
def refused_gradients() -> Iterator[None]:
    """While a model is traced: CompileError for a gradient inside of forward, with its place."""
    with ExitStack() as stack:
        for function, what in _REFUSED:
            stack.enter_context(patched(*function, _refuse(what)))
        yield


def _refuse(what: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise CompileError(
            f"gradients inside forward ({what}{where()}) cannot be traced; write the derivative out, or compute it "
            "outside of the model"
        )

    return refuse

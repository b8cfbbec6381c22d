"""Gradients that forward itself computes: torch.export cannot trace them, and says so in words that nobody understands,
or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
import torch._functorch.eager_transforms as transforms

from pock_mlir.errors import CompileError
from pock_mlir.frontends.torch.patches import patched
from pock_mlir.frontends.torch.user_code import where

_REFUSED: list[tuple[Any, str, str]] = [
    (torch.autograd, "grad", "torch.autograd.grad"),
    (torch.autograd, "backward", "backward()"),
    (torch.Tensor, "backward", "backward()"),
    (transforms, "grad_and_value_impl", "torch.func.grad"),
    (transforms, "_vjp_with_argnums", "torch.func.vjp or jacrev"),
    (transforms, "_jvp_with_argnums", "torch.func.jvp or jacfwd"),
]


@contextmanager
def refused_gradients() -> Iterator[None]:
    """While a model is traced: CompileError for a gradient inside of forward, with its place."""
    with ExitStack() as stack:
        for owner, name, what in _REFUSED:
            stack.enter_context(patched(owner, name, _refuse(what)))
        yield


def _refuse(what: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise CompileError(
            f"gradients inside forward ({what}{where()}) cannot be traced; write the derivative out, or compute it "
            "outside of the model"
        )

    return refuse

"""Tensors that a loss uses and that ask for gradients, but that are parameters of neither the model nor the loss.

A trace takes them for constants, so that they would stay as they are; in PyTorch they get a gradient, and who uses a
function with a layer in its closure as a loss may well have given them to the optimizer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from pock_mlir.compat.torch import FakeTensor, pytree
from pock_mlir.errors import CompileError
from pock_mlir.frontends.torch.user_code import where


class HiddenParametersRefused(TorchFunctionMode):
    """While a loss is traced: raises CompileError where it computes with a tensor that asks for a gradient and is not
    the trace's own, as inputs, parameters and all that is computed of them are.
    """

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        keywords = kwargs or {}
        result = func(*args, **keywords)
        if torch.is_grad_enabled() and func is not torch.Tensor.detach and _gives_tensors(result):
            for value in pytree.tree_leaves((args, keywords)):
                if isinstance(value, torch.Tensor) and value.requires_grad and not isinstance(value, FakeTensor):
                    raise _error(value)
        return result


def _gives_tensors(result: Any) -> bool:
    return any(isinstance(value, torch.Tensor) for value in pytree.tree_leaves(result))


def _error(value: torch.Tensor) -> CompileError:
    kind = "parameter" if isinstance(value, torch.nn.Parameter) else "tensor that requires a gradient"
    return CompileError(
        f"the loss uses a {kind} of shape {list(value.shape)}{where()} that belongs to neither the model nor the "
        "loss; to train it, pass a loss that is a torch.nn.Module and has it as a parameter or in a submodule (instead "
        "of a function that calls one), else freeze it by requires_grad_(False) or use it under torch.no_grad()"
    )

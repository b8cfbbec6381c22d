"""Regions of a model's code that torch.export does not keep as they are: those without gradients inside of autocast,
and composed ops inside of autocast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from pock_mlir.compat.torch import native_functions
from pock_mlir.frontends.torch.packed_sequences import PackedData
from pock_mlir.frontends.torch.patches import patched


@contextmanager
def nested_regions() -> Iterator[None]:
    """While a model is traced: autocast ends where gradients are switched off or on and begins again behind it, so that
    no region reaches over the end of another one. (torch.export would forget the switch.)
    """
    active: list[Any] = []
    busy = False
    enter: Any = torch.autocast.__enter__
    leave: Any = torch.autocast.__exit__

    def entered(self: Any) -> Any:
        nonlocal busy
        if busy:  # torch.export's own, on the way
            return enter(self)
        busy = True
        try:
            return enter(self)
        finally:
            busy = False
            active.append(self)

    def left(self: Any, *error: Any) -> Any:
        nonlocal busy
        if busy:
            return leave(self, *error)
        busy = True
        try:
            return leave(self, *error)
        finally:
            busy = False
            active.remove(self)

    def outside(switch: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **keywords: Any) -> Any:
            nonlocal busy
            if busy or not active:
                return switch(*arguments, **keywords)
            busy = True
            try:
                for region in reversed(active):
                    leave(region, None, None, None)
                result = switch(*arguments, **keywords)
                for region in active:
                    enter(region)
            finally:
                busy = False
            return result

        return run

    with ExitStack() as stack:
        stack.enter_context(patched(torch.autocast, "__enter__", entered))
        stack.enter_context(patched(torch.autocast, "__exit__", left))
        for owner, names in (
            (torch.set_grad_enabled, ("__init__", "__enter__", "__exit__")),
            (torch.enable_grad, ("__enter__", "__exit__")),
        ):
            for name in names:
                stack.enter_context(patched(owner, name, outside(getattr(owner, name))))
        stack.enter_context(_taken_apart_in_autocast())
        yield


_aten = torch.ops.aten
_COMPOSED: dict[str, Any] = {
    "einsum": _aten.einsum.default.decompose,
    "gru": _aten.gru.input.decompose,
    "lstm": _aten.lstm.input.decompose,
    "rnn_relu": _aten.rnn_relu.input.decompose,
    "rnn_tanh": _aten.rnn_tanh.input.decompose,
    "tensordot": _aten.tensordot.default.decompose,
}
"""Functions of torch that consist of products which autocast casts, and what they consist of."""


@contextmanager
def _taken_apart_in_autocast() -> Iterator[None]:
    """Inside of autocast they are traced as what they consist of: kept whole, they would not be cast."""

    def replacement(function: Callable[..., Any], apart: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **keywords: Any) -> Any:
            if not torch.is_autocast_enabled("cpu") or isinstance(arguments[0], PackedData):
                return function(*arguments, **keywords)
            return apart(*arguments, **keywords)

        return run

    with ExitStack() as stack:
        for name, apart in _COMPOSED.items():
            network = replacement(getattr(native_functions, name), apart)
            stack.enter_context(patched(native_functions, name, network))
        yield

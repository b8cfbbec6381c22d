"""Backward hooks of modules (`register_full_backward_hook`, `register_full_backward_pre_hook`) while a model is traced.

A hook computes the gradients of a module's inputs from those of its outputs, too. In the trace all of that is computed
before the module runs, on markers that stand for the gradients to come (`markers`): the shapes of the outputs are
known from a trace before, in which the hooks do nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from pock_mlir.compat.torch import BACKWARD_HOOK, changes_of, module_backward_hooks, module_backward_pre_hooks
from pock_mlir.errors import CompileError
from pock_mlir.frontends.owners import described
from pock_mlir.frontends.torch.markers import STOP_GRADIENT, cotangent_of, with_vjp
from pock_mlir.frontends.torch.patches import patched

Gradients = tuple[torch.Tensor | None, ...]
Like = tuple[torch.Size, torch.dtype, torch.device]


class ModuleHooks:
    """The calls of modules with backward hooks in one forward of `root`: what each gives, once that is known."""

    def __init__(self, root: torch.nn.Module) -> None:
        self.paths = {module: described(path) for path, module in root.named_modules()}
        self.is_known = False
        self._outputs: list[list[Like | None] | None] = []
        self._next = 0

    @property
    def is_needed(self) -> bool:
        return any(module_backward_hooks(module) or module_backward_pre_hooks(module) for module in self.paths)

    @contextmanager
    def traced(self) -> Iterator[None]:
        """One forward, with the hooks; or without, when it is the first."""
        self._next = 0
        kind = _Hooked if self.is_known else _Seen
        with _backward_hook(lambda *arguments: kind(self, *arguments)):
            yield

    def begin(self) -> int:
        """The number of a call."""
        self._next += 1
        if not self.is_known:
            self._outputs.append(None)
        return self._next - 1

    def set(self, call: int, outputs: list[Like | None]) -> None:
        self._outputs[call] = outputs

    def outputs(self, call: int) -> list[Like | None] | None:
        """What a call gives: for each output that has a gradient its shape, dtype and device; None without any."""
        return self._outputs[call]


@contextmanager
def without_backward_hooks() -> Iterator[None]:
    """While a prediction is traced."""
    with _backward_hook(lambda *_: _None()):
        yield


@contextmanager
def _backward_hook(replacement: Callable[..., Any]) -> Iterator[None]:
    """What a module's call makes for its backward hooks."""
    with patched(*BACKWARD_HOOK, replacement):
        yield


class _None:
    def setup_input_hook(self, arguments: Any) -> Any:
        return arguments

    def setup_output_hook(self, result: Any) -> Any:
        return result


class _Seen(_None):
    """Records what a module gives."""

    def __init__(self, calls: ModuleHooks, *_: Any) -> None:
        self._calls, self._call = calls, calls.begin()

    def setup_output_hook(self, result: Any) -> Any:
        likes = [
            (value.shape, value.dtype, value.device) if _has_gradient(value) else None for value in _as_tuple(result)
        ]
        if any(like is not None for like in likes):
            self._calls.set(self._call, likes)
        return result


class _Hooked:
    """Runs the hooks of one call of a module, and links its inputs and outputs to what they say."""

    def __init__(self, calls: ModuleHooks, module: Any, hooks: Sequence[Any], pre_hooks: Sequence[Any]) -> None:
        self._what = f"module {calls.paths.get(module, described(''))} ({type(module).__name__})"
        self._module, self._hooks, self._pre_hooks = module, hooks, pre_hooks
        self._likes = calls.outputs(calls.begin())
        self._given: Gradients = ()
        self._changed: Gradients = ()

    def setup_input_hook(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        if self._likes is None:
            return arguments
        self._given = tuple(
            None if like is None else cotangent_of(torch.zeros(like[0], dtype=like[1], device=like[2]))
            for like in self._likes
        )
        self._changed = self._given
        for hook in self._pre_hooks:
            self._changed = self._run(hook, (self._changed,), self._changed)
        values = [STOP_GRADIENT(a) if _has_gradient(a) else a for a in arguments]
        given = tuple(
            cotangent_of(value) if _has_gradient(argument) else None
            for value, argument in zip(values, arguments, strict=True)
        )
        changed = given
        for hook in self._hooks:
            changed = self._run(hook, (changed, self._changed), changed)
        if all(gradient is None for gradient in given):
            return arguments  # the hooks have nothing to change
        return tuple(_linked(arguments, values, given, changed))

    def setup_output_hook(self, result: Any) -> Any:
        outputs = _as_tuple(result)
        if self._likes is None:
            return result
        values = [
            STOP_GRADIENT(value) if like is not None else value
            for value, like in zip(outputs, self._likes, strict=True)
        ]
        linked = _linked(outputs, values, self._given, self._changed)
        return tuple(linked) if isinstance(result, tuple) else linked[0]

    def _run(self, hook: Any, gradients: tuple[Gradients, ...], before: Gradients) -> Gradients:
        """The gradients that a hook gives in the place of `before`."""
        copies = [tuple(None if g is None else g.clone() for g in each) for each in gradients]
        changes = [changes_of(g) for each in copies for g in each if g is not None]
        name = getattr(hook, "__qualname__", None) or type(hook).__qualname__
        what = f"the backward hook '{name}' of {self._what}"
        try:
            with torch.no_grad():
                result = hook(self._module, *copies)
        except CompileError:
            raise
        except Exception as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise CompileError(f"{what} cannot be traced: {reason}") from error
        if [changes_of(g) for each in copies for g in each if g is not None] != changes:
            raise CompileError(f"{what} changes a gradient in place, which is not traced; return the new ones")
        if result is None:
            return before
        result = _as_tuple(result)
        if len(result) != len(before):
            raise CompileError(f"{what} returns {len(result)} gradients for {len(before)}")
        for old, new in zip(before, result, strict=True):
            if new is not None and (old is None or new.shape != old.shape):
                shapes = [None if g is None else list(g.shape) for g in (new, old)]
                raise CompileError(f"{what} returns a gradient of shape {shapes[0]} in the place of one of {shapes[1]}")
        return result


def _linked(originals: Sequence[Any], values: Sequence[Any], given: Gradients, changed: Gradients) -> list[Any]:
    """The values, whose gradients `given` become `changed` on their way to the originals.

    The first one leads to all originals, the others to it with a gradient of zeros: so they are reached before it.
    """
    result = list(values)
    places = [i for i, gradient in enumerate(given) if gradient is not None]
    first, cotangent = places[0], given[places[0]]
    assert cotangent is not None
    for i in places:
        gradient = changed[i]
        if gradient is not None:
            result[first] = with_vjp(result[first], cotangent, originals[i], gradient.to(originals[i].dtype))
    for i in places[1:]:
        own = given[i]
        assert own is not None
        result[i] = with_vjp(values[i], own, result[first], torch.zeros_like(result[first]))
    return result


def _has_gradient(value: Any) -> bool:
    return (
        isinstance(value, torch.Tensor)
        and value.is_floating_point()
        and value.requires_grad
        and torch.is_grad_enabled()
    )


def _as_tuple(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)

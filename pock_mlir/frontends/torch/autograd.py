"""What a model tells autograd while it runs, kept while it is traced: `torch.autograd.Function`s with a backward of
their own, hooks on tensors and parameters, and `Tensor.data`.

torch.export traces the forward pass alone, so all of that would be lost without a word. In the trace a custom backward
is run at once, on markers that stand for the cotangents to come (`markers`); what cannot be traced that way is
refused by name and place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch.utils.checkpoint import CheckpointFunction

from pock_mlir.compat.torch import (
    accumulated_gradient_hooks,
    changes_of,
    gradient_hooks,
    has_full_backward_hooks,
    has_global_backward_hooks,
    module_backward_hooks,
    own_buffers,
    own_parameters,
)
from pock_mlir.errors import CompileError
from pock_mlir.frontends.owners import described
from pock_mlir.frontends.torch.markers import STOP_GRADIENT, cotangent_of, with_vjp
from pock_mlir.frontends.torch.patches import patched
from pock_mlir.frontends.torch.user_code import where

ParameterHooks = list[tuple[list[str], list[Callable[[torch.Tensor], Any]]]]


@contextmanager
def recorded_autograd(whole: torch.nn.Module, hooks: ParameterHooks) -> Iterator[None]:
    """While model and loss are traced with gradients in mind: custom functions and hooks become markers.

    `whole` is the module of both (`owners.py`), `hooks` its `parameter_hooks`.
    """
    with ExitStack() as stack:
        stack.enter_context(data_as_detach())
        stack.enter_context(patched(torch.autograd.Function, "apply", classmethod(_apply)))
        stack.enter_context(patched(torch.Tensor, "detach_", _detach_in_place))
        stack.enter_context(patched(torch.Tensor, "register_hook", _register_hook))
        for name in ("register_post_accumulate_grad_hook",):
            stack.enter_context(patched(torch.Tensor, name, _refuse_hook(name)))
        stack.enter_context(patched(torch.autograd.graph, "register_multi_grad_hook", _refuse_hook("multi-grad hook")))
        stack.enter_context(_hooked_parameters(whole, hooks))
        stack.enter_context(kept_assignments(whole))
        yield


@contextmanager
def kept_assignments(whole: torch.nn.Module) -> Iterator[None]:
    """`self.state = new` on a registered buffer is traced as a copy into it, when forward is done.

    Parameters cannot be assigned tensors; other attributes are no state, and torch.export refuses them.
    """
    before = {module: dict(own_buffers(module)) for module in whole.modules()}
    yield
    copies: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
    for path, module in whole.named_modules():
        for name, old in before.get(module, {}).items():
            new = own_buffers(module).get(name)
            if new is old:
                continue
            full = described(f"{path}.{name}")
            if old is None or new is None or new.shape != old.shape or new.dtype != old.dtype:
                raise CompileError(
                    f"forward replaces the buffer {full}, {_type_text(old)}, by {_type_text(new)}: shapes and dtypes "
                    "are static; keep them"
                )
            own_buffers(module)[name] = old
            copies[id(old)] = (old, new)
    # All new values are what forward left, whichever buffer they are.
    with torch.no_grad():
        values = [new.detach().clone() for _, new in copies.values()]
        for (old, _), value in zip(copies.values(), values, strict=True):
            old.copy_(value)


def _type_text(value: torch.Tensor | None) -> str:
    return "None" if value is None else f"{value.dtype} {list(value.shape)}"


@contextmanager
def data_as_detach() -> Iterator[None]:
    """`x.data` is traced as `x.detach()`, and `x.data = y` as a copy outside of autograd: both bypass the trace."""

    def get(tensor: torch.Tensor) -> torch.Tensor:
        return tensor.detach()

    def set(tensor: torch.Tensor, value: torch.Tensor) -> None:
        if value.shape != tensor.shape or value.dtype != tensor.dtype:
            raise CompileError(
                f"'.data' of a {tensor.dtype} tensor of shape {list(tensor.shape)} is replaced by {value.dtype} "
                f"{list(value.shape)} in the forward pass{where()}: shapes and dtypes are static; keep them"
            )
        with torch.no_grad():
            tensor.copy_(value)

    with patched(torch.Tensor, "data", property(get, set)):
        yield


@contextmanager
def recorded_state(whole: torch.nn.Module) -> Iterator[None]:
    """While a prediction is traced: what it changes, without regard to gradients."""
    with data_as_detach(), kept_assignments(whole):
        yield


def refuse_untraceable_hooks(whole: torch.nn.Module) -> None:
    """Raises CompileError for hooks that run in the backward pass outside of what can be traced."""
    for path, module in whole.named_modules():
        hooks = module_backward_hooks(module)
        if hooks and not has_full_backward_hooks(module):
            raise CompileError(
                f"module {described(path)} ({type(module).__name__}) has a backward hook ({_name(hooks[0])}), which "
                "is not traced; use register_full_backward_hook, or remove it"
            )
    for name, parameter in whole.named_parameters():
        hooks = accumulated_gradient_hooks(parameter)
        if hooks:
            raise CompileError(
                f"parameter {described(name)} has a post-accumulate-grad hook ({_name(hooks[0])}), "
                "which is not traced; remove it"
            )
    if has_global_backward_hooks():
        raise CompileError("a backward hook is registered for all modules, which is not traced; remove it")


def _detach_in_place(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.copy_(STOP_GRADIENT(tensor))


# Custom functions.


class _Context:
    """The `ctx` of a custom function's forward and backward."""

    def __init__(self, arguments: Sequence[Any]) -> None:
        self.needs_input_grad = tuple(isinstance(a, torch.Tensor) and a.requires_grad for a in arguments)
        self.saved_tensors: tuple[Any, ...] = ()
        self._non_differentiable: tuple[int, ...] = ()
        self._materialize = True
        self._dirty = False

    def save_for_backward(self, *tensors: Any) -> None:
        self.saved_tensors = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """For forward-mode differentiation, which is not used."""

    def mark_dirty(self, *tensors: Any) -> None:
        self._dirty = True

    def mark_non_differentiable(self, *tensors: Any) -> None:
        self._non_differentiable = tuple(id(tensor) for tensor in tensors)

    def set_materialize_grads(self, value: bool) -> None:
        self._materialize = value


_original_apply: Any = torch.autograd.Function.__dict__["apply"].__func__


def _apply(cls: Any, *arguments: Any, **keywords: Any) -> Any:
    if cls is CheckpointFunction:  # recomputation: a decision of the compiler's own
        function, _, *rest = arguments
        return function(*rest)
    if cls.__module__.startswith("torch."):  # what torch makes of an operator that is registered with it
        return _original_apply(cls, *arguments, **keywords)
    what = f"torch.autograd.Function '{cls.__qualname__}'{where()}"
    ctx = _Context(arguments)
    with torch.no_grad():
        outputs = _forward(cls, ctx, arguments, keywords)
    if ctx._dirty:
        raise CompileError(f"{what} changes an input in place (mark_dirty), which is not traced; return a new tensor")
    if not torch.is_grad_enabled() or not any(ctx.needs_input_grad):
        return outputs
    single = not isinstance(outputs, tuple | list)
    values = [outputs] if single else list(outputs)
    differentiable = [_is_differentiable(v, ctx) for v in values]
    if not ctx._materialize and sum(differentiable) > 1:
        raise CompileError(
            f"{what} has several outputs and set_materialize_grads(False): whether a gradient is None is not known "
            "when it is traced; leave materialization on"
        )
    linked = _link(what, cls, ctx, arguments, values, differentiable)
    return linked[0] if single else type(outputs)(linked)


def _forward(cls: Any, ctx: _Context, arguments: Sequence[Any], keywords: dict[str, Any]) -> Any:
    if cls.setup_context is not torch.autograd.Function.setup_context:
        outputs = cls.forward(*arguments, **keywords)
        cls.setup_context(ctx, arguments, outputs)
        return outputs
    return cls.forward(ctx, *arguments, **keywords)


def _is_differentiable(value: Any, ctx: _Context) -> bool:
    return isinstance(value, torch.Tensor) and value.is_floating_point() and id(value) not in ctx._non_differentiable


def _link(
    what: str, cls: Any, ctx: _Context, arguments: Sequence[Any], values: list[Any], differentiable: list[bool]
) -> list[Any]:
    """The outputs, with the gradients that the function's own backward computes.

    The first differentiable output leads to all inputs. The others lead to it with a cotangent of zeros: so they are
    reached before it, and the backward has all their cotangents.
    """
    detached = [STOP_GRADIENT(v) if d else v for v, d in zip(values, differentiable, strict=True)]
    cotangents: list[Any] = [
        cotangent_of(v) if d else torch.zeros_like(v) if isinstance(v, torch.Tensor) else None
        for v, d in zip(detached, differentiable, strict=True)
    ]
    gradients = _backward(what, cls, ctx, cotangents)
    first = differentiable.index(True) if True in differentiable else None
    if first is None:
        return detached
    result = list(detached)
    for position, (argument, needed) in enumerate(zip(arguments, ctx.needs_input_grad, strict=True)):
        gradient = gradients[position] if position < len(gradients) else None
        if needed and gradient is not None:
            fitted = _fit(what, position, argument, gradient)
            result[first] = with_vjp(result[first], cotangents[first], argument, fitted)
    if result[first] is detached[first]:
        return detached
    for index, is_linked in enumerate(differentiable):
        if is_linked and index != first:
            result[index] = with_vjp(detached[index], cotangents[index], result[first], torch.zeros_like(result[first]))
    return result


def _backward(what: str, cls: Any, ctx: _Context, cotangents: list[Any]) -> list[Any]:
    try:
        with torch.no_grad():
            backward = cls.backward if cls.backward is not torch.autograd.Function.backward else cls.vjp
            gradients = backward(ctx, *cotangents)
    except CompileError:
        raise
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise CompileError(f"the backward of {what} cannot be traced: {reason}") from error
    return list(gradients) if isinstance(gradients, tuple | list) else [gradients]


def _fit(what: str, position: int, argument: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """The gradient in the shape and dtype of its input, as autograd makes it fit."""
    if gradient.shape != argument.shape:
        try:
            gradient = gradient.sum_to_size(argument.shape)
        except RuntimeError:
            raise CompileError(
                f"the backward of {what} returns a gradient of shape {list(gradient.shape)} for its input {position} "
                f"of shape {list(argument.shape)}"
            ) from None
    return gradient.to(argument.dtype)


# Hooks.


_HOOKED = "_pock_hooked"


class _Handle:
    def remove(self) -> None:
        raise CompileError(f"a tensor's hook is removed inside forward{where()}, which is not traced")


def _register_hook(tensor: torch.Tensor, hook: Callable[[torch.Tensor], Any]) -> _Handle:
    if isinstance(tensor, torch.nn.Parameter):
        raise CompileError(
            f"forward registers a hook on a parameter{where()}: each step would add one more; register it once, "
            "before the model is compiled"
        )
    if getattr(tensor, _HOOKED, False):
        raise CompileError(
            f"forward registers a hook on a tensor that has a hook already{where()}: make one function of them"
        )
    setattr(tensor, _HOOKED, True)
    hooked = _hooked(tensor, hook)
    if hooked is not None:
        # In place: whoever uses the tensor from here on, uses the hooked one.
        tensor.copy_(hooked)
    return _Handle()


def _hooked(tensor: torch.Tensor, hook: Callable[[torch.Tensor], Any]) -> torch.Tensor | None:
    """The tensor with a gradient that passes the hook; None for a hook that changes nothing."""
    cotangent = cotangent_of(tensor)
    given = cotangent.clone()
    changes = changes_of(given)
    try:
        with torch.no_grad():
            gradient = hook(given)
    except CompileError:
        raise
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise CompileError(f"the hook {_name(hook)}{where()} cannot be traced: {reason}") from error
    if gradient is None:
        if changes_of(given) != changes:
            raise CompileError(
                f"the hook {_name(hook)}{where()} changes the gradient in place, which is "
                "not traced; return the new one"
            )
        return None
    return with_vjp(STOP_GRADIENT(tensor), cotangent, tensor, gradient)


def parameter_hooks(whole: torch.nn.Module) -> ParameterHooks:
    """The hooks of all parameters, each with all names of its parameter.

    To be asked before the trace, whose parameters are others.
    """
    names: dict[torch.Tensor, list[str]] = {}
    for name, parameter in whole.named_parameters(remove_duplicate=False):
        if gradient_hooks(parameter):
            names.setdefault(parameter, []).append(name)
    return [(each, gradient_hooks(parameter)) for parameter, each in names.items()]


@contextmanager
def _hooked_parameters(whole: torch.nn.Module, hooks: ParameterHooks) -> Iterator[None]:
    """Parameters with hooks are seen with them by everything in model and loss."""
    replaced: list[tuple[dict[str, Any], str, Any]] = []
    for names, functions in hooks:
        value: Any = whole.get_parameter(names[0])
        for hook in reversed(functions):  # gradients meet the first one first
            value = _chained(value, hook)
        for full in names:
            path, _, name = full.rpartition(".")
            parameters: dict[str, Any] = own_parameters(whole.get_submodule(path))
            replaced.append((parameters, name, parameters[name]))
            parameters[name] = value
    try:
        yield
    finally:
        for parameters, name, parameter in replaced:
            parameters[name] = parameter


def _chained(value: torch.Tensor, hook: Callable[[torch.Tensor], Any]) -> torch.Tensor:
    changed = _hooked(value, hook)
    return value if changed is None else changed


def _refuse_hook(kind: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise CompileError(f"forward registers a {kind}{where()}, which is not traced; use tensor.register_hook")

    return refuse


# Helpers.


def _name(function: Any) -> str:
    return f"'{getattr(function, '__qualname__', None) or type(function).__qualname__}'"

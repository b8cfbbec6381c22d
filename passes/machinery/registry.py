"""The registry of passes written in Python and of named pipelines.

A pass is a function of the operation it runs on; its keyword-only parameters are the options of the pass:

    @register_pass("pock-prune")
    def prune(module: ir.Operation, *, keep_ratio: float = 1.0, names: Sequence[str] = ()) -> None:
        \"\"\"Removes the gradients that no update uses.\"\"\"

is written `pock-prune{keep-ratio=0.5 names=a,b}` in a pipeline. The first line of the docstring documents the pass.
A named pipeline is a function of its options alone, which returns text or calls (`passes.calls`).
See the package's docstring for where a pass must stand so that its name is enough to find it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from torch_mlir import ir

from pock_mlir.passes import import_module_of, is_findable, register_all_passes
from pock_mlir.passes.machinery.calls import Pipeline
from pock_mlir.passes.machinery.options import PassOption

PassFunction = TypeVar("PassFunction", bound=Callable[..., None])
PipelineFunction = TypeVar("PipelineFunction", bound=Callable[..., str | Pipeline])


class PassFailure(Exception):
    """Raised by a pass that cannot go on; reported as an error at `location`."""

    def __init__(self, location: ir.Location, message: str) -> None:
        super().__init__(message)
        self.location = location
        self.message = message


def fail(failures: Sequence[PassFailure]) -> None:
    """Reports several failures together, if there are any: the pass goes on as far as it can and then calls this."""
    for failure in failures[:-1]:
        failure.location.emit_error(failure.message)
    if failures:
        raise failures[-1]


@dataclass(frozen=True)
class PassInfo:
    """A registered pass: its command-line name, documentation, options and function."""

    name: str
    doc: str
    options: Mapping[str, PassOption]
    function: Callable[..., None]


@dataclass(frozen=True)
class PipelineInfo:
    """A registered pipeline: `function` gives its passes, as text or as calls, for the values of its options."""

    name: str
    doc: str
    options: Mapping[str, PassOption]
    function: Callable[..., str | Pipeline]


_passes: dict[str, PassInfo] = {}
_pipelines: dict[str, PipelineInfo] = {}


def register_pass(name: str, options: Sequence[PassOption] | None = None) -> Callable[[PassFunction], PassFunction]:
    """Registers the decorated function as the pass `name`; `options` where its signature does not tell them."""

    def decorate(function: PassFunction) -> PassFunction:
        _check_unused(name)
        _check_findable(name, function.__module__)
        own = _options_of(name, function) if options is None else {option.name: option for option in options}
        _passes[name] = PassInfo(name, _summary(function), own, function)
        return function

    return decorate


def register_pipeline(name: str) -> Callable[[PipelineFunction], PipelineFunction]:
    """Registers the decorated function as the pipeline `name`."""

    def decorate(function: PipelineFunction) -> PipelineFunction:
        _check_unused(name)
        _pipelines[name] = PipelineInfo(name, _summary(function), _options_of(name, function), function)
        return function

    return decorate


def lookup_pass(name: str) -> PassInfo | None:
    """Returns the pass `name`, if any, importing the module that registers it."""
    import_module_of(name)
    return _passes.get(name)


def lookup_pipeline(name: str) -> PipelineInfo | None:
    """Returns the pipeline `name`, if any, importing the module that registers it."""
    import_module_of(name)
    return _pipelines.get(name)


def registered_passes() -> list[PassInfo]:
    """Returns all passes in the order of their names."""
    register_all_passes()
    return sorted(_passes.values(), key=lambda info: info.name)


def registered_pipelines() -> list[PipelineInfo]:
    """Returns all pipelines in the order of their names."""
    register_all_passes()
    return sorted(_pipelines.values(), key=lambda info: info.name)


def _check_unused(name: str) -> None:
    if name in _passes or name in _pipelines:
        raise ValueError(f"a pass or pipeline named '{name}' is already registered")


def _check_findable(name: str, module: str) -> None:
    if not is_findable(name, module):
        raise ValueError(f"the name of the pass '{name}' does not tell its module, {module}")


def _summary(function: Callable[..., Any]) -> str:
    return (inspect.getdoc(function) or "").partition("\n")[0]


def _options_of(pass_name: str, function: Callable[..., Any]) -> dict[str, PassOption]:
    """Derives the options of a pass from the keyword-only parameters of its function."""
    options: dict[str, PassOption] = {}
    for parameter in inspect.signature(function, eval_str=True).parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            option = PassOption.from_parameter(pass_name, parameter.name, parameter.annotation, parameter.default)
            options[option.name] = option
    return options

"""Pipelines of native and Python passes, run by one MLIR pass manager."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch_mlir import ir
from torch_mlir.passmanager import ExternalPass, PassManager

from pock_mlir.compat.torch_mlir import PassParseError, parse_error
from pock_mlir.passes.machinery.calls import PassCall, Pipeline
from pock_mlir.passes.machinery.diagnostics import Diagnostic
from pock_mlir.passes.machinery.options import split_options
from pock_mlir.passes.machinery.pipeline_text import Element, PipelineError, parse_pipeline
from pock_mlir.passes.machinery.registry import PassFailure, PassInfo, PipelineInfo, lookup_pass, lookup_pipeline

__all__ = ["NativeStep", "PassError", "PassPipeline", "PipelineError", "PythonStep", "pipeline_steps", "run_pipeline"]

_ANY = "any"


class PassError(Exception):
    """A pass failed; `diagnostics` are the errors it reported and `pass_name` its name where known."""

    def __init__(self, diagnostics: Sequence[Diagnostic], pass_name: str | None = None) -> None:
        self.diagnostics = tuple(diagnostics)
        self.pass_name = pass_name
        failed = f"pass '{pass_name}' failed" if pass_name else "a pass failed"
        super().__init__("\n".join([failed, *map(str, self.diagnostics)]))


@dataclass(frozen=True)
class NativeStep:
    """A pass or pipeline of MLIR, run on the operations at `path` below the anchor."""

    path: tuple[str, ...]
    element: Element

    @property
    def name(self) -> str:
        """The name of the pass in the text of the pipeline."""
        return self.element.name


@dataclass(frozen=True)
class PythonStep:
    """A Python function, run on each operation at `path` below the anchor."""

    path: tuple[str, ...]
    name: str
    doc: str
    run: Callable[[ir.Operation], None]


Step = NativeStep | PythonStep


@dataclass
class _Failure:
    """How a Python step failed; shared by the pass manager's callbacks, which must not refer to its owner."""

    pass_name: str | None = None
    exception: BaseException | None = None


class PassPipeline:
    """A pass manager for operations named `anchor` that runs native and Python steps in order."""

    def __init__(self, anchor: str, steps: Sequence[Step]) -> None:
        self.manager = PassManager(anchor)
        self._failure = _Failure()
        for step in steps:
            if isinstance(step, NativeStep):
                _add_native(self.manager, step)
            else:
                # An explicit op_name would leave the C++ pass with a dangling string.
                self.manager.add(partial(_run_python, step, self._failure), step.name, step.name, step.doc)

    def run(self, operation: ir.Operation) -> None:
        """Runs the pipeline; raises PassError where a pass fails, or what a Python pass raised.

        Errors are in PassError only if the context does not emit them to its diagnostic handlers.
        """
        self._failure.pass_name = self._failure.exception = None
        with _single_threaded(operation.context):
            try:
                self.manager.run(operation)
            except ir.MLIRError as error:
                exception, self._failure.exception = self._failure.exception, None
                if exception is not None:
                    raise exception from None
                diagnostics = [Diagnostic.from_mlir(info) for info in error.error_diagnostics]
                raise PassError(diagnostics, self._failure.pass_name) from None


def run_pipeline(
    module: ir.Module | ir.Operation,
    pipeline: str | Pipeline,
    *,
    verify_each: bool = True,
    on_pass: Callable[[str, float], None] | None = None,
) -> None:
    """Runs a pipeline of native and Python passes, as text or as calls, on a module or operation.

    With `verify_each` the IR is verified after each Python pass; what MLIR's own passes make of valid IR is valid.
    `on_pass` is called after each pass with its name and the seconds it took, verification included.

    Raises PipelineError for a bad text and PassError where a pass fails or leaves invalid IR; any other exception
    of a Python pass propagates as itself.
    """
    operation = module.operation
    with operation.context:
        managers = []
        for native, group in itertools.groupby(
            pipeline_steps(pipeline, operation.name), lambda step: isinstance(step, NativeStep)
        ):
            # A manager for each pass, where each is to be timed.
            for steps in [list(group)] if on_pass is None else [[step] for step in group]:
                managers.append((steps[0].name, PassPipeline(operation.name, steps)))
                managers[-1][1].manager.enable_verifier(verify_each and not native)
        for name, passes in managers:
            start = time.perf_counter()
            passes.run(operation)
            if on_pass is not None:
                on_pass(name, time.perf_counter() - start)


def pipeline_steps(pipeline: str | Pipeline, anchor: str = "builtin.module") -> list[Step]:
    """The steps of a pipeline for operations named `anchor`, which may but need not enclose the elements of a text."""
    if not isinstance(pipeline, str):
        return list(_flatten(pipeline, (), ()))
    elements = parse_pipeline(pipeline)
    if len(elements) == 1 and elements[0].nested is not None and elements[0].name in (anchor, _ANY):
        elements = elements[0].nested
    return list(_flatten(elements, (), ()))


def _flatten(items: Sequence[Element] | Pipeline, path: tuple[str, ...], expanding: tuple[str, ...]) -> Iterator[Step]:
    """Yields the steps of nested pipelines and of named pipelines (of which `expanding` are being expanded)."""
    for item in items:
        pipeline, info = lookup_pipeline(item.name), lookup_pass(item.name)
        if isinstance(item, PassCall) and not (pipeline or info):
            (item,) = parse_pipeline(str(item))
        if pipeline is not None:
            arguments = _arguments(pipeline, item, "pipeline")
            if item.name in expanding:
                raise _error(item, f"pipeline '{item.name}' contains itself")
            body = pipeline.function(**arguments)
            body = parse_pipeline(body) if isinstance(body, str) else body
            yield from _flatten(body, path, (*expanding, item.name))
        elif info is not None:
            arguments = _arguments(info, item, "pass")
            if _ANY in path:
                raise _error(item, f"the Python pass '{item.name}' cannot run on 'any' operation")
            yield PythonStep(path, item.name, info.doc, partial(info.function, **arguments))
        elif isinstance(item, Element) and item.nested is not None:
            if item.options is not None:
                raise item.options_error(f"'{item.name}' has a nested pipeline and takes no options")
            yield from _flatten(item.nested, (*path, item.name), expanding)
        elif isinstance(item, Element):
            yield NativeStep(path, item)


def _error(item: Element | PassCall, message: str) -> PipelineError:
    return item.error(message) if isinstance(item, Element) else PipelineError(message)


def _arguments(info: PassInfo | PipelineInfo, item: Element | PassCall, kind: str) -> dict[str, Any]:
    """The keyword arguments of the function of a pass or pipeline."""
    if isinstance(item, PassCall):
        known = {option.parameter for option in info.options.values()}
        unknown = next((name for name in item.options if name not in known), None)
        if unknown is not None:
            raise PipelineError(f"{kind} '{info.name}' has no option '{unknown}'")
        return {name: value for name, value in item.options.items() if value is not None}
    if item.nested is not None:
        raise item.error(f"'{item.name}' is a {kind} and takes no nested pipeline")
    return _parse_options(info, item, kind)


def _parse_options(info: PassInfo | PipelineInfo, element: Element, kind: str) -> dict[str, Any]:
    """The options of an element as keyword arguments."""
    arguments: dict[str, Any] = {}
    for item in split_options(element.options or ""):
        name, equals, value = item.partition("=")
        option = info.options.get(name)
        if option is None:
            known = ", ".join(info.options) or "none"
            raise element.options_error(f"{kind} '{info.name}' has no option '{name}' (options: {known})")
        if not equals and option.element is not bool:
            raise element.options_error(f"{kind} '{info.name}': option '{name}' needs a value ({option.type_text})")
        try:
            arguments[option.parameter] = option.parse(value)
        except ValueError as error:
            raise element.options_error(f"{kind} '{info.name}': {error}") from None
    return arguments


def _add_native(manager: PassManager, step: NativeStep) -> None:
    prefix = "".join(f"{anchor}(" for anchor in step.path)
    try:
        # MLIR merges adjacent nested pipelines, so steps can be added one at a time.
        manager.add(prefix + step.element.text + ")" * len(step.path))
    except ValueError as error:
        raise _native_error(step.element, len(prefix), parse_error(error)) from None


def _run_python(step: PythonStep, failure: _Failure, operation: ir.Operation, external_pass: ExternalPass) -> None:
    """Runs a Python step; no exception crosses the C++ frames, which could not unwind properly."""
    try:
        for target in _operations_at(step.path, operation):
            with target.location:  # of ops that a pass builds without saying where they come from
                step.run(target)
        return
    except PassFailure as error:
        error.location.emit_error(error.message)
    except BaseException as error:
        error.add_note(f"raised by the pass '{step.name}'")
        failure.exception = error
    failure.pass_name = step.name
    external_pass.signal_pass_failure()


def _native_error(element: Element, prefix_length: int, error: PassParseError) -> PipelineError:
    """Translates an error of MLIR's pipeline parser to the text that the user wrote."""
    if error.column is None:
        return element.error(error.message)
    return element.source.error(element.offset + error.column - 1 - prefix_length, error.message)


def _operations_at(path: Sequence[str], operation: ir.Operation) -> list[ir.Operation]:
    """Returns the operations that nested anchors name, level by level."""
    operations = [operation]
    for anchor in path:
        operations = [child for parent in operations for child in _children(parent) if child.name == anchor]
    return operations


def _children(operation: ir.Operation) -> list[ir.Operation]:
    return [child.operation for region in operation.regions for block in region for child in block]


@contextmanager
def _single_threaded(context: ir.Context) -> Iterator[None]:
    """Switches off the threads of a context: verifiers written in Python need the lock that the main thread holds."""
    if context.get_num_threads() <= 1:
        yield
        return
    context.enable_multithreading(False)
    try:
        yield
    finally:
        context.enable_multithreading(True)

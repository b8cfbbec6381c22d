"""State that a model or a loss keeps in plain attributes: counters, and tensors that are no buffers.

A trace takes them for constants. Where forward changes one and depends on it, the next step would be another program:
that is refused. (torch.export puts the attributes back after the trace.)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.export import ExportedProgram

from pock_mlir.contract import LOSS, name_of, owner_of
from pock_mlir.errors import CompileError

_PLAIN = (bool, int, float, str, type(None), torch.Tensor)


class Changes:
    """What forward changed: by module path and name of an attribute the old and the new value.

    (No plain dict: torch.export would put it back with the module's other attributes.)
    """

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], tuple[Any, Any]] = {}


@contextmanager
def recorded_changes(whole: torch.nn.Module, changes: Changes) -> Iterator[None]:
    """Records the attributes that forward gives other values: by module path and name the old and the new one."""
    before = _attributes(whole)
    yield
    for key, new in _attributes(whole).items():
        old = before.get(key)
        if key in before and old is not new and (isinstance(old, torch.Tensor) or not _is_equal(old, new)):
            changes.values[key] = (old, new)


def refuse_python_state(
    whole: torch.nn.Module,
    arguments: tuple[Any, ...],
    program: ExportedProgram,
    changes: Changes,
) -> None:
    """Raises CompileError where the program of `whole(*arguments)` depends on what its modules changed in the trace.

    A tensor that matters is a constant of the program; a number that matters makes another program of the next step.
    """
    numbers = {}
    for key, (old, new) in changes.values.items():
        if not isinstance(old, torch.Tensor):
            numbers[key] = (old, new)
        elif any(constant is old for constant in program.constants.values()):
            raise _state_error(whole, key, "is a tensor that forward reads and replaces")
    if not any(not isinstance(new, torch.Tensor) for _, new in numbers.values()):
        return
    try:
        _set(whole, {key: new for key, (_, new) in numbers.items() if not isinstance(new, torch.Tensor)})
        again = torch.export.export(whole, arguments)
    finally:
        _set(whole, {key: old for key, (old, _) in numbers.items()})
    if str(again.graph) != str(program.graph):
        raise _state_error(whole, next(iter(numbers)), "changes from step to step, and forward depends on it")


def _state_error(whole: torch.nn.Module, key: tuple[str, str], what: str) -> CompileError:
    path, name = key
    full = f"{path}.{name}"
    where = f"{type(whole.get_submodule(path)).__name__}{' in the loss' if owner_of(full) == LOSS else ''}"
    return CompileError(
        f"the attribute '{name_of(full)}' of {where} {what}: a compiled step has it as a constant; "
        "keep such state in a tensor that is registered as a buffer (register_buffer)"
    )


def _attributes(whole: torch.nn.Module) -> dict[tuple[str, str], Any]:
    return {
        (path, name): value
        for path, module in whole.named_modules()
        for name, value in vars(module).items()
        if isinstance(value, _PLAIN) and name != "training"
    }


def _is_equal(a: Any, b: Any) -> bool:
    return not isinstance(b, torch.Tensor) and type(a) is type(b) and a == b


def _set(whole: torch.nn.Module, values: dict[tuple[str, str], Any]) -> None:
    for (path, name), value in values.items():
        vars(whole.get_submodule(path))[name] = value

"""The table of update rules: each is a pass whose options are the fields of an optimizer's class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from torch_mlir import ir

from pock_mlir.contract import TRAIN_STEP
from pock_mlir.errors import CompileError
from pock_mlir.optimizers import Optimizer, as_options
from pock_mlir.passes.machinery.options import PassOption
from pock_mlir.passes.machinery.registry import PassFailure, register_pass

from .rule import UpdateRule
from .updates import insert

Kind = TypeVar("Kind", bound=Optimizer)


def update_rule(kind: type[Kind]) -> Callable[[Callable[[Kind], UpdateRule]], Callable[[Kind], UpdateRule]]:
    """Enters the decorated function, which makes an optimizer's rule from its options, as the pass `kind.pass_name`.

    The first line of its docstring documents the pass.
    """

    def decorate(make: Callable[[Kind], UpdateRule]) -> Callable[[Kind], UpdateRule]:
        @wraps(make)
        def run(module: ir.Operation, *, functions: Sequence[str] = (TRAIN_STEP,), **options: Any) -> None:
            try:
                optimizer = kind.from_pass_options(options)
            except CompileError as error:
                raise PassFailure(module.location, str(error)) from None
            insert(module, make(optimizer), optimizer, functions)

        register_pass(kind.pass_name, _options_of(kind))(run)
        return make

    return decorate


def _options_of(kind: type[Optimizer]) -> list[PassOption]:
    """The fields of the optimizer, and the functions that are training steps."""
    parameters, hints = [], get_type_hints(kind)
    for field in fields(kind):
        hint = hints[field.name]
        one = get_args(hint)[0] if get_origin(hint) is tuple else hint
        parameters += [(name, one, default) for name, default in as_options(field.name, field.default)]
    parameters.append(("functions", Sequence[str], (TRAIN_STEP,)))
    return [PassOption.from_parameter(kind.pass_name, *parameter) for parameter in parameters]

"""The example inputs and targets of a compilation: one combination of shapes, or a list of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from pock_mlir.errors import CompileError
from pock_mlir.frontends.torch_export import Examples, Inputs


def check_examples(inputs: Any, targets: Any, predict_inputs: Any) -> Examples:
    """The examples from the arguments of `compile`. Raises CompileError."""
    if not _is_list_of_inputs(inputs):
        train = [(_check_inputs(inputs), _check_targets(targets))]
    else:
        each = [None] * len(inputs) if targets is None else targets
        if not isinstance(each, list | tuple) or len(each) != len(inputs):
            given = len(each) if isinstance(each, list | tuple) else type(each).__name__
            raise CompileError(
                f"inputs are a list of {len(inputs)} combinations of shapes, so targets must be a list of "
                f"{len(inputs)} too, one for each, got {given}"
            )
        train = [(_check_inputs(i), _check_targets(t)) for i, t in zip(inputs, each, strict=True)]
    if predict_inputs is None:
        predict = [example for example, _ in train]
    elif _is_list_of_inputs(predict_inputs):
        predict = [_check_inputs(example) for example in predict_inputs]
    else:
        predict = [_check_inputs(predict_inputs)]
    _check_alike([example for example, _ in train], predict)
    _check_distinct("inputs", [[*_tensors(i), *t] for i, t in train])
    # Training shapes that differ in the targets alone need one prediction.
    distinct = {_signature(_tensors(example)): example for example in reversed(predict)}
    return Examples(train, [example for example in predict if distinct[_signature(_tensors(example))] is example])


def input_names(inputs: Inputs) -> list[str]:
    return [str(name) for name in inputs] if isinstance(inputs, dict) else [f"input{i}" for i in range(len(inputs))]


def target_names(targets: Sequence[torch.Tensor]) -> list[str]:
    return ["target"] if len(targets) == 1 else [f"target{i}" for i in range(len(targets))]


def _is_list_of_inputs(inputs: Any) -> bool:
    return isinstance(inputs, list) and bool(inputs) and all(isinstance(i, list | tuple | Mapping) for i in inputs)


def _check_inputs(inputs: Any) -> Inputs:
    if isinstance(inputs, Mapping):
        inputs = dict(inputs)
    elif isinstance(inputs, tuple | list):
        inputs = tuple(inputs)
    else:
        raise CompileError(
            f"inputs must be a tuple of tensors or a dict of tensors by argument name, got {type(inputs).__name__}"
        )
    items = inputs.items() if isinstance(inputs, dict) else enumerate(inputs)
    for key, value in items:
        if not isinstance(value, torch.Tensor):
            raise CompileError(f"input {key!r} must be a torch tensor, got {type(value).__name__}")
    if not inputs:
        raise CompileError("inputs are empty; give one example tensor for each argument of the model")
    return inputs


def _check_targets(targets: Any) -> tuple[torch.Tensor, ...]:
    if targets is None:
        return ()
    targets = (targets,) if isinstance(targets, torch.Tensor) else tuple(targets)
    for index, value in enumerate(targets):
        if not isinstance(value, torch.Tensor):
            raise CompileError(f"target {index} must be a torch tensor, got {type(value).__name__}")
    return targets


def _check_alike(train: Sequence[Inputs], predict: Sequence[Inputs]) -> None:
    """All combinations give the same arguments; only their shapes differ."""
    first = train[0]
    for other in (*train[1:], *predict):
        if isinstance(other, dict) != isinstance(first, dict) or input_names(other) != input_names(first):
            raise CompileError(
                f"all combinations of shapes must give the same inputs: {', '.join(input_names(first))} "
                f"in the first, {', '.join(input_names(other))} in another"
            )


def _check_distinct(what: str, combinations: Sequence[Sequence[torch.Tensor]]) -> None:
    seen: dict[Any, int] = {}
    for index, tensors in enumerate(combinations):
        before = seen.setdefault(_signature(tensors), index)
        if before != index:
            raise CompileError(f"combinations {before} and {index} of {what} and targets have the same shapes")


def _signature(tensors: Sequence[torch.Tensor]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(t.shape) for t in tensors)


def _tensors(inputs: Inputs) -> list[torch.Tensor]:
    return list(inputs.values()) if isinstance(inputs, dict) else list(inputs)

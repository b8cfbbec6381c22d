"""The example inputs and targets of a compilation: one combination of shapes, or a list of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from pock_mlir.errors import CompileError
from pock_mlir.frontends.torch.arguments import Inputs, check_inputs, check_tensor, constants_of, tensors_of
from pock_mlir.frontends.torch.export import Example, Examples


def check_examples(inputs: Any, targets: Any, predict_inputs: Any) -> Examples:
    """The examples from the arguments of `compile`. Raises CompileError."""
    if not _is_list_of_inputs(inputs):
        train = [(check_inputs(inputs), _check_targets(targets))]
    else:
        each = [None] * len(inputs) if targets is None else targets
        if not isinstance(each, list | tuple) or len(each) != len(inputs):
            given = len(each) if isinstance(each, list | tuple) else type(each).__name__
            raise CompileError(
                f"inputs are a list of {len(inputs)} combinations of shapes, so targets must be a list of "
                f"{len(inputs)} too, one for each, got {given}"
            )
        train = [(check_inputs(i), _check_targets(t)) for i, t in zip(inputs, each, strict=True)]
    if predict_inputs is None:
        predict = [example for example, _ in train]
    elif _is_list_of_inputs(predict_inputs):
        predict = [check_inputs(example) for example in predict_inputs]
    else:
        predict = [check_inputs(predict_inputs)]
    _check_alike([example for example, _ in train], predict)
    _check_distinct("inputs and targets", [[*_tensors(i), *t] for i, t in train])
    # Training shapes that differ in the targets alone need one prediction.
    distinct = {(_signature(_tensors(i)), repr(constants_of(i))): i for i in reversed(predict)}
    predict = list(reversed(distinct.values()))
    _check_distinct("predict_inputs", [_tensors(example) for example in predict])
    return Examples(train, predict)


def check_calibration(calibration: Any) -> list[Example]:
    """The batches of a calibration set, pairs of inputs and targets as those of `compile`. Raises CompileError."""
    pairs = [] if calibration is None else calibration
    is_list = isinstance(pairs, list | tuple)
    if not is_list or not all(isinstance(each, list | tuple) and len(each) == 2 for each in pairs):
        raise CompileError("calibration must be a list of pairs (inputs, targets), each as for compile")
    return [(check_inputs(inputs), _check_targets(targets)) for inputs, targets in pairs]


def input_names(inputs: Inputs) -> list[str]:
    """The names of the arrays: "x" and "x.weights.0" by dictionary keys, "input0" and "input0.x" by position."""
    return list(tensors_of(inputs))


def target_names(targets: Sequence[torch.Tensor], inputs: Sequence[str]) -> list[str]:
    """ "target", or "target0", ...; where an input is called so, with "_" behind it."""
    names = ["target"] if len(targets) == 1 else [f"target{i}" for i in range(len(targets))]
    while not set(names).isdisjoint(inputs):
        names = [f"{name}_" for name in names]
    return names


def _is_list_of_inputs(inputs: Any) -> bool:
    return isinstance(inputs, list) and bool(inputs) and all(isinstance(i, list | tuple | Mapping) for i in inputs)


def _check_targets(targets: Any) -> tuple[torch.Tensor, ...]:
    if targets is None:
        return ()
    targets = (targets,) if isinstance(targets, torch.Tensor) else tuple(targets)
    for index, value in enumerate(targets):
        if not isinstance(value, torch.Tensor):
            raise CompileError(f"target {index} must be a torch tensor, got {type(value).__name__}")
        check_tensor(f"target {index}", value)
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
            raise CompileError(f"combinations {before} and {index} of {what} have the same shapes")


def _signature(tensors: Sequence[torch.Tensor]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(t.shape) for t in tensors)


def _tensors(inputs: Inputs) -> list[torch.Tensor]:
    return list(tensors_of(inputs).values())

"""What of a call is an array and what a constant of the trace.

Inputs may be nested in dictionaries, lists and tuples, as torch.export takes them. Tensors are arrays that each call
gives anew; None, numbers, flags and strings are constants that the compiled program has taken in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

from pock_mlir.compat.torch import pytree
from pock_mlir.errors import CompileError, listed

Inputs = tuple[Any, ...] | dict[str, Any]

CONSTANTS = (type(None), bool, int, float, str, torch.dtype, torch.device)
DTYPES = (
    torch.float32,
    torch.float64,
    torch.float16,
    torch.bfloat16,
    torch.int64,
    torch.int32,
    torch.int16,
    torch.int8,
    torch.uint8,
    torch.bool,
)


def check_inputs(inputs: Any) -> Inputs:
    """The arguments of a model, as a tuple or a dictionary by argument name. Raises CompileError."""
    if isinstance(inputs, Mapping):
        inputs = dict(inputs)
    elif isinstance(inputs, tuple | list):
        inputs = tuple(inputs)
    else:
        raise CompileError(
            f"inputs must be a tuple of tensors or a dict of tensors by argument name, got {type(inputs).__name__}"
        )
    for name, value in _leaves(inputs):
        if isinstance(value, torch.Tensor):
            check_tensor(f"input '{name}'", value)
        elif not isinstance(value, CONSTANTS):
            raise CompileError(
                f"input '{name}' must be a torch tensor or a constant (None, a number, a flag, a string), "
                f"got {type(value).__name__}"
            )
    if not inputs:
        raise CompileError("inputs are empty; give one example tensor for each argument of the model")
    if not tensors_of(inputs):
        items = inputs.items() if isinstance(inputs, dict) else enumerate(inputs)
        given = ", ".join(f"input {key!r} is a {type(value).__name__}" for key, value in items)
        raise CompileError(f"none of the inputs holds a torch tensor ({given}); give one for each array of the call")
    twice = [name for name, count in Counter(name for name, _ in _leaves(inputs)).items() if count > 1]
    if twice:
        raise CompileError(f"two inputs would have the name {listed(twice)}; give their dictionaries other keys")
    return inputs


def check_tensor(what: str, tensor: torch.Tensor) -> None:
    """Raises CompileError for an example that no program can take."""
    if tensor.dtype not in DTYPES:
        known = ", ".join(str(dtype).removeprefix("torch.") for dtype in DTYPES)
        raise CompileError(f"{what} has dtype {tensor.dtype}, which is not supported ({known}); convert it")
    if tensor.layout is not torch.strided:
        raise CompileError(f"{what} has layout {tensor.layout}, only dense tensors are supported; use .to_dense()")
    if tensor.ndim and tensor.shape[0] == 0:
        raise CompileError(
            f"{what} has shape {list(tensor.shape)}, an empty batch; give an example with at least one row"
        )


def tensors_of(inputs: Inputs) -> dict[str, torch.Tensor]:
    """The arrays of a call by name, in the order in which a session takes them."""
    return {name: value for name, value in _leaves(inputs) if isinstance(value, torch.Tensor)}


def constants_of(inputs: Inputs) -> dict[str, Any]:
    """The constants of a call by name."""
    return {name: value for name, value in _leaves(inputs) if not isinstance(value, torch.Tensor)}


def own_tensors(tree: Any) -> Any:
    """The same arguments with tensors of their own: torch.export takes one that is given twice for one argument, and a
    model may write into its inputs.
    """
    return pytree.tree_map_only(torch.Tensor, lambda tensor: tensor.detach().clone(), tree)


def as_array(tensor: torch.Tensor) -> np.ndarray:
    """The elements of a tensor that is on no meta device, with its memory where that can be; bfloat16, of which numpy
    has no arrays of its own, as float32.
    """
    tensor = tensor.detach().resolve_conj().resolve_neg().cpu()
    return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()


def path_name(path: tuple[Any, ...], base: str) -> str:
    """The name of a leaf: "x" and "x.weights.0" by dictionary keys, "input0" and "input0.x" by position (base
    "input").
    """
    keys = [str(_key(entry)) for entry in path]
    return ".".join([*([f"{base}{keys[0]}"] if _is_position(path[0]) else keys[:1]), *keys[1:]])


def _leaves(inputs: Inputs) -> Iterator[tuple[str, Any]]:
    for path, value in pytree.tree_flatten_with_path(inputs)[0]:
        yield path_name(path, "input"), value


def _key(entry: Any) -> Any:
    if _is_position(entry):
        return entry.idx
    return entry.name if isinstance(entry, pytree.GetAttrKey) else entry.key


def _is_position(entry: Any) -> bool:
    return isinstance(entry, pytree.SequenceKey)

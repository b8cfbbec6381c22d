"""Checks of the arrays that a user gives, before anything runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pock_mlir.bundle import ArraySpec, Signature
from pock_mlir.errors import InputError, listed


def check_arguments(values: Sequence[Any], specs: Sequence[ArraySpec], call: str) -> list[np.ndarray]:
    """The values as contiguous arrays of exactly the shapes and dtypes of `specs`; `call` names the method in errors.

    Raises `InputError` for a wrong count, shape or dtype, for NaN in floating-point arrays and for indices out of
    range.
    """
    if len(values) != len(specs):
        expected = f"{len(specs)} array{'s' if len(specs) != 1 else ''} ({', '.join(spec.name for spec in specs)})"
        raise InputError(f"{call} takes {expected}, got {len(values)}")
    return [_check_array(value, spec, call) for value, spec in zip(values, specs, strict=True)]


def select_signature(values: Sequence[Any], signatures: Sequence[Signature], call: str) -> Signature:
    """The signature that has the shapes of the values. Raises `InputError` where there are several, and none fits."""
    if len(signatures) == 1:
        return signatures[0]
    shapes = [tuple(np.shape(value)) for value in values]
    for signature in signatures:
        if [spec.shape for spec in signature.arguments] == shapes:
            return signature
    given = ", ".join(str(list(shape)) for shape in shapes)
    compiled = " or ".join(
        ", ".join(f"{spec.name} {list(spec.shape)}" for spec in signature.arguments) for signature in signatures
    )
    raise InputError(f"{call} got arrays of the shapes {given}; the bundle was compiled for {compiled}")


def order_keywords(values: Any, specs: Sequence[ArraySpec], call: str) -> list[Any]:
    """The values of the dictionary in the order of `specs`. Raises `InputError` for missing and unknown names."""
    if not isinstance(values, Mapping):
        raise InputError(
            f"{call} takes the inputs as one dictionary with the keys {listed([spec.name for spec in specs])}, "
            f"got {type(values).__name__}"
        )
    names = [spec.name for spec in specs]
    missing = [name for name in names if name not in values]
    unknown = [str(name) for name in values if name not in names]
    if missing or unknown:
        problems = [f"lacks {listed(missing)}"] * bool(missing) + [f"has the unknown {listed(unknown)}"] * bool(unknown)
        raise InputError(
            f"{call}: the dictionary of inputs {' and '.join(problems)}; it needs exactly {listed(names, 20)}"
        )
    return [values[name] for name in names]


def to_numpy(value: Any) -> np.ndarray:
    """A numpy array that shares the memory of an array or of a framework's tensor, without importing the framework.

    Raises `TypeError` for what is no array, and whatever the tensor's own conversion raises.
    """
    if isinstance(value, np.ndarray):
        return value
    if hasattr(value, "detach"):  # a torch tensor that requires a gradient refuses to convert
        value = value.detach()
    torch = sys.modules.get("torch")  # who has a tensor of torch's has imported it
    if torch is not None and isinstance(value, torch.Tensor) and value.dtype == torch.bfloat16:
        value = value.float()  # numpy has no such arrays
    if isinstance(value, np.generic) or hasattr(value, "__array__") or hasattr(value, "__dlpack__"):
        return np.asarray(value)
    raise TypeError(f"expected an array, got {type(value).__name__}")


def _check_array(value: Any, spec: ArraySpec, call: str) -> np.ndarray:
    where = f"{call}: '{spec.name}'"
    if isinstance(value, (bool, int, float, list, tuple)):
        array = _exact(value, spec, where)
    else:
        try:
            array = to_numpy(value)
        except Exception as error:
            raise InputError(f"{where} is not an array of {spec.dtype}: {error}") from error
    wanted = np.dtype(spec.dtype)
    if array.shape != spec.shape:
        raise InputError(f"{where} has shape {list(array.shape)}, the bundle was compiled for {list(spec.shape)}")
    if array.dtype != wanted:
        raise InputError(
            f"{where} is {array.dtype}, the bundle takes {wanted}; convert it with .astype({wanted.name!r})"
        )
    array = np.asarray(array, order="C")
    if wanted.kind == "f":
        _check_no_nan(array, where)
    if spec.range is not None:
        _check_range(array, spec, where)
    return array


def _exact(value: Any, spec: ArraySpec, where: str) -> np.ndarray:
    """Python numbers as an array of the dtype of `spec`, if that changes no value."""
    try:
        given = np.asarray(value)
        with np.errstate(all="ignore"):
            array = given.astype(spec.dtype)
        exact = given.dtype.kind in "biuf" and bool(np.array_equal(array.astype(given.dtype), given))
        exact = exact and (given.dtype.kind == "f") == (array.dtype.kind == "f")
    except (ValueError, TypeError, OverflowError):
        exact, array = False, np.empty(0)
    if not exact:
        raise InputError(
            f"{where}: these Python values are not exactly {spec.dtype}; give np.asarray(values, dtype={spec.dtype!r})"
        )
    return array


def _check_no_nan(array: np.ndarray, where: str) -> None:
    nan = np.isnan(array)
    if nan.any():
        index = [int(axis) for axis in np.unravel_index(int(np.argmax(nan)), array.shape)]
        raise InputError(f"{where} has {int(nan.sum())} NaN, the first at index {index}; nothing was changed")


def _check_range(array: np.ndarray, spec: ArraySpec, where: str) -> None:
    assert spec.range is not None
    low, high = spec.range
    wrong = (array < low) | (array >= high)
    if spec.ignore is not None:
        wrong &= array != spec.ignore
    if wrong.any():
        index = np.unravel_index(int(np.argmax(wrong)), array.shape)
        ignored = f" or {spec.ignore} (ignored)" if spec.ignore is not None else ""
        raise InputError(
            f"{where} is {int(array[index])} at index {[int(axis) for axis in index]}, "
            f"it must be in [{low}, {high}){ignored}"
        )

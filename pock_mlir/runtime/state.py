"""Taking in the tensors of a user or of a checkpoint: names, shapes and dtypes are checked before anything changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from pock_mlir.bundle import ParameterSpec, StateSpec
from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.contract import BFLOAT16, MODEL
from pock_mlir.errors import PockError, StateError
from pock_mlir.runtime.inputs import to_numpy

_SHOWN_PROBLEMS = 3


def take_parameters(
    values: Mapping[str, Any],
    specs: Sequence[ParameterSpec],
    *,
    owner: str = MODEL,
    strict: bool,
    what: str,
    error: type[PockError] = StateError,
    advice: str = "",
) -> dict[str, np.ndarray]:
    """The parameters of `values`, by their symbol, in the stored layout.

    `values` maps names in the model or the loss, as `owner` says (aliases and views too), to arrays or tensors in the
    framework's layout; floating-point numbers are cast to the parameter's, to the nearest, as torch's `copy_` does.
    With `strict` every parameter must be there and nothing else; without it, missing and unknown names are passed over.
    `what` names `values` in errors, which end in `advice`. Raises `error`, with the first problems, for names, shapes
    and dtypes that do not fit, and for aliases and views with different values.
    """
    problems: list[str] = []
    taken: dict[str, np.ndarray] = {}
    for spec in specs:
        names = spec.names_in(owner)
        array = _take_one(values, spec, owner, problems)
        if array is not None:
            taken[spec.symbol] = spec.to_stored(array)
        elif strict and not any(name in values for name in names):
            problems.append(f"no value for '{names[0]}'")
    if strict:
        known = {name for spec in specs for name in spec.names_in(owner)}
        problems += [f"unknown name '{name}'" for name in values if name not in known]
    _raise_problems(problems, what, f"this bundle's {owner}", error, advice)
    return taken


def take_states(
    values: Mapping[str, np.ndarray],
    specs: Sequence[StateSpec],
    parameters: Mapping[str, ParameterSpec],
    *,
    slices: Mapping[str, ChannelSlice] = MappingProxyType({}),
    what: str,
    error: type[PockError] = StateError,
) -> dict[str, np.ndarray]:
    """The optimizer's states of `values`, by their symbol, as stored; `parameters` are those of the bundle by symbol.

    Every state must be there and nothing else, and `slices`, by the names of the states, must be what these are of.
    Raises `error`.
    """
    problems: list[str] = []
    taken: dict[str, np.ndarray] = {}
    expected = state_slices(specs, parameters)
    for spec in specs:
        if spec.name not in values:
            problems.append(f"no value for the optimizer state '{spec.name}'")
            continue
        layout = state_layout(spec, parameters)
        array = values[spec.name]
        shape = layout.shape if layout else spec.shape
        if array.shape != shape or array.dtype != np.dtype(spec.dtype):
            problems.append(
                f"optimizer state '{spec.name}' is {array.dtype}{list(array.shape)}, expected {spec.dtype}{list(shape)}"
            )
        elif slices.get(spec.name) != expected.get(spec.name):
            found, own = (_shown_slice(each.get(spec.name)) for each in (slices, expected))
            problems.append(f"optimizer state '{spec.name}' is of {found}, expected one of {own}")
        else:
            taken[spec.symbol] = layout.to_stored(array) if layout else array
    known = {spec.name for spec in specs}
    problems += [f"unknown optimizer state '{name}'" for name in values if name not in known]
    _raise_problems(problems, what, "this bundle's optimizer and scheme", error)
    return taken


def _shown_slice(channels: ChannelSlice | None) -> str:
    return "the whole parameter" if channels is None else channels.shown


def state_layout(spec: StateSpec, parameters: Mapping[str, ParameterSpec]) -> ParameterSpec | None:
    """The parameter, of those by symbol, or the slice of it that is trained, whose layout the state shares; `None`
    where it has another.
    """
    owner = parameters.get(spec.parameter) if spec.parameter is not None else None
    if owner is None or owner.trained_part.stored_shape != spec.shape:
        return None
    return dataclasses.replace(owner.trained_part, dtype=spec.dtype, stored_dtype=None)


def state_slices(specs: Sequence[StateSpec], parameters: Mapping[str, ParameterSpec]) -> dict[str, ChannelSlice]:
    """By its name what a state is of, where that is a slice of a parameter; `parameters` are by symbol."""
    owners = {spec.name: parameters.get(spec.parameter or "") for spec in specs}
    slices = {name: owner.channels for name, owner in owners.items() if owner is not None}
    return {name: channels for name, channels in slices.items() if channels is not None}


def _take_one(values: Mapping[str, Any], spec: ParameterSpec, owner: str, problems: list[str]) -> np.ndarray | None:
    """The parameter's array, or `None` where it is missing or does not fit, which is appended to `problems`."""
    found: np.ndarray | None = None
    views = {view.name: view for view in spec.views if owner == spec.owner}
    for name in spec.names_in(owner):
        if name not in values:
            continue
        try:
            array = to_numpy(values[name])
        except Exception as error:
            problems.append(f"'{name}' cannot be read as an array ({error})")
            return None
        array = _cast(array, np.dtype(spec.dtype))
        shape = views[name].shape if name in views else spec.shape
        if array.shape != shape or array.dtype != np.dtype(spec.dtype):
            problems.append(f"'{name}' is {array.dtype}{list(array.shape)}, expected {spec.dtype}{list(shape)}")
            return None
        if name in views:
            array = views[name].to_parameter(array, spec.shape)
        if found is not None and not np.array_equal(found, array, equal_nan=array.dtype.kind == "f"):
            problems.append(f"'{spec.names_in(owner)[0]}' and '{name}' are one tensor but have different values")
            return None
        found = array
    return found


def _cast(array: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    """Floating-point numbers as those of `dtype`; anything else as it is."""
    if array.dtype.name == BFLOAT16:  # for numpy no floating-point numbers
        array = array.astype(np.float32)
    if array.dtype == dtype or array.dtype.kind != "f" or dtype.kind != "f":
        return array
    with np.errstate(over="ignore"):  # becomes infinite, as in torch
        return array.astype(dtype)


def _raise_problems(problems: list[str], what: str, owner: str, error: type[PockError], advice: str = "") -> None:
    if not problems:
        return
    hidden = len(problems) - _SHOWN_PROBLEMS
    shown = "; ".join(problems[:_SHOWN_PROBLEMS]) + (f"; and {hidden} more" if hidden > 0 else "")
    raise error(f"{what} does not fit {owner}: {shown}. Nothing was changed{advice}")

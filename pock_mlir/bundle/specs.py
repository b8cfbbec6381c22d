"""What a manifest says of each thing in a bundle, as records (docs/bundle.md)."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np

from pock_mlir.bundle.timeline import PeakAt
from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.contract import (
    LOSS,
    MODEL,
    OWNERS,
    PARAMETER_KINDS,
    STORED_DTYPES,
)
from pock_mlir.fields import MAY_LACK, UNWRITTEN_NONE, Must, Size, one_of


def _is_dtype(name: str) -> bool:
    try:
        return np.dtype(name).name == name
    except (TypeError, ValueError, SyntaxError):  # what numpy makes of text that is no name
        return False


DType = Annotated[str, Must("the name of a numpy dtype", _is_dtype)]
Range = Annotated[tuple[int, int], Must("[low, high]", lambda _: True)]


@dataclass(frozen=True)
class ArraySpec:
    """One array at the module's boundary.

    `range` is `(low, high)`, half open, for integers that index something; `ignore` is a value allowed outside of it.
    """

    name: str
    shape: tuple[Size, ...]
    dtype: DType
    range: Range | None = field(default=None, metadata=UNWRITTEN_NONE)
    ignore: int | None = field(default=None, metadata=UNWRITTEN_NONE)

    @property
    def nbytes(self) -> int:
        return _nbytes(self.shape, self.dtype)


@dataclass(frozen=True)
class Signature:
    """What one function of the module takes and gives: a training step for one combination of shapes (its loss is no
    output), or a prediction.
    """

    function: str
    inputs: tuple[ArraySpec, ...]
    targets: tuple[ArraySpec, ...] = ()
    outputs: tuple[ArraySpec, ...] = ()

    @property
    def arguments(self) -> tuple[ArraySpec, ...]:
        return (*self.inputs, *self.targets)

    @property
    def argument_bytes(self) -> int:
        return sum(spec.nbytes for spec in self.arguments)


@dataclass(frozen=True)
class ViewSpec:
    """A further name of a parameter's memory, all of it in other dimensions, in the framework's layouts:
    `view = parameter.transpose(order).reshape(sizes).transpose(axes)`, which has the shape `shape`.

    `trained`: training changes the memory through this name.
    """

    name: str
    shape: tuple[Size, ...]
    order: tuple[Size, ...]
    axes: tuple[Size, ...]
    trained: bool = False

    @property
    def _sizes(self) -> list[int]:
        return [self.shape[self.axes.index(d)] for d in range(len(self.shape))]

    def of_parameter(self, array: np.ndarray) -> np.ndarray:
        """The view's array, contiguous, from the parameter's."""
        return np.asarray(array.transpose(self.order).reshape(self._sizes).transpose(self.axes), order="C")

    def to_parameter(self, array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """The parameter's array, of that shape, from the view's."""
        memory = array.transpose(np.argsort(self.axes)).reshape([shape[d] for d in self.order])
        return np.asarray(memory.transpose(np.argsort(self.order)), order="C")


@dataclass(frozen=True)
class ParameterSpec:
    """A parameter or buffer of the model or its loss, in the framework's name, shape, dtype and layout.

    `symbol` is its name in the module and in the parameter file, by default `name`.

    `permutation` leads to the stored layout: `stored = framework.transpose(permutation)`. `aliases` are further
    framework names of the same tensor. `stored_dtype`, if any, is the narrower dtype of the stored values. `mutable`: a
    step changes it, by training or (a buffer) by assignment. `used`: the module loads it. `views` are further
    parameters and buffers in its memory. `owner` says whose it is; `loss_names` are the loss's names of what is the
    model's, but both have. `channels` is what training changes of it, where that is a slice.
    """

    name: str
    symbol: str = field(default="", kw_only=True)
    kind: Annotated[str, one_of(PARAMETER_KINDS)]
    shape: tuple[Size, ...]
    dtype: DType
    permutation: tuple[Size, ...] | None = None
    trained: bool = False
    aliases: tuple[str, ...] = field(default=(), metadata=MAY_LACK)
    mutable: bool = False
    stored_dtype: Annotated[str, one_of(STORED_DTYPES)] | None = None
    used: bool = True
    views: tuple[ViewSpec, ...] = field(default=(), metadata=MAY_LACK)
    owner: Annotated[str, one_of(OWNERS)] = field(default=MODEL, metadata=MAY_LACK)
    loss_names: tuple[str, ...] = field(default=(), metadata=MAY_LACK)
    channels: ChannelSlice | None = field(default=None, metadata=UNWRITTEN_NONE)

    def __post_init__(self) -> None:
        _default_symbol(self)

    def names_in(self, owner: str) -> tuple[str, ...]:
        """All names of its memory in the state dictionary of the model or of the loss."""
        if owner == self.owner:
            return self.names
        return self.loss_names if owner == LOSS else ()

    @property
    def names(self) -> tuple[str, ...]:
        """All names of its memory in the state dictionary of its owner."""
        return (self.name, *self.aliases, *(view.name for view in self.views))

    @property
    def is_trained(self) -> bool:
        """Training changes it, under one of its names."""
        return self.trained or any(view.trained for view in self.views)

    @property
    def nbytes(self) -> int:
        return _nbytes(self.shape, self.storage_dtype)

    @property
    def storage_dtype(self) -> str:
        """The dtype of stored arrays."""
        return self.stored_dtype or self.dtype

    @property
    def stored_shape(self) -> tuple[int, ...]:
        if self.permutation is None:
            return self.shape
        return tuple(self.shape[axis] for axis in self.permutation)

    @property
    def trained_part(self) -> ParameterSpec:
        """What training changes of it, as a parameter: of a slice's shape, or the parameter as it is."""
        if self.channels is None:
            return self
        return dataclasses.replace(self, shape=self.channels.shape(self.shape), channels=None)

    def to_stored(self, array: np.ndarray) -> np.ndarray:
        """A contiguous array in the stored layout and dtype, from one in the framework's; rounds to the nearest."""
        return np.asarray(self.stored_view(array), order="C")

    def stored_view(self, array: np.ndarray) -> np.ndarray:
        """`to_stored` without a copy where the dtype stays: not contiguous."""
        moved = array if self.permutation is None else array.transpose(self.permutation)
        return moved if self.stored_dtype is None else moved.astype(self.stored_dtype)

    def to_framework(self, array: np.ndarray) -> np.ndarray:
        """A contiguous array in the framework's layout and dtype, from one in the stored ones."""
        if self.stored_dtype is not None:
            array = array.astype(self.dtype)
        return np.asarray(
            array if self.permutation is None else array.transpose(np.argsort(self.permutation)), order="C"
        )

    def named(self, array: np.ndarray, owner: str = MODEL) -> dict[str, np.ndarray]:
        """What model or loss has under each of its names, from the parameter's array in the framework's layout."""
        if owner != self.owner:
            return dict.fromkeys(self.names_in(owner), array)
        own = dict.fromkeys((self.name, *self.aliases), array)
        return own | {view.name: view.of_parameter(array) for view in self.views}


@dataclass(frozen=True)
class StateSpec:
    """A mutable tensor of the module that is not a parameter.

    Shape and dtype are as stored; `init` is every element's first value. `symbol` is its name in the module, by default
    `name`; `parameter` the symbol of the parameter that it belongs to, if any, as `slot`.
    """

    name: str
    symbol: str = field(default="", kw_only=True)
    shape: tuple[Size, ...]
    dtype: DType
    init: float = 0.0
    parameter: str | None = field(default=None, metadata=UNWRITTEN_NONE)
    slot: str | None = field(default=None, metadata=UNWRITTEN_NONE)

    def __post_init__(self) -> None:
        _default_symbol(self)

    @property
    def nbytes(self) -> int:
        return _nbytes(self.shape, self.dtype)


@dataclass(frozen=True)
class AdapterSpec:
    """An adapter of low rank, by symbols: what it adds to `weight` is `factor` times `b` [out, r] times `a` [r, in],
    where all dimensions of each but the first are taken as one; `transposed`: the weight is [in, out].
    """

    weight: str
    a: str
    b: str
    factor: float
    transposed: bool = False

    def delta(self, a: np.ndarray, b: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """What the adapter adds to a weight of that shape; all in the framework's layout."""
        product = self.factor * (b.reshape(len(b), -1) @ a.reshape(len(a), -1))
        return np.asarray(product.T if self.transposed else product.reshape(shape), dtype=a.dtype)


@dataclass(frozen=True)
class SamplingSpec:
    """Of `blocks` blocks `active` are trained at a time, sampled anew after `every` updates, from `seed`."""

    blocks: Size
    active: Size
    every: Size
    seed: Size = field(default=0, metadata=MAY_LACK)


@dataclass(frozen=True)
class TargetSpec:
    """The machine that the module was compiled for; `cpu_features` are the LLVM feature names that the code needs."""

    name: str
    backend: str
    triple: str
    cpu: str
    cpu_features: tuple[str, ...] = field(default=(), metadata=MAY_LACK)


@dataclass(frozen=True)
class MemoryPlan:
    """Device memory in bytes, known at compile time.

    `transient_bytes` is all that a training step allocates for values of its own; `saved_bytes` is what of them it
    holds from the forward part to the backward part, when the loss is there; `peak_at` is where the planned peak is.
    Bundles of the first versions say neither.
    """

    planned_peak_bytes: int
    parameter_bytes: int
    state_bytes: int
    transient_bytes: int
    io_bytes: int
    predict_transient_bytes: int
    saved_bytes: int | None = field(default=None, metadata=UNWRITTEN_NONE)
    peak_at: PeakAt | None = field(default=None, metadata=UNWRITTEN_NONE)


@dataclass(frozen=True)
class FileRecord:
    """A file of the bundle: its hash (hexadecimal) and size."""

    sha256: str
    bytes: int


def _default_symbol(spec: ParameterSpec | StateSpec) -> None:
    if not spec.symbol:
        object.__setattr__(spec, "symbol", spec.name)


def _nbytes(shape: tuple[int, ...], dtype: str) -> int:
    return math.prod(shape) * np.dtype(dtype).itemsize

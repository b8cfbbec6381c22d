"""The manifest of a bundle: what is inside and for whom it was compiled (docs/bundle.md)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pock_mlir.bundle.bfloat16 import from_bfloat16, to_bfloat16
from pock_mlir.bundle.fields import Fields
from pock_mlir.bundle.views import ViewSpec
from pock_mlir.contract import (
    BFLOAT16,
    BFLOAT16_BITS,
    CONSTANT,
    INPUT_STYLES,
    LOSS,
    MODEL,
    OUTPUT_STYLES,
    OWNERS,
    PARAMETER_KINDS,
    PREDICT,
    STORED_DTYPES,
    TRAIN_STEP,
    role_of,
)
from pock_mlir.errors import BundleError, ScheduleError
from pock_mlir.schedules import schedule_from_json

FORMAT = "pock-bundle"
FORMAT_VERSION = 4
# Version 3 knew no parameters of a loss.
READABLE_VERSIONS = (3, FORMAT_VERSION)


@dataclass(frozen=True)
class ArraySpec:
    """One array at the module's boundary.

    `range` is `(low, high)`, half open, for integers that index something; `ignore` is a value allowed outside of it.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    range: tuple[int, int] | None = None
    ignore: int | None = None

    @property
    def nbytes(self) -> int:
        return _nbytes(self.shape, self.dtype)

    def to_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {"name": self.name, "shape": list(self.shape), "dtype": self.dtype}
        if self.range is not None:
            out["range"] = list(self.range)
        if self.ignore is not None:
            out["ignore"] = self.ignore
        return out

    @staticmethod
    def from_json(fields: Fields) -> ArraySpec:
        return ArraySpec(
            fields.text("name"),
            fields.shape("shape"),
            fields.dtype("dtype"),
            fields.pair("range"),
            fields.optional_integer("ignore"),
        )


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

    def to_json(self) -> dict[str, Any]:
        groups = {"inputs": self.inputs, "targets": self.targets, "outputs": self.outputs}
        return {"function": self.function} | {name: [s.to_json() for s in group] for name, group in groups.items()}

    @staticmethod
    def from_json(fields: Fields) -> Signature:
        groups = (tuple(map(ArraySpec.from_json, fields.objects(name))) for name in ("inputs", "targets", "outputs"))
        return Signature(fields.text("function"), *groups)


@dataclass(frozen=True)
class ParameterSpec:
    """A parameter or buffer of the model or its loss, in the framework's name, shape, dtype and layout.

    `symbol` is its name in the module and in the parameter file, by default `name`.

    `permutation` leads to the stored layout: `stored = framework.transpose(permutation)`. `aliases` are further
    framework names of the same tensor. `stored_dtype`, if any, is the narrower dtype of the stored values. `mutable`: a
    step changes it, by training or (a buffer) by assignment. `used`: the module loads it. `views` are further
    parameters and buffers in its memory. `owner` says whose it is; `loss_names` are the loss's names of what is the
    model's, but both have.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    dtype: str
    permutation: tuple[int, ...] | None = None
    trained: bool = False
    aliases: tuple[str, ...] = ()
    mutable: bool = False
    stored_dtype: str | None = None
    symbol: str = ""
    used: bool = True
    views: tuple[ViewSpec, ...] = ()
    owner: str = MODEL
    loss_names: tuple[str, ...] = ()

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
        """The numpy dtype of stored arrays; numpy has no bfloat16, whose bits stand in uint16."""
        stored = self.stored_dtype or self.dtype
        return BFLOAT16_BITS if stored == BFLOAT16 else stored

    @property
    def stored_shape(self) -> tuple[int, ...]:
        if self.permutation is None:
            return self.shape
        return tuple(self.shape[axis] for axis in self.permutation)

    def to_stored(self, array: np.ndarray) -> np.ndarray:
        """A contiguous array in the stored layout and dtype, from one in the framework's; rounds to the nearest."""
        return np.asarray(self.stored_view(array), order="C")

    def stored_view(self, array: np.ndarray) -> np.ndarray:
        """`to_stored` without a copy where the dtype stays: not contiguous."""
        moved = array if self.permutation is None else array.transpose(self.permutation)
        if self.stored_dtype is None:
            return moved
        return to_bfloat16(moved) if self.stored_dtype == BFLOAT16 else moved.astype(self.stored_dtype)

    def to_framework(self, array: np.ndarray) -> np.ndarray:
        """A contiguous array in the framework's layout and dtype, from one in the stored ones."""
        if self.stored_dtype is not None:
            array = from_bfloat16(array) if self.stored_dtype == BFLOAT16 else array.astype(self.dtype)
        return np.asarray(
            array if self.permutation is None else array.transpose(np.argsort(self.permutation)), order="C"
        )

    def named(self, array: np.ndarray, owner: str = MODEL) -> dict[str, np.ndarray]:
        """What model or loss has under each of its names, from the parameter's array in the framework's layout."""
        if owner != self.owner:
            return dict.fromkeys(self.names_in(owner), array)
        own = dict.fromkeys((self.name, *self.aliases), array)
        return own | {view.name: view.of_parameter(array) for view in self.views}

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "symbol": self.symbol,
            "kind": self.kind,
            "shape": list(self.shape),
            "dtype": self.dtype,
            "permutation": None if self.permutation is None else list(self.permutation),
            "trained": self.trained,
            "aliases": list(self.aliases),
            "mutable": self.mutable,
            "stored_dtype": self.stored_dtype,
            "used": self.used,
            "views": [view.to_json() for view in self.views],
            "owner": self.owner,
            "loss_names": list(self.loss_names),
        }

    @staticmethod
    def from_json(fields: Fields) -> ParameterSpec:
        spec = ParameterSpec(
            fields.text("name"),
            fields.choice("kind", PARAMETER_KINDS),
            fields.shape("shape"),
            fields.dtype("dtype"),
            fields.optional_shape("permutation"),
            fields.boolean("trained"),
            fields.texts("aliases"),
            fields.boolean("mutable"),
            fields.optional_text("stored_dtype"),
            fields.text("symbol"),
            fields.boolean("used"),
            owner=fields.choice("owner", OWNERS, default=MODEL),
            loss_names=fields.texts("loss_names"),
        )
        views = tuple(ViewSpec.from_json(view, spec.shape) for view in fields.objects("views", []))
        spec = dataclasses.replace(spec, views=views)
        if spec.stored_dtype not in (None, *STORED_DTYPES):
            raise fields.error("stored_dtype", f"'{spec.stored_dtype}' is none of {', '.join(STORED_DTYPES)}")
        if spec.permutation is not None and sorted(spec.permutation) != list(range(len(spec.shape))):
            raise fields.error(
                "permutation", f"{list(spec.permutation)} is not a permutation of the {len(spec.shape)} axes"
            )
        return spec


@dataclass(frozen=True)
class StateSpec:
    """A mutable tensor of the module that is not a parameter.

    Shape and dtype are as stored; `init` is every element's first value. `symbol` is its name in the module, by default
    `name`; `parameter` the symbol of the parameter that it belongs to, if any, as `slot`.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    init: float = 0.0
    parameter: str | None = None
    slot: str | None = None
    symbol: str = ""

    def __post_init__(self) -> None:
        _default_symbol(self)

    @property
    def nbytes(self) -> int:
        return _nbytes(self.shape, self.dtype)

    def to_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {"name": self.name, "symbol": self.symbol}
        out |= {"shape": list(self.shape), "dtype": self.dtype, "init": self.init}
        if self.parameter is not None:
            out["parameter"] = self.parameter
        if self.slot is not None:
            out["slot"] = self.slot
        return out

    @staticmethod
    def from_json(fields: Fields) -> StateSpec:
        return StateSpec(
            fields.text("name"),
            fields.shape("shape"),
            fields.dtype("dtype"),
            fields.number("init"),
            fields.optional_text("parameter"),
            fields.optional_text("slot"),
            fields.text("symbol"),
        )


@dataclass(frozen=True)
class TargetSpec:
    """The machine that the module was compiled for; `cpu_features` are the LLVM feature names that the code needs."""

    name: str
    backend: str
    triple: str
    cpu: str
    cpu_features: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "backend": self.backend,
            "triple": self.triple,
            "cpu": self.cpu,
            "cpu_features": list(self.cpu_features),
        }

    @staticmethod
    def from_json(fields: Fields) -> TargetSpec:
        return TargetSpec(
            fields.text("name"),
            fields.text("backend"),
            fields.text("triple"),
            fields.text("cpu"),
            fields.texts("cpu_features"),
        )


@dataclass(frozen=True)
class MemoryPlan:
    """Device memory in bytes, known at compile time."""

    planned_peak_bytes: int
    parameter_bytes: int
    state_bytes: int
    transient_bytes: int
    io_bytes: int
    predict_transient_bytes: int

    def to_json(self) -> dict[str, int]:
        return dict(vars(self))

    @staticmethod
    def from_json(fields: Fields) -> MemoryPlan:
        return MemoryPlan(*(fields.integer(name) for name in MemoryPlan.__dataclass_fields__))


@dataclass(frozen=True)
class FileRecord:
    """A file of the bundle: its hash (hexadecimal) and size."""

    sha256: str
    bytes: int

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))

    @staticmethod
    def from_json(fields: Fields) -> FileRecord:
        return FileRecord(fields.text("sha256"), fields.integer("bytes"))


@dataclass(frozen=True)
class Manifest:
    """What is inside a bundle (docs/bundle.md explains every field). `files` is filled in by `write_bundle`."""

    input_style: str
    signatures: tuple[Signature, ...]
    output_style: str
    parameters: tuple[ParameterSpec, ...]
    state: tuple[StateSpec, ...]
    target: TargetSpec
    memory: MemoryPlan
    optimizer: Any = None
    schedule: Any = None
    scheme: Any = None
    loss: Any = None
    accumulate: int = 1
    precision: Any = None
    statistics: Mapping[str, Any] = field(default_factory=dict)
    allocates_on_queue: bool = False
    producer: str = ""
    files: Mapping[str, FileRecord] = field(default_factory=dict)

    @property
    def train_signatures(self) -> tuple[Signature, ...]:
        """Those of the training steps, in the order in which they were asked for."""
        return tuple(signature for signature in self.signatures if role_of(signature.function) == TRAIN_STEP)

    @property
    def predict_signatures(self) -> tuple[Signature, ...]:
        """Those of the predictions."""
        return tuple(signature for signature in self.signatures if role_of(signature.function) == PREDICT)

    @property
    def inputs(self) -> tuple[ArraySpec, ...]:
        """The inputs of the first training step."""
        return self.train_signatures[0].inputs

    @property
    def targets(self) -> tuple[ArraySpec, ...]:
        """The targets of the first training step."""
        return self.train_signatures[0].targets

    @property
    def outputs(self) -> tuple[ArraySpec, ...]:
        """The outputs of the first prediction."""
        return self.predict_signatures[0].outputs

    @property
    def model_parameters(self) -> tuple[ParameterSpec, ...]:
        """The parameters and buffers that belong to the model's state dictionary: all but constants."""
        return tuple(spec for spec in self.parameters if spec.kind != CONSTANT and spec.owner == MODEL)

    @property
    def loss_parameters(self) -> tuple[ParameterSpec, ...]:
        """The loss's own parameters and buffers, without constants and without what it shares with the model."""
        return tuple(spec for spec in self.parameters if spec.kind != CONSTANT and spec.owner == LOSS)

    def to_json(self) -> dict[str, Any]:
        """The manifest as the dictionary that `manifest.json` holds."""
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "producer": self.producer,
            "files": {name: record.to_json() for name, record in self.files.items()},
            "input_style": self.input_style,
            "signatures": [signature.to_json() for signature in self.signatures],
            "output_style": self.output_style,
            "parameters": [spec.to_json() for spec in self.parameters],
            "state": [spec.to_json() for spec in self.state],
            "optimizer": self.optimizer,
            "schedule": self.schedule,
            "scheme": self.scheme,
            "loss": self.loss,
            "accumulate": self.accumulate,
            "precision": self.precision,
            "target": self.target.to_json(),
            "memory": self.memory.to_json(),
            "allocates_on_queue": self.allocates_on_queue,
            "statistics": dict(self.statistics),
        }

    @staticmethod
    def from_json(document: Any, where: str) -> Manifest:
        """Reads what `to_json` wrote; `where` names the file in errors.

        Raises `BundleError` for a document that is not a manifest, has another version, or has a wrong field.
        """
        check_version(document, where)
        fields = Fields(document, where)
        manifest = Manifest(
            input_style=fields.choice("input_style", INPUT_STYLES),
            signatures=tuple(map(Signature.from_json, fields.objects("signatures"))),
            output_style=fields.choice("output_style", OUTPUT_STYLES),
            parameters=tuple(map(ParameterSpec.from_json, fields.objects("parameters"))),
            state=tuple(map(StateSpec.from_json, fields.objects("state"))),
            target=TargetSpec.from_json(fields.object("target")),
            memory=MemoryPlan.from_json(fields.object("memory")),
            optimizer=document.get("optimizer"),
            schedule=document.get("schedule"),
            scheme=document.get("scheme"),
            loss=document.get("loss"),
            accumulate=fields.integer("accumulate", default=1),
            precision=document.get("precision"),
            statistics=fields.object("statistics", default={}).document,
            allocates_on_queue=fields.boolean("allocates_on_queue"),
            producer=fields.text("producer"),
            files={name: FileRecord.from_json(record) for name, record in fields.named_objects("files").items()},
        )
        check_consistent(manifest, where)
        return manifest


def check_version(document: Any, where: str) -> None:
    """Raises `BundleError` for what is not a manifest, or of another version."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BundleError(f"{where} is not the manifest of a pock bundle; give the directory that `pock compile` wrote")
    version = document.get("format_version")
    if version not in READABLE_VERSIONS:
        raise BundleError(
            f"{where} has bundle format version {version!r}, this pock_mlir reads versions "
            f"{' and '.join(map(str, READABLE_VERSIONS))}; "
            "compile the model again with this version, or install the one that wrote the bundle"
        )


def check_consistent(manifest: Manifest, where: str) -> None:
    """Raises `BundleError` where the parts of a manifest contradict each other."""
    if manifest.accumulate < 1:
        raise BundleError(f"{where}: accumulate is {manifest.accumulate}, it must be at least 1")
    for kind, signatures in ((TRAIN_STEP, manifest.train_signatures), (PREDICT, manifest.predict_signatures)):
        if not signatures:
            raise BundleError(f"{where}: no signature is that of a function '{kind}'")
    try:
        schedule_from_json(manifest.schedule)
    except ScheduleError as error:
        raise BundleError(f"{where}: field 'schedule': {error}") from error
    for owner in OWNERS:
        _check_distinct([name for spec in manifest.parameters for name in spec.names_in(owner)], where)
    _check_distinct([spec.name for spec in manifest.state], where)
    _check_distinct([spec.symbol for spec in (*manifest.parameters, *manifest.state)], where)
    symbols = {spec.symbol for spec in manifest.parameters}
    for spec in manifest.state:
        if spec.parameter is not None and spec.parameter not in symbols:
            raise BundleError(
                f"{where}: state '{spec.name}' belongs to parameter '{spec.parameter}', which does not exist"
            )


def _default_symbol(spec: ParameterSpec | StateSpec) -> None:
    if not spec.symbol:
        object.__setattr__(spec, "symbol", spec.name)


def _check_distinct(names: Sequence[str], where: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise BundleError(f"{where}: the name '{name}' stands for two parameters or states")
        seen.add(name)


def _nbytes(shape: tuple[int, ...], dtype: str) -> int:
    return math.prod(shape) * np.dtype(dtype).itemsize

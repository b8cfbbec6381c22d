"""The manifest of a bundle: what is inside and for whom it was compiled (docs/bundle.md)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pock_mlir.bundle.specs import (
    AdapterSpec,
    ArraySpec,
    FileRecord,
    MemoryPlan,
    ParameterSpec,
    SamplingSpec,
    Signature,
    StateSpec,
    TargetSpec,
)
from pock_mlir.contract import (
    CONSTANT,
    INPUT_STYLES,
    LOSS,
    MODEL,
    OUTPUT_STYLES,
    OWNERS,
    PREDICT,
    TRAIN_STEP,
    role_of,
)
from pock_mlir.errors import BundleError, ScheduleError
from pock_mlir.fields import MAY_LACK, UNWRITTEN_NONE, FieldError, field_error, one_of, read_record, write_record
from pock_mlir.schedules import schedule_from_json

FORMAT = "pock-bundle"
FORMAT_VERSION = 4
# Version 3 knew no parameters of a loss.
READABLE_VERSIONS = (3, FORMAT_VERSION)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What is inside a bundle (docs/bundle.md explains every field). `files` is filled in by `write_bundle`."""

    producer: str = ""
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    input_style: Annotated[str, one_of(INPUT_STYLES)]
    signatures: tuple[Signature, ...]
    output_style: Annotated[str, one_of(OUTPUT_STYLES)]
    parameters: tuple[ParameterSpec, ...]
    state: tuple[StateSpec, ...]
    adapters: tuple[AdapterSpec, ...] = field(default=(), metadata=MAY_LACK)
    sampling: SamplingSpec | None = field(default=None, metadata=UNWRITTEN_NONE)
    optimizer: Any = None
    schedule: Any = None
    scheme: Any = None
    loss: Any = None
    accumulate: int = field(default=1, metadata=MAY_LACK)
    precision: Any = None
    target: TargetSpec
    memory: MemoryPlan
    allocates_on_queue: bool = False
    statistics: Mapping[str, Any] = field(default_factory=dict, metadata=MAY_LACK)

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
        return {"format": FORMAT, "format_version": FORMAT_VERSION} | write_record(self)

    @staticmethod
    def from_json(document: Any, where: str) -> Manifest:
        """Reads what `to_json` wrote; `where` names the file in errors.

        Raises `BundleError` for a document that is not a manifest, has another version, or has a wrong field.
        """
        check_version(document, where)
        try:
            manifest = read_record(Manifest, document, where)
            check_consistent(manifest, where)
        except FieldError as error:
            raise BundleError(f"{error}; the bundle is damaged, compile it again") from None
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
    """Raises `FieldError` where the parts of a manifest, each of the right type, contradict each other."""
    if manifest.accumulate < 1:
        raise FieldError(f"{where}: accumulate is {manifest.accumulate}, it must be at least 1")
    for kind, signatures in ((TRAIN_STEP, manifest.train_signatures), (PREDICT, manifest.predict_signatures)):
        if not signatures:
            raise FieldError(f"{where}: no signature is that of a function '{kind}'")
    try:
        schedule_from_json(manifest.schedule)
    except ScheduleError as error:
        raise field_error(where, "schedule", str(error)) from None
    sampling = manifest.sampling
    if sampling is not None and not (sampling.every and 1 <= sampling.active <= sampling.blocks):
        raise field_error(where, "sampling", f"{sampling} samples nothing")
    for index, spec in enumerate(manifest.parameters):
        _check_layouts(spec, f"{where}: parameters[{index}]")
    for owner in OWNERS:
        _check_distinct([name for spec in manifest.parameters for name in spec.names_in(owner)], where)
    _check_distinct([spec.name for spec in manifest.state], where)
    _check_distinct([spec.symbol for spec in (*manifest.parameters, *manifest.state)], where)
    symbols = {spec.symbol for spec in manifest.parameters}
    for index, adapter in enumerate(manifest.adapters):
        _check_adapter(adapter, {spec.symbol: spec for spec in manifest.parameters}, f"{where}: adapters[{index}]")
    for spec in manifest.state:
        if spec.parameter is not None and spec.parameter not in symbols:
            raise FieldError(
                f"{where}: state '{spec.name}' belongs to parameter '{spec.parameter}', which does not exist"
            )


def _check_adapter(adapter: AdapterSpec, parameters: Mapping[str, ParameterSpec], where: str) -> None:
    """The weight and both factors are parameters, of shapes that fit."""
    for name in ("weight", "a", "b"):
        if getattr(adapter, name) not in parameters:
            raise field_error(where, name, f"the parameter '{getattr(adapter, name)}' does not exist")
    weight, a, b = (parameters[symbol].shape for symbol in (adapter.weight, adapter.a, adapter.b))
    added = (b[0], *a[1:]) if a and b and a[0] == b[-1 if len(b) == 2 else 1] else None
    if added != (weight[::-1] if adapter.transposed else weight):
        raise field_error(where, "weight", f"factors of {list(a)} and {list(b)} are no adapter of {list(weight)}")


def _check_layouts(spec: ParameterSpec, where: str) -> None:
    """The stored layout has the axes of the parameter, and each view all of its elements."""
    if spec.permutation is not None:
        _check_permutation("permutation", spec.permutation, len(spec.shape), where)
    for index, view in enumerate(spec.views):
        place = f"{where}: views[{index}]"
        _check_permutation("order", view.order, len(spec.shape), place)
        _check_permutation("axes", view.axes, len(view.shape), place)
        if math.prod(view.shape) != math.prod(spec.shape):
            raise field_error(
                place, "shape", f"{list(view.shape)} has not as many elements as the parameter, {list(spec.shape)}"
            )


def _check_permutation(field: str, axes: Sequence[int], rank: int, where: str) -> None:
    if sorted(axes) != list(range(rank)):
        raise field_error(where, field, f"{list(axes)} is not a permutation of the {rank} axes")


def _check_distinct(names: Sequence[str], where: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise FieldError(f"{where}: the name '{name}' stands for two parameters or states")
        seen.add(name)

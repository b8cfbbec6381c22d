"""The bundle: what a compilation writes and a session runs (docs/bundle.md). Needs numpy and ml_dtypes only."""

import ml_dtypes  # noqa: F401 - gives numpy the dtype bfloat16

from pock_mlir.bundle.manifest import Manifest
from pock_mlir.bundle.reader import Bundle, read_bundle, read_manifest
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
    ViewSpec,
)
from pock_mlir.bundle.tensor_file import TensorFile, write_tensor_file
from pock_mlir.bundle.timeline import (
    CATEGORIES,
    GRADIENT,
    SAVED,
    TRANSIENT,
    Held,
    MemoryReport,
    PeakAt,
    Timeline,
    category_of,
)
from pock_mlir.bundle.writer import MODULE_FILE, write_bundle

__all__ = [
    "CATEGORIES",
    "GRADIENT",
    "MODULE_FILE",
    "SAVED",
    "TRANSIENT",
    "AdapterSpec",
    "ArraySpec",
    "Bundle",
    "FileRecord",
    "Held",
    "Manifest",
    "MemoryPlan",
    "MemoryReport",
    "ParameterSpec",
    "PeakAt",
    "SamplingSpec",
    "Signature",
    "StateSpec",
    "TargetSpec",
    "TensorFile",
    "Timeline",
    "ViewSpec",
    "category_of",
    "read_bundle",
    "read_manifest",
    "write_bundle",
    "write_tensor_file",
]

"""The bundle: what a compilation writes and a session runs (docs/bundle.md). Needs numpy only."""

from pock_mlir.bundle.manifest import (
    LOSS,
    MODEL,
    ArraySpec,
    FileRecord,
    Manifest,
    MemoryPlan,
    ParameterSpec,
    Signature,
    StateSpec,
    TargetSpec,
)
from pock_mlir.bundle.prefixes import LOSS_PREFIX, STATE_PREFIX, free_prefix, loss_prefix
from pock_mlir.bundle.reader import Bundle, read_bundle, read_manifest
from pock_mlir.bundle.tensor_file import TensorFile, write_tensor_file
from pock_mlir.bundle.views import ViewSpec
from pock_mlir.bundle.writer import write_bundle

__all__ = [
    "LOSS",
    "LOSS_PREFIX",
    "MODEL",
    "STATE_PREFIX",
    "ArraySpec",
    "Bundle",
    "FileRecord",
    "Manifest",
    "MemoryPlan",
    "ParameterSpec",
    "Signature",
    "StateSpec",
    "TargetSpec",
    "TensorFile",
    "ViewSpec",
    "free_prefix",
    "loss_prefix",
    "read_bundle",
    "read_manifest",
    "write_bundle",
    "write_tensor_file",
]

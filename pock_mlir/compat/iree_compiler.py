"""What we use of IREE's compiler that is private to it."""

from __future__ import annotations

import ctypes
from typing import Any

from iree.compiler import ir
from iree.compiler.api import Invocation, ctypes_dl

__all__ = [
    "PLACE_COMMANDS",
    "SCHEDULE_COMMANDS",
    "binding_access",
    "compile_from_phase",
    "compile_to_phase",
    "executable_options",
    "resource_lifetime",
    "with_executable_options",
]

# Phases.


def compile_from_phase(invocation: Invocation, phase: str) -> None:
    """Has an invocation begin at a phase. Only the command line of iree-compile and the C API know of it."""
    _set_phase(invocation, "ireeCompilerInvocationSetCompileFromPhase", phase)


def compile_to_phase(invocation: Invocation, phase: str) -> None:
    """Has an invocation end after a phase; public as for `compile_from_phase`."""
    _set_phase(invocation, "ireeCompilerInvocationSetCompileToPhase", phase)


def _set_phase(invocation: Invocation, function: str, phase: str) -> None:
    library: Any = ctypes_dl._dylib
    set_phase = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)((function, library))
    set_phase(invocation._inv_p, phase.encode())


# The stream phase as two pipelines, between which every slice of an arena stands with its size and lifetime. IREE has
# no hook there, but registers the parts of the phase by name.

SCHEDULE_COMMANDS = (
    "iree-util-verify-initialization-order,iree-stream-tensor-transformation-pipeline,"
    "iree-stream-async-transformation-pipeline,iree-stream-schedule-allocation"
)
PLACE_COMMANDS = (
    "iree-stream-cmd-transformation-pipeline,iree-stream-optimization-pipeline,iree-stream-cleanup-pipeline,symbol-dce"
)


# Attributes and types of IREE's dialects, for which the bindings have no classes: nothing but their text says what they
# are. What stands in the braces of a target is a dictionary of upstream's, which has one.

_TARGET = "#hal.executable.target<"


def executable_options(device: ir.Attribute) -> ir.DictAttr | None:
    """What the code of a device (`#hal.device.target` with one `#hal.executable.target`) is generated for: "cpu",
    "cpu_features", "target_triple", ...; None for any other attribute.
    """
    parts = _around_options(device)
    if parts is None:
        return None
    options = ir.Attribute.parse(parts[1], device.context)
    return options if isinstance(options, ir.DictAttr) else None


def with_executable_options(device: ir.Attribute, options: ir.DictAttr) -> ir.Attribute:
    """The same device with other options. Raises ValueError where it has none."""
    parts = _around_options(device)
    if parts is None:
        raise ValueError(f"no device with one executable target: {device}")
    return ir.Attribute.parse(f"{parts[0]}{options}{parts[2]}", device.context)


def _around_options(device: ir.Attribute) -> tuple[str, str, str] | None:
    """The text up to a device's options, they, and the text behind."""
    text = str(device)
    start, end = text.find("{", text.find(_TARGET)), text.rfind("}") + 1
    if text.count(_TARGET) != 1 or not text.startswith("#hal.device.target<") or not 0 < start < end:
        return None
    return text[:start], text[start:end], text[end:]


def resource_lifetime(type: ir.Type) -> str | None:
    """How long a `!stream.resource` lives: "transient", "variable", "constant", "external", ...; None for any other
    type.
    """
    head, text = "!stream.resource<", str(type)
    return text.removeprefix(head).removesuffix(">") if text.startswith(head) else None


def binding_access(type: ir.Type) -> tuple[str, ir.RankedTensorType] | None:
    """What a `!iree_tensor_ext.dispatch.tensor` says: "readonly", "writeonly" or "readwrite", and the tensor; None for
    any other type.
    """
    head, text = "!iree_tensor_ext.dispatch.tensor<", str(type)
    if not text.startswith(head):
        return None
    access, _, tensor = text.removeprefix(head).removesuffix(">").partition(":")
    return access, ir.RankedTensorType(ir.Type.parse(tensor, type.context))

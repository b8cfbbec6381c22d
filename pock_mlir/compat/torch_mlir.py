"""What we use of torch-mlir and of MLIR's bindings in it that is private to them. Needs no torch."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from torch_mlir import ir
from torch_mlir._mlir_libs._torchMlir import register_dialect as register_dialect

__all__ = [
    "PassParseError",
    "TensorType",
    "declared_traits",
    "fields_of",
    "parse_error",
    "register_dialect",
    "set_location_cache",
    "tensor_type",
    "without_op_classes",
]

# register_dialect: the torch dialect in a context. `torch_mlir.dialects.torch`, the public way, builds thousands of op
# classes as well, which nobody here uses.


def without_op_classes(dialect: str) -> None:
    """Says that the bindings have no module with the op classes of a dialect (this one stands in for it): they would
    search the whole path for it whenever an op of the dialect is built. Public is no way to say so.
    """
    sys.modules.setdefault(f"torch_mlir.dialects.{dialect}", sys.modules[__name__])


# Dialects that are defined in Python.


def fields_of(op_class: Any) -> list[Any]:
    """The operands, attributes, results and regions that an op class declares, for `partition_fields`. Public is that
    function, but not what it takes.
    """
    return list(op_class._fields)


def declared_traits(op_class: Any) -> tuple[type, ...]:
    """The traits that an op class was declared with; public is only how to declare them."""
    return tuple(op_class._traits)


# The importer of exported programs.


def set_location_cache(importer: Any, make: Callable[[Any], Any]) -> None:
    """Has an `FxImporter` take the locations of ops from `make(tracker)`, a `ContextCache` with the importer's tracker
    of attributes. Its constructor takes no cache.
    """
    importer._cc = make(importer._py_attr_tracker)


# Types of the torch dialect, for which the bindings have no classes: nothing but their text says what they are.

_TENSOR = re.compile(r"!torch\.v?tensor<\[([\d,?]*)\],(?:complex<(\w+)>|(\w+))>")


@dataclass(frozen=True)
class TensorType:
    """A `!torch.vtensor` or `!torch.tensor` of a known rank: sizes, None where unknown, and the element type as the
    dialect spells it ("f32", "si64", "ui8", "i1"; "unk" where unknown), of complex numbers that of their parts.
    """

    shape: tuple[int | None, ...]
    element: str
    is_complex: bool = False

    @classmethod
    def of(cls, type: ir.Type) -> TensorType | None:
        """What a type says; None for any other type."""
        match = _TENSOR.fullmatch(str(type))
        if match is None:
            return None
        shape = tuple(None if size == "?" else int(size) for size in match[1].split(",") if size)
        return cls(shape, match[2] or match[3], is_complex=match[2] is not None)


def tensor_type(shape: Sequence[int], element: str, *, is_complex: bool = False) -> ir.Type:
    """A `!torch.vtensor`, with the element type as in `TensorType`."""
    element = f"complex<{element}>" if is_complex else element
    return ir.Type.parse(f"!torch.vtensor<[{','.join(map(str, shape))}],{element}>")


# Errors of the parser of pipelines, which are text.

_AT = re.compile(r"MLIR Textual PassPipeline Parser:1:(\d+): error: ([^\n]*)")
_UNKNOWN = "does not refer to a registered pass or pass pipeline"
_ANCHOR = re.compile(r"restricted to '([\w.]+)'")


@dataclass(frozen=True)
class PassParseError:
    """Why `PassManager.add` does not take a text.

    `column` is where, from 1, None where it is not said; `is_unknown`: there is no pass of that name; `anchor` is the
    name of the only ops that the pass runs on, which are not those of the pass manager.
    """

    message: str
    column: int | None = None
    is_unknown: bool = False
    anchor: str | None = None


def parse_error(error: ValueError) -> PassParseError:
    """What the bindings raise has only a text."""
    text = str(error)
    match, anchor = _AT.search(text), _ANCHOR.search(text)
    message = match[2] if match else "; ".join(line for line in text.splitlines() if line)
    return PassParseError(message, int(match[1]) if match else None, _UNKNOWN in text, anchor and anchor[1])

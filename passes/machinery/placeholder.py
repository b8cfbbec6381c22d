"""Placeholders: values of the right types where an op could not be converted or differentiated.

A program with placeholders is looked at, so that all that stands in its way is found at once; it is not compiled.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir

_MARK = "pock.placeholder"


def placeholder(types: Sequence[ir.Type], inputs: Sequence[ir.Value], location: ir.Location) -> list[ir.Value]:
    """Values of these types that depend on the inputs."""
    if not types:
        return []
    mark = {_MARK: ir.UnitAttr.get(location.context)}
    cast = ir.Operation.create("builtin.unrealized_conversion_cast", list(types), list(inputs), mark, loc=location)
    return list(cast.results)


def is_placeholder(operation: ir.Operation) -> bool:
    return _MARK in operation.attributes

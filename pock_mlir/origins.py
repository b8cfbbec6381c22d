"""Where an op comes from, as its location tells: what it was in pock, for which parameter, its place in the model.

A location is all that stays with an op through every lowering, ours and a backend's. `noted` writes into it what it
does not say by itself; nothing that is compiled depends on that. The classes of MLIR are those of whichever `ir` is
given, torch-mlir's or a backend's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pock_mlir.fields import MAY_LACK, UNWRITTEN_NONE

_OP, _PARAMETER = "pock.op", "pock.parameter"


@dataclass(frozen=True)
class Origin:
    """What a dispatch computes (`op`, an op of pock without its dialect, or several), the parameter whose gradient or
    update it is, if any, and where in the user's model it is from: the path of a module, a line in a file.
    """

    op: str
    parameter: str = field(default="", metadata=MAY_LACK)
    module: str = field(default="", metadata=MAY_LACK)
    file: str | None = field(default=None, metadata=UNWRITTEN_NONE)
    line: int | None = field(default=None, metadata=UNWRITTEN_NONE)

    @property
    def title(self) -> str:
        """What runs, without where: "matmul, gradient of fc.weight"."""
        if not self.parameter:
            return self.op
        return f"{self.op} of {self.parameter}" if self.op == "update" else f"{self.op}, gradient of {self.parameter}"

    @property
    def place(self) -> str:
        """Where in the user's model: "encoder.0 at model.py:12"; empty where nothing is known."""
        line = f"at {self.file}:{self.line}" if self.file else ""
        return " ".join(filter(None, (self.module, line)))

    def __str__(self) -> str:
        where = [
            f"in module '{self.module}'" if self.module else "",
            f"at {self.file}:{self.line}" if self.file else "",
        ]
        return " ".join([f"'{self.title}'", *filter(None, where)])


def noted(ir: Any, location: Any, op: str, parameter: str = "") -> Any:
    """The location with a note of what its op is."""
    note = {_OP: ir.StringAttr.get(op)} | ({_PARAMETER: ir.StringAttr.get(parameter)} if parameter else {})
    return ir.Location.fused([location], metadata=ir.DictAttr.get(note))


def origin_of(ir: Any, location: Any) -> Origin | None:
    """What the first note in a location says, and its place; None without a note."""
    for each in _walk(ir, location):
        note = _note(ir, each)
        if note is not None:
            op, parameter = (ir.StringAttr(note[key]).value if key in note else "" for key in (_OP, _PARAMETER))
            inner = list(_walk(ir, each))
            module = next((str(part.name_str) for part in inner if isinstance(part, ir.NameLoc)), "")
            line = next((part for part in inner if isinstance(part, ir.FileLineColLoc)), None)
            return Origin(op, parameter, module, line and str(line.filename), line and line.start_line)
    return None


def _note(ir: Any, location: Any) -> Any:
    """The dictionary that `noted` has put into a location, if this is such a one."""
    metadata = location.metadata if isinstance(location, ir.FusedLoc) else None
    note: Any = None if metadata is None else metadata.maybe_downcast()
    return note if isinstance(note, ir.DictAttr) and _OP in note else None


def _walk(ir: Any, location: Any) -> Iterator[Any]:
    """A location and all that it is made of; of a call, the callee first."""
    # A location is handed out as one of the base class; the attribute knows which class it is.
    location = ir.Location.from_attr(location.attr, location.context)
    yield location
    parts: list[Any] = []
    if isinstance(location, ir.NameLoc):
        parts = [location.child_loc]
    elif isinstance(location, ir.CallSiteLoc):
        parts = [location.callee, location.caller]
    elif isinstance(location, ir.FusedLoc):
        parts = list(location.locations)
    for part in parts:
        yield from _walk(ir, part)

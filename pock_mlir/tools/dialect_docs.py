"""The reference page of the dialect, generated from the op classes and the tables of rules."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from torch_mlir import ir
from torch_mlir.dialects.ext import Variadicity, partition_fields

from pock_mlir.compat.torch_mlir import declared_traits, fields_of
from pock_mlir.dialects import FAMILIES, op_classes
from pock_mlir.dialects.base import Bool, I64Array, OptionalAttribute, Pock
from pock_mlir.dialects.traits import (
    Contracts,
    Draws,
    Elementwise,
    EndsGradient,
    GradientMark,
    OfState,
    Pure,
    ReadEffect,
    ReadsWide,
    Reduces,
    RegionEffects,
    Scatters,
    Selects,
    Windows,
    WriteEffect,
)
from pock_mlir.passes.backward.autodiff.rules import vjp
from pock_mlir.passes.lowering import convert_pock_state
from pock_mlir.passes.lowering.lowerings import alternative, lowering
from pock_mlir.passes.machinery.registry import register_all_passes
from pock_mlir.passes.machinery.rules import RuleTable

COMMAND = "make docs"

_TYPES: dict[Any, str] = {
    Any: "any",
    ir.RankedTensorType: "tensor",
    Bool: "bool",
    I64Array: "array<i64>",
    ir.StringAttr: "string",
    ir.IntegerAttr: "integer",
    ir.FloatAttr: "float",
    ir.TypeAttr: "type",
    ir.ArrayAttr: "array",
    ir.FlatSymbolRefAttr: "@symbol",
}

_TRAITS: dict[Any, str] = {
    Pure: "pure",
    ReadEffect: "reads state",
    WriteEffect: "reads and writes state",
    OfState: "of state",
    Elementwise: "elementwise",
    Selects: "selects",
    Contracts: "contracts",
    Reduces: "reduces",
    Windows: "windows",
    Scatters: "scatters",
    Draws: "draws",
    RegionEffects: "effects of its region",
    ReadsWide: "reads wide",
    EndsGradient: "ends gradient",
    GradientMark: "gradient mark",
    ir.IsTerminatorTrait: "terminator",
    ir.NoTerminatorTrait: "no terminator",
    ir.IsIsolatedFromAboveTrait: "isolated from above",
}


def render() -> str:
    """The text of the page."""
    register_all_passes()
    sections = [_header(), _overview()]
    for family in FAMILIES:
        sections.append(f"## {_family_name(family)}\n\n{inspect.getdoc(family)}\n\nDefined in `{_file_of(family)}`.")
        sections += [_describe(op) for op in op_classes() if op.__module__ == family.__name__]
    return "\n\n".join(sections) + "\n"


def write(path: Path) -> None:
    """Writes the page to a file."""
    path.write_text(render(), encoding="utf-8")


def _header() -> str:
    note = f"<!-- Generated from the op classes by `{COMMAND}`; edit those. -->"
    return f"# The dialect `pock`\n\n{note}\n\n{inspect.getdoc(Pock)}"


def _overview() -> str:
    rows = ["| Op | What it is | Traits | Gradient rule | Lowering |", "|---|---|---|---|---|"]
    for op in op_classes():
        name = _name(op)
        link = f"[`{name}`](#{_anchor(name)})"
        cells = [link, _summary(op), _traits(op), _yes(name in vjp), _yes(_is_lowered(op))]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _describe(op: Any) -> str:
    name = _name(op)
    facts = [
        f"- Traits (`dialects/traits.py`): {_traits(op)}",
        f"- Gradient rule: {_rule_file(vjp, name)}",
        f"- Lowering: {_lowering_file(op)}",
    ]
    builder = _builder(op)
    if builder is not None:
        facts.append(f"- Builder: `{builder.__name__}{_signature(builder)}`")
    parts = [f"### `{name}`", f"```mlir\n{_generic_form(op)}\n```", str(inspect.getdoc(op)), "\n".join(facts)]
    return "\n\n".join(parts)


def _generic_form(op: Any) -> str:
    """The op as it is written, with the types of its attributes for their values; those with a "?" may be missing."""
    operands, attributes, results, regions = partition_fields(fields_of(op))
    text = f'"{_name(op)}"({_values(operands)})'
    if regions:
        text += " ({ " + ", ".join(region.name for region in regions) + " })"
    named = [f"{a.name} = {_TYPES[a.constraint]}" for a in attributes]
    named += [f"{a.name}? = {_TYPES[a.kind]}" for a in vars(op).values() if isinstance(a, OptionalAttribute)]
    if named:
        text += " {" + ", ".join(named) + "}"
    types = ", ".join(map(_type, results))
    text += f" : ({', '.join(map(_type, operands))}) -> {types if len(results) == 1 else f'({types})'}"
    return f"{_values(results)} = {text}" if results else text


def _values(fields: list[Any]) -> str:
    return ", ".join(f"%{field.name}" + _dots(field) for field in fields)


def _type(field: Any) -> str:
    return _TYPES[field.constraint] + _dots(field)


def _dots(field: Any) -> str:
    return "" if field.variadicity is Variadicity.single else "..."


def _traits(op: Any) -> str:
    return ", ".join(_TRAITS[trait] for trait in declared_traits(op)) or "none"


def _rule_file(table: RuleTable, name: str) -> str:
    rule = table.get(name)
    return "none" if rule is None else f"`{_file_of(inspect.getmodule(rule))}`"


def _lowering_file(op: Any) -> str:
    """Where an op is lowered, and by what, where there are several."""
    name = _name(op)
    if name not in alternative:
        return f"`{_file_of(convert_pock_state)}`" if OfState in declared_traits(op) else _rule_file(lowering, name)
    several = alternative.get(name)
    return f"`{_file_of(inspect.getmodule(several[0].rule))}`: {', '.join(f'`{one.name}`' for one in several)}"


def _is_lowered(op: Any) -> bool:
    return _name(op) in lowering or _name(op) in alternative or OfState in declared_traits(op)


def _yes(condition: bool) -> str:
    return "yes" if condition else "no"


def _builder(op: Any) -> Callable[..., Any] | None:
    """The function of the family's file that builds the op."""
    return getattr(inspect.getmodule(op), _name(op).removeprefix("pock."), None)


def _signature(function: Callable[..., Any]) -> str:
    names: list[str] = []
    keyword_only = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and not keyword_only:
            names.append("*")
            keyword_only = True
        default = "" if parameter.default is inspect.Parameter.empty else f"={parameter.default!r}"
        names.append(parameter.name + default)
    return f"({', '.join(names)})"


def _name(op: Any) -> str:
    return op.OPERATION_NAME


def _summary(op: Any) -> str:
    """The first sentence of the docstring."""
    paragraph = " ".join(str(inspect.getdoc(op)).partition("\n\n")[0].split())
    sentence = paragraph.partition(". ")[0].rstrip(".")
    return sentence.replace("|", "\\|")


def _anchor(name: str) -> str:
    return name.replace(".", "")


def _family_name(family: ModuleType) -> str:
    return family.__name__.rpartition(".")[2]


def _file_of(module: ModuleType | None) -> str:
    """The module's file in the repository."""
    assert module is not None
    return module.__name__.removeprefix("pock_mlir.").replace(".", "/") + ".py"

"""The text of a scheme with options: `lora:r=8,alpha=16,targets=q_proj|v_proj`."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from pock_mlir.errors import SchemeError

Kind = TypeVar("Kind")


def parse_options(kind: type[Kind], text: str) -> Kind:
    """The record of class `kind` that the options in `text` (what follows the colon) stand for: `name=value`, joined by
    commas; the values of a list are joined by bars.

    The record checks the values itself. Raises SchemeError.
    """
    family = kind.__name__.lower()
    hints = {field.name: _plain(hint) for field, hint in _fields(kind)}
    values: dict[str, Any] = {}
    for option in filter(None, text.split(",")):
        name, equals, value = (part.strip() for part in option.partition("="))
        if not equals or not value:
            raise SchemeError(f"scheme '{family}:{text}': expects name=value, got '{option}'")
        if name not in hints:
            raise SchemeError(f"scheme '{family}:{text}': unknown option '{name}'; the options are {', '.join(hints)}")
        if name in values:
            raise SchemeError(f"scheme '{family}:{text}': the option '{name}' stands twice")
        values[name] = _parsed(hints[name], value)
    return kind(**values)


def _fields(kind: type) -> list[tuple[Any, Any]]:
    hints = get_type_hints(kind)
    return [(field, hints[field.name]) for field in dataclasses.fields(kind)]


def _plain(hint: Any) -> Any:
    return tuple if get_origin(hint) is tuple else get_args(hint)[0] if get_args(hint) else hint


def _parsed(hint: Any, value: str) -> Any:
    """The value, or the text where that is none: the record says what it must be."""
    if hint is tuple:
        return tuple(part.strip() for part in value.split("|"))
    if hint is bool:
        return {"true": True, "false": False}.get(value.lower(), value)
    try:
        return hint(value)
    except ValueError:
        return value

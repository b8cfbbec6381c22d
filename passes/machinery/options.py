"""The options of a Python pass: their types and the values they accept in the text of a pipeline."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

_TRUE = ("true", "1", "")
_FALSE = ("false", "0")
_PLAIN = re.compile(r"[\w.*?:+/-]+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_BRACKETS = {"{": "}", "[": "]"}


def _parse_bool(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(text)


_SCALARS: dict[type, Callable[[str], Any]] = {bool: _parse_bool, int: int, float: float, str: str}


@dataclass(frozen=True)
class PassOption:
    """An option of a pass: `element` is the type of its value, or of each value where it `is_list`."""

    name: str
    parameter: str
    element: type
    default: Any
    is_list: bool = False
    choices: tuple[str, ...] = ()

    @classmethod
    def from_parameter(cls, pass_name: str, parameter: str, annotation: Any, default: Any) -> PassOption:
        """Builds the option that stands for a keyword-only parameter of a pass function."""
        where = f"pass '{pass_name}': parameter '{parameter}'"
        if default is inspect.Parameter.empty:
            raise TypeError(f"{where} needs a default value")
        if annotation is inspect.Parameter.empty:
            raise TypeError(f"{where} needs a type annotation")
        annotation = _without_none(annotation)
        is_list = get_origin(annotation) in (list, tuple, Sequence)
        if is_list:
            annotation = get_args(annotation)[0]
        choices: tuple[str, ...] = ()
        if get_origin(annotation) is Literal:
            choices, annotation = get_args(annotation), str
        if annotation not in _SCALARS:
            raise TypeError(f"{where} has type {annotation}, which no option can have")
        return cls(parameter.replace("_", "-"), parameter, annotation, default, is_list, choices)

    @property
    def type_text(self) -> str:
        """The type as shown to a user, such as `list of int` or `one of sum, mean`."""
        element = f"one of {', '.join(self.choices)}" if self.choices else self.element.__name__
        return f"list of {element}" if self.is_list else element

    @property
    def default_text(self) -> str:
        """The default as it would be written in a pipeline."""
        if self.default is None:
            return "none"
        if self.is_list:
            return "{" + ",".join(str(value) for value in self.default) + "}"
        if self.element is bool:
            return str(self.default).lower()
        return str(self.default) or '""'

    def parse(self, text: str) -> Any:
        """Converts the text of a value; raises ValueError with a message for the user."""
        if self.is_list:
            return tuple(self._parse_one(item) for item in _split_list(text))
        return self._parse_one(text)

    def _parse_one(self, text: str) -> Any:
        try:
            value = _SCALARS[self.element](_unquote(text))
        except ValueError:
            value = None
        if value is None or (self.choices and value not in self.choices):
            raise ValueError(f"invalid value '{text}' for option '{self.name}': expected {self.type_text}")
        return value


def split_options(text: str) -> list[str]:
    """Splits the text between the braces of a pipeline element into `key=value` items."""
    return _split(text, str.isspace)


def quoted(text: str) -> str:
    """A text as one value of an option or of a list, whatever characters it has."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def option_text(value: Any) -> str:
    """How a value is written in a pipeline, such that `PassOption.parse` reads it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) else quoted(value)
    if isinstance(value, Sequence):
        return f"{{{','.join(map(option_text, value))}}}"
    return repr(value)


def ends_quote(text: str, offset: int, quote: str) -> bool:
    """Whether the character at `offset`, inside a quoted value, closes it; in double quotes a backslash takes the next
    character as it is.
    """
    before = text[:offset]
    is_escaped = quote == '"' and (len(before) - len(before.rstrip("\\"))) % 2 == 1
    return text[offset] == quote and not is_escaped


def _split_list(text: str) -> list[str]:
    if text and _BRACKETS.get(text[0]) == text[-1]:
        text = text[1:-1]
    return [item.strip() for item in _split(text, lambda char: char == ",")]


def _split(text: str, is_separator: Callable[[str], bool]) -> list[str]:
    """Splits at separators that stand outside quotes and brackets; drops empty items."""
    items, current, depth, quote = [], "", 0, ""
    for offset, char in enumerate(text):
        if quote:
            quote = "" if ends_quote(text, offset, quote) else quote
        elif char in "'\"":
            quote = char
        elif char in "{[(":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif depth == 0 and is_separator(char):
            items.append(current)
            current = ""
            continue
        current += char
    items.append(current)
    return [item for item in items if item.strip()]


def _unquote(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return _ESCAPED.sub(r"\1", text[1:-1]) if text[0] == '"' else text[1:-1]
    return text


def _without_none(annotation: Any) -> Any:
    """Reduces `T | None` to T: an optional option is one whose default is None."""
    if get_origin(annotation) in (Union, types.UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        if len(members) == 1:
            return members[0]
    return annotation

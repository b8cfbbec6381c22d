"""Records: dataclasses whose fields declare by their types what they may hold. What a user constructs and what a file
holds is checked against these types, and read and written by them; no record has code of its own for that.

A field's type is `bool`, `int`, `float` (whole numbers too), `str` or `Any`, one of these that `Must` be more, another
record, a tuple or sequence of one of these (in files a list), a mapping of records, or any of these `| None`.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pock_mlir.errors import PockError

T = TypeVar("T")

MAY_LACK = {"may lack": True}
"""A field that files may lack, which then has its default (one whose default is None needs no such word)."""
UNWRITTEN_NONE = {"unwritten None": True}
"""A field that is not written where it is None."""
NOT_IN_FILES = {"not in files": True}
"""A field that is neither read nor written."""


class FieldError(ValueError):
    """What a file holds is no such record; the message says where and why.

    `document` is the object that is wrong, where it is known, and `key` the one of it.
    """

    def __init__(self, message: str, document: Any = None, key: Any = None) -> None:
        super().__init__(message)
        self.document, self.key = document, key


@dataclass(frozen=True)
class Must:
    """What a value of a type must be, beyond that: `Annotated[int, Must("a size", is_size)]`. `many` is the plural."""

    be: str
    test: Callable[[Any], bool]
    many: str = ""


def one_of(choices: Sequence[str]) -> Must:
    return Must(f"one of {', '.join(choices)}", lambda value: value in choices)


Size = Annotated[int, Must("a size", lambda value: value >= 0, "sizes")]
Count = Annotated[int, Must("an integer of at least 1", lambda value: value >= 1)]
WholeNumber = Annotated[int, Must("an integer of at least 0", lambda value: value >= 0)]
NotNegative = Annotated[float, Must("a finite number of at least 0", lambda value: 0 <= value <= sys.float_info.max)]
Positive = Annotated[float, Must("a positive number", lambda value: value > 0)]
Fraction = Annotated[float, Must("a number from 0 to 1", lambda value: 0 <= value <= 1)]

_WORDS = {
    bool: ("true or false", ""),
    int: ("an integer", "integers"),
    float: ("a number", "numbers"),
    str: ("a string", "strings"),
}


def check_fields(record: Any, error: type[PockError]) -> None:
    """Raises `error` for the first field of a record that holds what its type does not allow."""
    for name, hint in _hints(type(record)).items():
        value = getattr(record, name)
        if not _fits(hint, value):
            raise error(f"{type(record).__name__}: {name} must be {_words(hint)}, got {value!r}")


def read_record(kind: Callable[..., T], document: Any, where: str, *, closed: bool = False) -> T:
    """The record of class `kind` that an object of a JSON or YAML document holds; what else the object holds is passed
    over, or is an error where it is `closed`.

    `where` is the file, with the path inside it. Raises `FieldError`.
    """
    if not isinstance(document, dict):
        raise FieldError(f"{where}: expected an object, found {_shown(document)}")
    hints, values = _hints(kind), {}
    filed = [field for field in dataclasses.fields(kind) if not field.metadata.get("not in files")]  # pyright: ignore[reportArgumentType]
    names = [field.name for field in filed]
    unknown = [key for key in document if key not in names]
    if closed and unknown:
        problem = f"unknown key {_shown(unknown[0])}; the keys are {', '.join(names)}"
        raise FieldError(f"{where}: {problem}", document, unknown[0])
    for field in filed:
        if field.name in document:
            try:
                values[field.name] = _read(hints[field.name], document[field.name], where, field.name, closed)
            except FieldError as error:
                if error.document is None:
                    error.document, error.key = document, field.name
                raise
        elif field.default is not None and not field.metadata.get("may lack"):
            raise FieldError(str(field_error(where, field.name, "missing")), document)
    return kind(**values)


def write_record(record: Any) -> dict[str, Any]:
    """The JSON object that `read_record` reads, in the order of the fields."""
    out = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        unwritten = field.metadata.get("not in files") or (value is None and field.metadata.get("unwritten None"))
        if not unwritten:
            out[field.name] = _written(value)
    return out


def field_error(where: str, field: str, problem: str) -> FieldError:
    return FieldError(f"{where}: field '{field}': {problem}")


def _shown(value: Any) -> str:
    """A value as messages show it, of which not all may stand there."""
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _is_record(hint: Any) -> bool:
    return dataclasses.is_dataclass(hint)


def _without_none(hint: Any) -> Any:
    """X of `X | None`, or else the type as it is."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    (kept,) = (part for part in get_args(hint) if part is not NoneType)
    return kept


def _fits(hint: Any, value: Any) -> bool:
    """Whether a value is of a type without records."""
    inner = _without_none(hint)
    if inner is not hint:
        return value is None or _fits(inner, value)
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _fits(parts[0], value) and parts[1].test(value)
    if origin in (tuple, Sequence):
        same = origin is Sequence or parts[-1] is Ellipsis
        fits_length = isinstance(value, tuple | list) and (same or len(value) == len(parts))
        return fits_length and all(_fits(parts[0], item) for item in value)
    if origin is Mapping:
        return isinstance(value, Mapping)
    if hint in (int, float) and isinstance(value, bool):
        return False
    return hint is Any or isinstance(value, (int, float) if hint is float else hint)


def _words(hint: Any, *, many: bool = False) -> str:
    """What a value of a type without records is: "a list of sizes"."""
    inner = _without_none(hint)
    if inner is not hint:
        return f"{_words(inner)} or None"
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return parts[1].many if many else parts[1].be
    if origin in (tuple, Sequence):
        count = "" if origin is Sequence or parts[-1] is Ellipsis else f"{len(parts)} "
        return f"a list of {count}{_words(parts[0], many=True)}"
    return "an object" if origin is Mapping else _WORDS[hint][many]


def _read(hint: Any, value: Any, where: str, name: str, closed: bool) -> Any:
    inner = _without_none(hint)
    if inner is not hint and value is None:
        return None
    place, parts = f"{where}: {name}", get_args(inner)
    if _is_record(inner):
        return read_record(inner, value, place, closed=closed)
    if get_origin(inner) in (tuple, Sequence) and _is_record(parts[0]):
        if not isinstance(value, list):
            raise field_error(where, name, f"expected a list, found {_shown(value)}")
        items = enumerate(value)
        return tuple(read_record(parts[0], item, f"{place}[{index}]", closed=closed) for index, item in items)
    if get_origin(inner) is Mapping and _is_record(parts[1]):
        if not isinstance(value, dict):
            raise FieldError(f"{place}: expected an object, found {_shown(value)}")
        return {key: read_record(parts[1], item, f"{place}: {key}", closed=closed) for key, item in value.items()}
    if not _fits(inner, value):
        raise field_error(where, name, f"expected {_words(inner)}, found {_shown(value)}")
    return tuple(value) if isinstance(value, list) and inner is not Any else value


def _written(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return write_record(value)
    if isinstance(value, Mapping):
        return {key: _written(item) for key, item in value.items()}
    return [_written(item) for item in value] if isinstance(value, tuple | list) else value

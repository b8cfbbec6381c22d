"""The one door for text that a user hands in: UTF-8, and JSON or YAML in it, or one error that says where it is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pock_mlir.errors import PockError

_BYTE_ORDER_MARK = "\ufeff"


def read_text(path: str | Path, error: type[PockError]) -> str:
    """The text of a file. Raises `error` where it cannot be read or is not UTF-8."""
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as problem:  # ValueError: a path with a null character
        raise error(f"{shown(path)} cannot be read: {getattr(problem, 'strerror', None) or problem}") from None
    return decode(data, shown(path), error)


def decode(data: bytes, where: str, error: type[PockError]) -> str:
    """The bytes as UTF-8 text, without a byte order mark; `where` names them in `error`."""
    try:
        return data.decode("utf-8").removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError as problem:
        before = data[: problem.start]
        line, column = before.count(b"\n") + 1, problem.start - before.rfind(b"\n")
        raise error(
            f"{where} is not UTF-8 text: byte 0x{data[problem.start]:02x} in line {line}, column {column}; "
            "save it as UTF-8, or check that it is the right file and whole"
        ) from None


def parse_json(text: str, where: str, error: type[PockError]) -> Any:
    """The document in a JSON text. Raises `error`, also for an object with the same key twice."""
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except RecursionError:
        raise error(f"{where} is not readable as JSON: it is nested too deeply") from None
    except ValueError as problem:
        raise error(f"{where} is not readable as JSON: {problem}") from None


class LinedDict(dict[Any, Any]):
    """A mapping of a YAML text, with the line in which it begins and that of each of its keys."""

    def __init__(self, line: int, lines: dict[Any, int]) -> None:
        super().__init__()
        self.line, self.lines = line, lines

    def line_of(self, key: Any) -> int:
        """The line of a key, or else of the mapping."""
        return self.lines.get(key, self.line)


def parse_yaml(text: str, where: str, error: type[PockError]) -> Any:
    """The document in a YAML text, its mappings as LinedDict. Raises `error`, also for a mapping with the same key
    twice.

    Raises `ImportError` without the package pyyaml.
    """
    import yaml

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            _unique([(key.value, None) for key, _ in node.value if isinstance(key, yaml.ScalarNode)])
            return super().construct_mapping(node, deep)

        def construct_yaml_map(self, node: yaml.MappingNode) -> Iterator[LinedDict]:
            lines = {k.value: k.start_mark.line + 1 for k, _ in node.value if isinstance(k, yaml.ScalarNode)}
            data = LinedDict(node.start_mark.line + 1, lines)
            yield data
            data.update(self.construct_mapping(node))

    Loader.add_constructor("tag:yaml.org,2002:map", Loader.construct_yaml_map)
    try:
        return yaml.load(text, Loader)
    except RecursionError:
        raise error(f"{where}: no valid YAML: it is nested too deeply") from None
    except (yaml.YAMLError, ValueError, OverflowError, TypeError, AttributeError) as problem:
        # Beside its own errors the package lets through those of dates, numbers and keys that make no sense.
        raise error(f"{where}: no valid YAML: {' '.join(str(problem).split())}") from None


def check_argument(text: str, error: type[PockError]) -> None:
    """Raises `error` for text of the command line that was not UTF-8 (Python keeps its bytes as surrogates)."""
    if not text.isascii() and shown(text) != text:
        raise error(f"the argument '{shown(text)}' is not UTF-8 text")


def shown(path: str | Path) -> str:
    """A path that can be printed: bytes that are not UTF-8 as escapes."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _unique(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    out = dict(pairs)
    if len(out) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key '{twice}' stands twice in one mapping")
    return out

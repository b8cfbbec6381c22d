"""Schemes as data: a name, rules, a YAML file of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pock_mlir.contract import FROZEN, FULL
from pock_mlir.errors import SchemeError
from pock_mlir.fields import MAY_LACK, NOT_IN_FILES, FieldError, read_record, write_record
from pock_mlir.schemes.rule import Rule
from pock_mlir.text import LinedDict, parse_yaml, read_text, shown

DEFAULTS = (FROZEN, FULL)


@dataclass(frozen=True)
class Scheme:
    """An ordered list of rules: for each parameter the last one that matches decides, `default` where none does.

    `default` is for the model's parameters; a loss's own are trained where no rule says otherwise.

    A scheme narrows what the model itself leaves to train: a parameter whose `requires_grad` is False stays frozen,
    unless a pattern of `unfreeze` matches it. Raises SchemeError for fields of a wrong type.
    """

    name: str
    rules: Sequence[Rule] = ()
    default: str = field(default=FROZEN, metadata=MAY_LACK)
    unfreeze: Sequence[str] = field(default=(), metadata=MAY_LACK)
    places: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False, metadata=MAY_LACK | NOT_IN_FILES)
    """Where the keys stand: the file and the line, for errors."""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise SchemeError(f"a scheme's name must be a string, got {type(self.name).__name__}")
        if not isinstance(self.rules, tuple | list):
            raise SchemeError(f"scheme '{self.name}': rules must be a list of rules, got {type(self.rules).__name__}")
        for rule in self.rules:
            if not isinstance(rule, Rule):
                raise SchemeError(
                    f"scheme '{self.name}': a rule must be a pock_mlir.Rule, such as Rule('head.*'), "
                    f"got {type(rule).__name__}"
                )
        if isinstance(self.unfreeze, str) or not all(isinstance(pattern, str) for pattern in self.unfreeze):
            raise SchemeError(f"scheme '{self.name}': unfreeze must be a list of patterns, got {self.unfreeze!r}")
        object.__setattr__(self, "rules", tuple(self.rules))
        object.__setattr__(self, "unfreeze", tuple(self.unfreeze))
        if self.default not in DEFAULTS:
            raise SchemeError(
                f"scheme '{self.name}': unknown default '{self.default}'; a default is {' or '.join(DEFAULTS)}"
            )

    def error(self, problem: str, place: str = "") -> SchemeError:
        """What is wrong with the scheme for a model, and where it stands."""
        return SchemeError(f"{place}{': ' if place else ''}scheme '{self.name}': {problem}")

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "default": self.default,
            "rules": [write_record(rule) for rule in self.rules],
        } | ({"unfreeze": list(self.unfreeze)} if self.unfreeze else {})

    def to_yaml(self) -> str:
        """The text of a file that `from_file` reads."""
        import yaml

        return yaml.safe_dump(self.to_json(), sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)

    @staticmethod
    def from_json(data: Any, where: str) -> Scheme:
        """A scheme from parsed YAML or JSON; `where` names its source in errors."""
        if not isinstance(data, dict):
            raise SchemeError(f"{where}: expects a mapping with a list 'rules'")
        given = data.get("rules")
        items = list(given) if isinstance(given, list) else []
        rules = {i: _read_rule(item, i, where) for i, item in enumerate(items) if isinstance(item, dict)}
        read = data | {"name": str(data.get("name", where))}
        if isinstance(given, list):
            read["rules"] = [write_record(rules[i]) if i in rules else item for i, item in enumerate(items)]
        try:
            scheme = read_record(Scheme, read, where, closed=True)
        except FieldError as error:
            raise _at_line(str(error), where, data, error.key) from None
        except SchemeError as error:
            raise _at_line(str(error), where, data, "default") from None
        lines = data.lines if isinstance(data, LinedDict) else {}
        places = {key: f"{where}, line {line}" for key, line in lines.items()}
        return dataclasses.replace(scheme, rules=tuple(rules.values()), places=places)

    @staticmethod
    def from_file(path: str | Path) -> Scheme:
        """A scheme from a YAML file."""
        return read_scheme_text(read_text(path, SchemeError), shown(path))


def read_scheme_text(text: str, where: str) -> Scheme:
    """A scheme from the text of a YAML file, which `where` names in errors."""
    try:
        data = parse_yaml(text, where, SchemeError)
    except ImportError:
        raise SchemeError(
            f"{where}: reading a scheme file needs the package pyyaml; install pock_mlir[compiler]"
        ) from None
    return Scheme.from_json(data, where)


def _read_rule(data: dict[Any, Any], index: int, where: str) -> Rule:
    place = f"{where}: rules[{index}]"
    # A single number needs no quotes in YAML.
    numbers = {key: str(data[key]) for key in ("blocks", "layers") if type(data.get(key)) is int}
    try:
        rule = read_record(Rule, data | numbers, place, closed=True)
    except FieldError as error:
        raise _at_line(str(error), where, data, error.key) from None
    except SchemeError as error:
        raise _at_line(f"{place}: {error}", where, data, None) from None
    return dataclasses.replace(rule, place=f"{where}, line {data.line}") if isinstance(data, LinedDict) else rule


def _at_line(message: str, where: str, data: dict[Any, Any], key: Any) -> SchemeError:
    """A message that begins with `where`, with the line of the key there where that is known."""
    line = f", line {data.line_of(key)}" if isinstance(data, LinedDict) else ""
    return SchemeError(
        f"{where}{line}{message.removeprefix(where)}" if message.startswith(where) else f"{where}{line}: {message}"
    )

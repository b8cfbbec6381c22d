"""Schemes: which parameters a compiled step trains.

A scheme is data: a name, rules of name patterns, or a YAML file of them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pock_mlir.errors import SchemeError
from pock_mlir.text import parse_yaml, read_text, shown

UPDATES = ("full", "frozen")
_NO_ALIASES: Mapping[str, Sequence[str]] = MappingProxyType({})
NAMED = ("full", "bias", "last-blocks:K")


@dataclass(frozen=True)
class Rule:
    """Parameters whose names match the pattern `match` (as in a shell: *, ?, [...]) are updated as `update` says:
    "full" or "frozen". A parameter's name in full means that parameter alone, whatever characters it has; a tied
    parameter has several names. Raises SchemeError.
    """

    match: str
    update: str = "full"

    def __post_init__(self) -> None:
        if not isinstance(self.match, str):
            raise SchemeError(f"a scheme rule's pattern must be a string, got {type(self.match).__name__}")
        if self.update not in UPDATES:
            raise SchemeError(
                f"scheme rule '{self.match}': unknown update '{self.update}'; the updates are {', '.join(UPDATES)}"
            )


@dataclass(frozen=True)
class Scheme:
    """An ordered list of rules: for each parameter the last one that matches decides, `default` where none does.

    A scheme narrows what the model itself leaves to train: a parameter whose `requires_grad` is False stays frozen,
    unless a pattern of `unfreeze` matches it. Raises SchemeError for fields of a wrong type.
    """

    name: str
    rules: Sequence[Rule] = ()
    default: str = "frozen"
    unfreeze: Sequence[str] = ()

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
        if self.default not in UPDATES:
            raise SchemeError(
                f"scheme '{self.name}': unknown default '{self.default}'; the updates are {', '.join(UPDATES)}"
            )

    def trained(
        self,
        parameters: Sequence[str],
        frozen: Collection[str] = (),
        aliases: Mapping[str, Sequence[str]] = _NO_ALIASES,
    ) -> list[str]:
        """The names that are trained; `frozen` are those that the model itself has frozen.

        `aliases` are the further names of tied parameters, by the one in `parameters`; a rule may give any of them.
        Raises SchemeError where a rule matches nothing, or nothing that is not frozen, or nothing is trained.
        """
        owners = {name: first for first in parameters for name in (first, *aliases.get(first, ()))}
        for pattern in (*(rule.match for rule in self.rules), *self.unfreeze):
            if not _matching(pattern, owners):
                raise SchemeError(
                    f"scheme '{self.name}': the pattern '{pattern}' matches no parameter; "
                    f"the model's are named like '{parameters[0]}'"
                )
        unfrozen = {name for pattern in self.unfreeze for name in _matching(pattern, owners)}
        kept = set(frozen) - unfrozen
        if kept.issuperset(parameters):
            raise SchemeError(
                "all parameters of the model are frozen (requires_grad=False): nothing would be trained; set "
                "requires_grad of what shall be, or name it in a scheme's 'unfreeze'"
            )
        updates = dict.fromkeys(parameters, self.default)
        for rule in self.rules:
            matching = _matching(rule.match, owners)
            if rule.update == "full" and kept.issuperset(matching):
                raise SchemeError(
                    f"scheme '{self.name}': the pattern '{rule.match}' matches only parameters that the model has "
                    f"frozen, such as '{matching[0]}' (requires_grad=False); set requires_grad of what shall be "
                    "trained, or name it in the scheme's 'unfreeze'"
                )
            updates |= dict.fromkeys(matching, rule.update)
        chosen = [name for name in parameters if name not in kept and updates[name] == "full"]
        if not chosen:
            raise SchemeError(
                f"scheme '{self.name}' trains no parameter of the model; give at least one rule with update 'full'"
            )
        return chosen

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "default": self.default,
            "rules": [{"match": r.match, "update": r.update} for r in self.rules],
        } | ({"unfreeze": list(self.unfreeze)} if self.unfreeze else {})

    @staticmethod
    def from_json(data: Any, where: str) -> Scheme:
        """A scheme from parsed YAML or JSON; `where` names its source in errors."""
        if not isinstance(data, dict) or not isinstance(data.get("rules"), list):
            raise SchemeError(f"{where}: expects a mapping with a list 'rules'")
        unknown = set(data) - {"name", "default", "rules", "unfreeze"}
        if unknown:
            raise SchemeError(
                f"{where}: unknown key '{min(map(str, unknown))}'; the keys are name, default, rules, unfreeze"
            )
        rules = []
        for i, rule in enumerate(data["rules"]):
            if not isinstance(rule, dict) or not isinstance(rule.get("match"), str) or set(rule) - {"match", "update"}:
                raise SchemeError(f"{where}: rule {i + 1} must have the keys 'match' (a pattern) and 'update'")
            rules.append(Rule(rule["match"], str(rule.get("update", "full"))))
        unfreeze = data.get("unfreeze", [])
        if not isinstance(unfreeze, list) or not all(isinstance(pattern, str) for pattern in unfreeze):
            raise SchemeError(f"{where}: 'unfreeze' must be a list of patterns")
        name, default = str(data.get("name", where)), str(data.get("default", "frozen"))
        return Scheme(name, tuple(rules), default, tuple(unfreeze))

    @staticmethod
    def from_file(path: str | Path) -> Scheme:
        """A scheme from a YAML file."""
        text = read_text(path, SchemeError)
        try:
            data = parse_yaml(text, shown(path), SchemeError)
        except ImportError:
            raise SchemeError(
                f"{path}: reading a scheme file needs the package pyyaml; install pock_mlir[compiler]"
            ) from None
        try:
            return Scheme.from_json(data, shown(path))
        except SchemeError as error:
            raise error if str(path) in str(error) else SchemeError(f"{shown(path)}: {error}") from None


def _matching(pattern: str, owners: Mapping[str, str]) -> list[str]:
    """The parameters of which one of the names, the keys of `owners`, is the pattern, or else matches it."""
    if pattern in owners:
        return [owners[pattern]]
    return [first for name, first in owners.items() if fnmatchcase(name, pattern)]


def resolve_scheme(
    scheme: str | Path | Scheme,
    parameters: Sequence[str],
    blocks: Sequence[Sequence[str]],
    after_blocks: Sequence[str],
    frozen: Collection[str] = (),
    aliases: Mapping[str, Sequence[str]] = _NO_ALIASES,
) -> tuple[Scheme, list[str]]:
    """The scheme as rules, and the names of what it trains.

    `parameters` are the model's parameter names in order, `blocks` those of each block, `after_blocks` those of what
    follows the last block, `frozen` those with `requires_grad` False, `aliases` the further names of tied parameters.
    Raises SchemeError.
    """
    if isinstance(scheme, str):
        scheme = _named(scheme, blocks, after_blocks, frozen)
    elif isinstance(scheme, Path):
        scheme = Scheme.from_file(scheme)
    elif not isinstance(scheme, Scheme):
        raise SchemeError(f"the scheme must be a name, a path or a pock_mlir.Scheme, got {type(scheme).__name__}")
    return scheme, scheme.trained(parameters, frozen, aliases)


def _named(text: str, blocks: Sequence[Sequence[str]], after_blocks: Sequence[str], frozen: Collection[str]) -> Scheme:
    if text == "full":
        return Scheme("full", default="full")
    if text == "bias":
        return Scheme("bias", (Rule("*bias"),))
    if text.startswith("last-blocks:"):
        return _last_blocks(text, blocks, after_blocks, frozen)
    if text.endswith((".yaml", ".yml", ".json")) or os.path.isfile(text):  # noqa: PTH113 - false for any text
        return Scheme.from_file(text)
    raise SchemeError(f"unknown scheme '{text}'; the schemes are {', '.join(NAMED)}, or the path of a YAML file")


def _last_blocks(
    text: str, blocks: Sequence[Sequence[str]], after_blocks: Sequence[str], frozen: Collection[str]
) -> Scheme:
    """The last K blocks and everything behind them (a pooler, a head), but for what the model has frozen."""
    count = text.removeprefix("last-blocks:")
    if not count.isdecimal() or not 0 < int(count) <= len(blocks):
        raise SchemeError(f"scheme '{text}': K must be between 1 and the model's number of blocks, {len(blocks)}")
    names = [name for block in blocks[-int(count) :] for name in block] + list(after_blocks)
    if frozen and set(names) <= set(frozen):
        raise SchemeError(
            f"scheme '{text}': the model has frozen all parameters of these blocks and of what follows them, such as "
            f"'{names[0]}' (requires_grad=False)"
        )
    names = [name for name in names if name not in frozen]
    return Scheme(text, tuple(map(Rule, names)))

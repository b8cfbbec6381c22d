"""Schemes: which parameters a compiled step trains.

A scheme is data: a name, rules of name patterns, or a YAML file of them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pock_mlir.errors import SchemeError
from pock_mlir.text import parse_yaml, read_text, shown

UPDATES = ("full", "frozen")
NAMED = ("full", "bias", "last-blocks:K")


@dataclass(frozen=True)
class Rule:
    """Parameters whose names match the pattern `match` (as in a shell: *, ?, [...]) are updated as `update` says:
    "full" or "frozen".
    """

    match: str
    update: str = "full"

    def __post_init__(self) -> None:
        if self.update not in UPDATES:
            raise SchemeError(
                f"scheme rule '{self.match}': unknown update '{self.update}'; the updates are {', '.join(UPDATES)}"
            )


@dataclass(frozen=True)
class Scheme:
    """An ordered list of rules: for each parameter the last one that matches decides, `default` where none does.

    A scheme narrows what the model itself leaves to train: a parameter whose `requires_grad` is False stays frozen,
    unless a pattern of `unfreeze` matches it.
    """

    name: str
    rules: tuple[Rule, ...] = ()
    default: str = "frozen"
    unfreeze: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.default not in UPDATES:
            raise SchemeError(
                f"scheme '{self.name}': unknown default '{self.default}'; the updates are {', '.join(UPDATES)}"
            )

    def trained(self, parameters: Sequence[str], frozen: Collection[str] = ()) -> list[str]:
        """The names that are trained; `frozen` are those that the model itself has frozen.

        Raises SchemeError where a rule matches nothing, or nothing that is not frozen, or nothing is trained.
        """
        for pattern in (*(rule.match for rule in self.rules), *self.unfreeze):
            if not any(fnmatchcase(name, pattern) for name in parameters):
                raise SchemeError(
                    f"scheme '{self.name}': the pattern '{pattern}' matches no parameter; "
                    f"the model's are named like '{parameters[0]}'"
                )
        kept = {n for n in frozen if not any(fnmatchcase(n, pattern) for pattern in self.unfreeze)}
        if kept.issuperset(parameters):
            raise SchemeError(
                "all parameters of the model are frozen (requires_grad=False): nothing would be trained; set "
                "requires_grad of what shall be, or name it in a scheme's 'unfreeze'"
            )
        for rule in self.rules:
            matching = [name for name in parameters if fnmatchcase(name, rule.match)]
            if rule.update == "full" and kept.issuperset(matching):
                raise SchemeError(
                    f"scheme '{self.name}': the pattern '{rule.match}' matches only parameters that the model has "
                    f"frozen, such as '{matching[0]}' (requires_grad=False); set requires_grad of what shall be "
                    "trained, or name it in the scheme's 'unfreeze'"
                )
        chosen = [name for name in parameters if name not in kept and self._update_of(name) == "full"]
        if not chosen:
            raise SchemeError(
                f"scheme '{self.name}' trains no parameter of the model; give at least one rule with update 'full'"
            )
        return chosen

    def _update_of(self, name: str) -> str:
        matching = [rule.update for rule in self.rules if fnmatchcase(name, rule.match)]
        return matching[-1] if matching else self.default

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


def resolve_scheme(
    scheme: str | Path | Scheme,
    parameters: Sequence[str],
    blocks: Sequence[Sequence[str]],
    after_blocks: Sequence[str],
    frozen: Collection[str] = (),
) -> tuple[Scheme, list[str]]:
    """The scheme as rules, and the names of what it trains.

    `parameters` are the model's parameter names in order, `blocks` those of each block, `after_blocks` those of what
    follows the last block, `frozen` those with `requires_grad` False.
    """
    if isinstance(scheme, str):
        scheme = _named(scheme, blocks, after_blocks, frozen)
    elif isinstance(scheme, Path):
        scheme = Scheme.from_file(scheme)
    return scheme, scheme.trained(parameters, frozen)


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
    # Names hold no pattern characters but brackets, which fnmatch takes as sets.
    return Scheme(text, tuple(Rule(name.replace("[", "[[]")) for name in names))

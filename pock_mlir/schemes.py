"""Schemes: which parameters a compiled step trains.

A scheme is data: a name, rules of name patterns, or a YAML file of them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pock_mlir.contract import FROZEN, FULL, UPDATES
from pock_mlir.errors import SchemeError
from pock_mlir.fields import MAY_LACK, FieldError, read_record, write_record
from pock_mlir.text import parse_yaml, read_text, shown

LOSS_PREFIX = "loss:"
"""What a pattern on the names of the loss's own parameters begins with."""
_NO_ALIASES: Mapping[str, Sequence[str]] = MappingProxyType({})
NAMED = ("full", "bias", "last-blocks:K")


@dataclass(frozen=True)
class Rule:
    """Parameters whose names match the pattern `match` (as in a shell: *, ?, [...]) are updated as `update` says:
    "full" or "frozen". A parameter's name in full means that parameter alone, whatever characters it has; a tied
    parameter has several names. A pattern that begins with "loss:" is on the names of the loss's own parameters
    ("loss:log_vars"), any other on the model's. Raises SchemeError.
    """

    match: str
    update: str = field(default=FULL, metadata=MAY_LACK)

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

    `default` is for the model's parameters; a loss's own are trained where no rule says otherwise.

    A scheme narrows what the model itself leaves to train: a parameter whose `requires_grad` is False stays frozen,
    unless a pattern of `unfreeze` matches it. Raises SchemeError for fields of a wrong type.
    """

    name: str
    rules: Sequence[Rule] = ()
    default: str = field(default=FROZEN, metadata=MAY_LACK)
    unfreeze: Sequence[str] = field(default=(), metadata=MAY_LACK)

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
        *,
        loss_trains: bool = False,
    ) -> list[str]:
        """The names of the model's parameters that this scheme trains, in the order of the model.

        `frozen` are those with `requires_grad` False, `aliases` the further names of tied parameters. Raises
        SchemeError for a pattern that matches nothing, for a rule that trains only what the model has frozen, and if
        nothing would be trained: neither these nor, as `loss_trains` says, parameters of the loss.
        """
        model = _Names("the model", _owners(parameters, aliases))
        rules, unfreeze = self._patterns(model.owners, of_loss=False)
        kept = self._kept(rules, unfreeze, model, frozen)
        if kept.issuperset(parameters) and not loss_trains:
            raise SchemeError(
                "all parameters of the model are frozen (requires_grad=False): nothing would be trained; set "
                "requires_grad of what shall be, or name it in a scheme's 'unfreeze'"
            )
        chosen = self._chosen(rules, self.default, model, kept)
        if not chosen and not loss_trains:
            raise SchemeError(
                f"scheme '{self.name}' trains no parameter of the model; give at least one rule with update 'full'"
            )
        return chosen

    def trained_of_loss(
        self,
        parameters: Sequence[str],
        frozen: Collection[str] = (),
        aliases: Mapping[str, Sequence[str]] = _NO_ALIASES,
        *,
        model_names: Collection[str] = (),
    ) -> list[str]:
        """The names of the loss's own parameters that this scheme trains: all that are not frozen, unless a rule whose
        pattern begins with "loss:" says otherwise.

        A pattern that is in full one of `model_names` is the model's. Raises SchemeError as `trained` does, but may
        train nothing.
        """
        loss = _Names("the loss", _owners(parameters, aliases), LOSS_PREFIX)
        rules, unfreeze = self._patterns(model_names, of_loss=True)
        return self._chosen(rules, FULL, loss, self._kept(rules, unfreeze, loss, frozen))

    def _patterns(self, model_names: Collection[str], *, of_loss: bool) -> tuple[list[Rule], list[str]]:
        """The rules and the patterns of `unfreeze` on the names of the loss's parameters, or of the model's."""

        def is_chosen(pattern: str) -> bool:
            return (pattern.startswith(LOSS_PREFIX) and pattern not in model_names) == of_loss

        return [rule for rule in self.rules if is_chosen(rule.match)], list(filter(is_chosen, self.unfreeze))

    def _kept(self, rules: Sequence[Rule], unfreeze: Sequence[str], names: _Names, frozen: Collection[str]) -> set[str]:
        """What stays frozen. Raises SchemeError where a pattern matches nothing."""
        for pattern in (*(rule.match for rule in rules), *unfreeze):
            if not names.matching(pattern):
                raise SchemeError(f"scheme '{self.name}': the pattern '{pattern}' matches no parameter; {names.hint}")
        return set(frozen) - {name for pattern in unfreeze for name in names.matching(pattern)}

    def _chosen(self, rules: Sequence[Rule], default: str, names: _Names, kept: Collection[str]) -> list[str]:
        """What the rules train, without what stays frozen."""
        updates = dict.fromkeys(names.owners.values(), default)
        for rule in rules:
            matching = names.matching(rule.match)
            if rule.update == FULL and set(kept).issuperset(matching):
                raise SchemeError(
                    f"scheme '{self.name}': the pattern '{rule.match}' matches only parameters that {names.whose} has "
                    f"frozen, such as '{matching[0]}' (requires_grad=False); set requires_grad of what shall be "
                    "trained, or name it in the scheme's 'unfreeze'"
                )
            updates |= dict.fromkeys(matching, rule.update)
        return [name for name, update in updates.items() if name not in kept and update == FULL]

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "default": self.default,
            "rules": [write_record(rule) for rule in self.rules],
        } | ({"unfreeze": list(self.unfreeze)} if self.unfreeze else {})

    @staticmethod
    def from_json(data: Any, where: str) -> Scheme:
        """A scheme from parsed YAML or JSON; `where` names its source in errors."""
        if not isinstance(data, dict):
            raise SchemeError(f"{where}: expects a mapping with a list 'rules'")
        try:
            return read_record(Scheme, data | {"name": str(data.get("name", where))}, where, closed=True)
        except FieldError as error:
            raise SchemeError(str(error)) from None

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


def _owners(parameters: Sequence[str], aliases: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The first name of each parameter by all of its names."""
    return {name: first for first in parameters for name in (first, *aliases.get(first, ()))}


@dataclass(frozen=True)
class _Names:
    """The names of the model's or of the loss's parameters: by each of them the parameter's first one. Patterns on them
    begin with `prefix`.
    """

    whose: str
    owners: Mapping[str, str]
    prefix: str = ""

    def matching(self, pattern: str) -> list[str]:
        """The parameters of which one of the names is the pattern, or else matches it."""
        pattern = pattern.removeprefix(self.prefix)
        if pattern in self.owners:
            return [self.owners[pattern]]
        return [first for name, first in self.owners.items() if fnmatchcase(name, pattern)]

    @property
    def hint(self) -> str:
        if self.owners:
            return f"{self.whose}'s are named like '{self.prefix}{next(iter(self.owners))}'"
        shared = " (what it shares with the model has the model's name)" if self.prefix else ""
        return f"{self.whose} has no parameters of its own{shared}"


@dataclass(frozen=True)
class LossParameters:
    """The names of the parameters that a loss has for itself; those with `requires_grad` False; further names of tied
    ones.
    """

    names: Sequence[str] = ()
    frozen: Collection[str] = ()
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)


def resolve_scheme(
    scheme: str | Path | Scheme,
    parameters: Sequence[str],
    blocks: Sequence[Sequence[str]],
    after_blocks: Sequence[str],
    frozen: Collection[str] = (),
    aliases: Mapping[str, Sequence[str]] = _NO_ALIASES,
    loss: LossParameters | None = None,
) -> tuple[Scheme, list[str], list[str]]:
    """The scheme as rules, and the names of what it trains of the model and of the loss.

    `parameters` are the model's parameter names in order, `blocks` those of each block, `after_blocks` those of what
    follows the last block, `frozen` those with `requires_grad` False, `aliases` the further names of tied parameters;
    `loss` says the same of the loss's own. Raises SchemeError.
    """
    if isinstance(scheme, str):
        scheme = _named(scheme, blocks, after_blocks, frozen)
    elif isinstance(scheme, Path):
        scheme = Scheme.from_file(scheme)
    elif not isinstance(scheme, Scheme):
        raise SchemeError(f"the scheme must be a name, a path or a pock_mlir.Scheme, got {type(scheme).__name__}")
    loss = loss or LossParameters()
    names = _owners(parameters, aliases)
    of_loss = scheme.trained_of_loss(loss.names, loss.frozen, loss.aliases, model_names=names)
    return scheme, scheme.trained(parameters, frozen, aliases, loss_trains=bool(of_loss)), of_loss


def _named(text: str, blocks: Sequence[Sequence[str]], after_blocks: Sequence[str], frozen: Collection[str]) -> Scheme:
    if text == "full":
        return Scheme("full", default=FULL)
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

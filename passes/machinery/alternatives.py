"""Alternatives: several rules for one op, each with a name and a condition; what is chosen stands in the IR."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from torch_mlir import ir

from pock_mlir.passes.machinery.registry import PassFailure
from pock_mlir.passes.machinery.rules import Rule

LOWERING = "pock.lowering"
"""The attribute of an op that names the alternative it is to be lowered by."""

Chooser = Callable[[Any, Sequence[str]], str]
"""Takes an op and the names of the alternatives that apply to it, two at least, and gives one of them."""


def always(op: ir.OpView) -> bool:
    """The condition of what applies to every op of its name."""
    return True


@dataclass(frozen=True)
class Alternative:
    """One way to lower an op; `applies` tells whether it gives the op's result at all, not whether it is fast."""

    name: str
    applies: Callable[[Any], bool]
    rule: Callable[..., Any]


class AlternativeTable:
    """Maps op names to alternatives, which register themselves as decorated functions."""

    def __init__(self) -> None:
        self._alternatives: dict[str, list[Alternative]] = {}

    def __call__(self, op_name: str, name: str, applies: Callable[[Any], bool] = always) -> Callable[[Rule], Rule]:
        def decorate(rule: Rule) -> Rule:
            known = self._alternatives.setdefault(op_name, [])
            if name in (alternative.name for alternative in known):
                raise ValueError(f"'{op_name}' has an alternative '{name}' already")
            known.append(Alternative(name, applies, rule))
            return rule

        return decorate

    def __contains__(self, op_name: str) -> bool:
        return op_name in self._alternatives

    def names(self) -> list[str]:
        """The ops that have alternatives."""
        return sorted(self._alternatives)

    def get(self, op_name: str) -> Sequence[Alternative]:
        """All alternatives of an op, whether they apply or not."""
        return self._alternatives.get(op_name, ())

    def applicable(self, op: ir.OpView) -> dict[str, Alternative]:
        return {a.name: a for a in self.get(op.operation.name) if a.applies(op)}

    def chosen(self, op: ir.OpView, chooser: Chooser) -> Alternative:
        """The alternative that an op names, or else the one that `chooser` takes of those that apply.

        Raises PassFailure where the op names one that does not exist or does not apply, and where none applies.
        """
        applicable = self.applicable(op)
        name, names = named(op), list(applicable)
        if name is None and not names:
            raise PassFailure(op.operation.location, f"'{op.operation.name}' op has no lowering that applies")
        if name is None:
            return applicable[names[0] if len(names) == 1 else chooser(op, names)]
        if name not in applicable:
            raise PassFailure(op.operation.location, self._refusal(op, name, names))
        return applicable[name]

    def _refusal(self, op: ir.OpView, name: str, applicable: Sequence[str]) -> str:
        op_name = op.operation.name
        if op_name not in self:
            return f"'{op_name}' op has no alternatives: remove attribute '{LOWERING}' = '{name}'"
        is_known = name in (alternative.name for alternative in self.get(op_name))
        reason = "does not apply here" if is_known else "does not exist"
        return f"'{op_name}' op names lowering '{name}', which {reason}: name one of {', '.join(applicable)}"


def named(op: ir.OpView) -> str | None:
    """The alternative that an op names. Raises PassFailure where that is no name."""
    attribute = op.operation.attributes.get(LOWERING, None)
    if attribute is None or isinstance(attribute, ir.StringAttr):
        return attribute and attribute.value
    message = f"'{op.operation.name}' op expects attribute '{LOWERING}' to be a string, got {attribute}"
    raise PassFailure(op.operation.location, message)

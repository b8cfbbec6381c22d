"""Tables of rules by op name: what autodiff, the conversions and the lowerings look an op up in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Rule = TypeVar("Rule", bound=Callable[..., Any])


class RuleTable:
    """Maps op names to rules. Rules register themselves as decorated functions; one rule may serve several ops."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._rules: dict[str, Callable[..., Any]] = {}

    def __call__(self, *op_names: str) -> Callable[[Rule], Rule]:
        def decorate(rule: Rule) -> Rule:
            for name in op_names:
                if name in self._rules:
                    raise ValueError(f"'{name}' has a {self._what} already")
                self._rules[name] = rule
            return rule

        return decorate

    def get(self, op_name: str) -> Callable[..., Any] | None:
        return self._rules.get(op_name)

    def __contains__(self, op_name: str) -> bool:
        return op_name in self._rules

    def names(self) -> list[str]:
        return sorted(self._rules)

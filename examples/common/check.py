"""Statements that must hold for an example to count as a success."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console


@dataclass(frozen=True)
class Check:
    """A statement with what was measured for it."""

    passed: bool
    text: str


def show_checks(checks: Sequence[Check], console: Console) -> int:
    """Prints them; the exit status is 0 if all hold."""
    for check in checks:
        mark = "[green]yes[/green]" if check.passed else "[red]NO [/red]"
        console.print(f"{mark} {check.text}", soft_wrap=True)
    return 0 if all(check.passed for check in checks) else 1

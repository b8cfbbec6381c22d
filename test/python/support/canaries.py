"""Canaries: tests that a third party's private API still does what `pock_mlir.compat` relies on."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

_covered: dict[str, set[str]] = defaultdict(set)


def canary(module: ModuleType, *names: str, api: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Marks the test of `names` of a module of compat, which stand for `api`: whatever goes wrong in it says so."""
    _covered[module.__name__].update(names)

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def run(*arguments: Any, **keywords: Any) -> None:
            try:
                test(*arguments, **keywords)
            except Exception as error:
                reason = f"{type(error).__name__}: {error}".splitlines()[0]
                taken = f"{module.__name__}.{'/'.join(names)}"
                pytest.fail(f"{api} is no longer what {taken} takes it for ({reason}); mend it there")

        return run

    return decorate


def without_canary(module: ModuleType) -> list[str]:
    """The public names of a module of compat that no canary stands for."""
    return [name for name in module.__all__ if name not in _covered[module.__name__]]

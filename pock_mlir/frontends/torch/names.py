"""Names in the code that torch.fx generates and then runs: it writes them as they are, so that a quote or a line break
in one (or a keyword, such as `lambda`) is a syntax error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from typing import Any

import torch.fx.graph


@contextmanager
def any_name() -> Iterator[None]:
    """While torch traces: whatever a parameter, buffer or module is called can stand in generated code."""
    graph: Any = torch.fx.graph
    before = graph._format_target
    graph._format_target = _format_target
    try:
        yield
    finally:
        graph._format_target = before


def _format_target(base: str, target: str) -> str:
    return reduce(lambda owner, name: f"getattr({owner}, {name!r})", target.split("."), base)

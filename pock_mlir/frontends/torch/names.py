"""Names in the code that torch.fx generates and then runs: it writes them as they are, so that a quote or a line break
in one (or a keyword, such as `lambda`) is a syntax error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce

from pock_mlir.compat.torch import FORMAT_TARGET
from pock_mlir.frontends.torch.patches import patched


@contextmanager
def any_name() -> Iterator[None]:
    """While torch traces: whatever a parameter, buffer or module is called can stand in generated code."""
    with patched(*FORMAT_TARGET, _format_target):
        yield


def _format_target(base: str, target: str) -> str:
    return reduce(lambda owner, name: f"getattr({owner}, {name!r})", target.split("."), base)

"""The list of supported torch ops in docs/coverage.md, generated from the table of conversions."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from pock_mlir.passes.forward.convert_torch_to_pock import torch_op

COMMAND = "make docs"
_BEGIN = f"<!-- generated: `{COMMAND}` -->\n"


def render(page: str) -> str:
    """The page with the list as it is now: one line per file of conversions."""
    families: dict[str, list[str]] = defaultdict(list)
    for op in torch_op.names():
        families[_family(op)].append(op.removeprefix("torch."))
    lines = [f"- **{family}**: {', '.join(f'`{op}`' for op in ops)}\n" for family, ops in sorted(families.items())]
    return page.partition(_BEGIN)[0] + _BEGIN + "\n" + "".join(lines)


def _family(op: str) -> str:
    """The file that has the op's conversion."""
    rule = torch_op.get(op)
    assert rule is not None
    return rule.__module__.rpartition(".")[2]


def write(path: Path) -> None:
    path.write_text(render(path.read_text(encoding="utf-8")), encoding="utf-8")

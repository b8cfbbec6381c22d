"""Where in the user's code something happens."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from pock_mlir.compat.torch import source_lines
from pock_mlir.frontends.owners import path_of

FOREIGN = (str(Path(torch.__file__).parent), str(Path(__file__).parents[1]), "<")
"""What the files begin with that are not the user's: torch's, the frontends', and generated code."""


def where() -> str:
    """The line of the user's code that is running, as a clause."""
    for frame in reversed(traceback.extract_stack()):
        if not frame.filename.startswith(FOREIGN):
            return f" (at {frame.filename}:{frame.lineno})"
    return ""


def node_place(node: torch.fx.Node) -> tuple[str, str | None, int | None]:
    """Where an op of an exported program comes from: the path of its module ("" for the model itself and the loss), and
    the file and line of the user's code where the export kept them.
    """
    own = [frame for frame in source_lines(node) if not frame[0].startswith(FOREIGN)]
    file, line = own[-1] if own else (None, None)
    return module_path(node.meta.get("nn_module_stack") or {}) or "", file, line


def module_path(stack: Mapping[str, tuple[str, Any]]) -> str | None:
    """The innermost module that an op comes from, by its path."""
    paths = [path for path, _ in stack.values()]
    return path_of(paths[-1]) if paths else None

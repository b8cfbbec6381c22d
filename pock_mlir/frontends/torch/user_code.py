"""Where in the user's code something happens."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

import torch

FOREIGN = (str(Path(torch.__file__).parent), str(Path(__file__).parents[1]), "<")
"""What the files begin with that are not the user's: torch's, the frontends', and generated code."""


def where() -> str:
    """The line of the user's code that is running, as a clause."""
    for frame in reversed(traceback.extract_stack(sys._getframe(1))):
        if not frame.filename.startswith(FOREIGN):
            return f" (at {frame.filename}:{frame.lineno})"
    return ""

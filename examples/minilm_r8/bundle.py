"""What the demo reads from a bundle's manifest."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any


def manifest(bundle: Path) -> dict[str, Any]:
    """The manifest as data."""
    return json.loads((bundle / "manifest.json").read_text())


def trained_names(bundle: Path) -> set[str]:
    """The framework's names of the parameters that training changes."""
    return {spec["name"] for spec in manifest(bundle)["parameters"] if spec["trained"]}


def trained_count(bundle: Path) -> int:
    """How many numbers training changes."""
    return sum(math.prod(spec["shape"]) for spec in manifest(bundle)["parameters"] if spec["trained"])


def module_bytes(bundle: Path) -> int:
    """The size of the compiled module, without the parameters."""
    return (bundle / "module.vmfb").stat().st_size

"""Changing the manifest of a bundle as a program would that seals what it writes."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pock_mlir.bundle.seal import seal


def edit_manifest(bundle: Path, *, without: Collection[str] = (), **changes: Any) -> None:
    """Sets the fields `changes` and takes the fields `without` away."""
    path = bundle / "manifest.json"
    document = json.loads(path.read_text()) | changes
    path.write_bytes(seal({key: value for key, value in document.items() if key not in {"sha256", *without}}))

"""The metrics file of `pock train`: one line per step, JSONL or CSV."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, TextIO

from pock_mlir.errors import InputError

COLUMNS = ("event", "step", "epoch", "loss", "lr", "samples_per_second", "seconds", "metric", "value")


class MetricsFile:
    """Writes a line per event and keeps no line back; a context manager. `path` may be `None`: then nothing is written.

    With `append` the lines of an earlier run stay. Raises `InputError` for a suffix other than .jsonl and .csv.
    """

    def __init__(self, path: Path | None, append: bool = False):
        self._file: TextIO | None = None
        self._csv: Any = None
        if path is None:
            return
        if path.suffix not in (".jsonl", ".csv"):
            raise InputError(f"the metrics file {path} must end in .jsonl or .csv")
        append = append and path.is_file() and path.stat().st_size > 0
        try:
            self._file = path.open("a" if append else "w", encoding="utf-8", newline="", buffering=1)
        except OSError as error:
            raise InputError(f"cannot write the metrics file {path}: {error.strerror or error}") from error
        if path.suffix == ".csv":
            self._csv = csv.DictWriter(self._file, COLUMNS)
            if not append:
                self._csv.writeheader()

    def __enter__(self) -> MetricsFile:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, event: str, **values: Any) -> None:
        """Writes one line; `values` are among `COLUMNS`."""
        if self._csv is not None:
            self._csv.writerow({"event": event, **values})
        elif self._file is not None:
            self._file.write(json.dumps({"event": event, **values}) + "\n")

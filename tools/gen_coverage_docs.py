#!/usr/bin/env python3
"""Writes the list of supported torch ops into docs/coverage.md."""

from pathlib import Path

from pock_mlir.tools.coverage_docs import write

write(Path(__file__).resolve().parent.parent / "docs" / "coverage.md")

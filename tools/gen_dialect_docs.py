#!/usr/bin/env python3
"""Writes docs/dialect.md, the reference page of the dialect."""

from pathlib import Path

from pock_mlir.tools.dialect_docs import write

write(Path(__file__).resolve().parent.parent / "docs" / "dialect.md")

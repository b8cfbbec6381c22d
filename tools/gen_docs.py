#!/usr/bin/env python3
"""Writes what is generated of the documentation: docs/dialect.md, and the list of torch ops in docs/coverage.md."""

from pathlib import Path

from pock_mlir.tools import coverage_docs, dialect_docs

DOCS = Path(__file__).resolve().parent.parent / "docs"

dialect_docs.write(DOCS / "dialect.md")
coverage_docs.write(DOCS / "coverage.md")

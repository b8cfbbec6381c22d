"""Reading the Reuters R8 corpus: a tab-separated file, one document a line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from common.errors import DemoError

#: Three lines of column names, types and roles, and an empty one.
HEADER_LINES = 4


@dataclass(frozen=True)
class Documents:
    """The documents of one split, with the name of each one's class."""

    texts: list[str]
    categories: list[str]


def read_tab(path: Path) -> Documents:
    """Read a `.tab` file whose columns are Category and Text."""
    lines = path.read_text(encoding="utf-8").split("\n")
    if lines[0].split("\t") != ["Category", "Text"]:
        raise DemoError(f"{path}: the first line must name the columns Category and Text, not {lines[0][:80]!r}")
    texts, categories = [], []
    for number, line in enumerate(lines[HEADER_LINES:], start=HEADER_LINES + 1):
        if not line:
            continue
        category, tab, text = line.partition("\t")
        if not tab:
            raise DemoError(f"{path}:{number}: expected a category, a tab and a text, found {line[:80]!r}")
        categories.append(category)
        texts.append(text.strip())
    return Documents(texts, categories)


def class_names(documents: Documents) -> list[str]:
    """The classes in the order of their labels: sorted by name."""
    return sorted(set(documents.categories))

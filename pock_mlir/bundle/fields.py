"""Typed access to the fields of a JSON object; every error names the file and the path of the field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pock_mlir.errors import BundleError

_MISSING: Any = object()


class Fields:
    """One JSON object of a document; `where` is the file, with the path inside it."""

    def __init__(self, document: Any, where: str):
        if not isinstance(document, dict):
            raise BundleError(f"{where}: expected an object, found {_shown(document)}")
        self.document: dict[str, Any] = document
        self.where = where

    def error(self, key: str, problem: str) -> BundleError:
        return BundleError(f"{self.where}: field '{key}': {problem}; the bundle is damaged, compile it again")

    def _get(self, key: str, default: Any = _MISSING) -> Any:
        value = self.document.get(key, default)
        if value is _MISSING:
            raise self.error(key, "missing")
        return value

    def text(self, key: str, default: Any = _MISSING) -> str:
        value = self._get(key, default)
        if not isinstance(value, str):
            raise self.error(key, f"expected a string, found {_shown(value)}")
        return value

    def optional_text(self, key: str) -> str | None:
        return None if self._get(key, None) is None else self.text(key)

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(key, f"expected a list of strings, found {_shown(value)}")
        return tuple(value)

    def choice(self, key: str, choices: Sequence[str], default: Any = _MISSING) -> str:
        value = self.text(key, default)
        if value not in choices:
            raise self.error(key, f"'{value}' is none of {', '.join(choices)}")
        return value

    def boolean(self, key: str, default: Any = _MISSING) -> bool:
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"expected true or false, found {_shown(value)}")
        return value

    def integer(self, key: str, default: Any = _MISSING) -> int:
        value = self._get(key, default)
        if not _is_integer(value):
            raise self.error(key, f"expected an integer, found {_shown(value)}")
        return value

    def optional_integer(self, key: str) -> int | None:
        return None if self._get(key, None) is None else self.integer(key)

    def number(self, key: str) -> float:
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.error(key, f"expected a number, found {_shown(value)}")
        return value

    def shape(self, key: str) -> tuple[int, ...]:
        value = self._get(key)
        if not isinstance(value, list) or not all(_is_integer(item) and item >= 0 for item in value):
            raise self.error(key, f"expected a list of sizes, found {_shown(value)}")
        return tuple(value)

    def optional_shape(self, key: str) -> tuple[int, ...] | None:
        return None if self._get(key, None) is None else self.shape(key)

    def pair(self, key: str) -> tuple[int, int] | None:
        value = self._get(key, None)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 2 or not all(map(_is_integer, value)):
            raise self.error(key, f"expected [low, high], found {_shown(value)}")
        return value[0], value[1]

    def dtype(self, key: str) -> str:
        value = self.text(key)
        try:
            return np.dtype(value).name
        except TypeError:
            raise self.error(key, f"'{value}' is not the name of a numpy dtype") from None

    def object(self, key: str, default: Any = _MISSING) -> Fields:
        return Fields(self._get(key, default), f"{self.where}: {key}")

    def objects(self, key: str, default: Any = _MISSING) -> list[Fields]:
        value = self._get(key, default)
        if not isinstance(value, list):
            raise self.error(key, f"expected a list, found {_shown(value)}")
        return [Fields(item, f"{self.where}: {key}[{index}]") for index, item in enumerate(value)]

    def named_objects(self, key: str) -> dict[str, Fields]:
        fields = self.object(key)
        return {name: Fields(item, f"{fields.where}: {name}") for name, item in fields.document.items()}


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."

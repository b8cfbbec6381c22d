"""Digests inside of files: JSON that ends with the SHA-256 of all its bytes before, and headers that begin with it.

A seal shows damage (a flipped bit, a changed number, a lost end); it is no signature, which would need a secret.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

_KEY = b',\n "sha256": "'
_END = b'"\n}\n'
_DIGITS = 64


def seal(document: dict[str, Any]) -> bytes:
    """The document, which is not empty, as a JSON file whose last entry `sha256` is the digest of the bytes before."""
    stem = json.dumps(document, indent=1).encode().removesuffix(b"\n}") + _KEY
    return stem + _digest(stem) + _END


def is_sealed(data: bytes) -> bool:
    """Whether the bytes are as `seal` made them, every one of them."""
    end = len(data) - len(_END)
    stem = data[: end - _DIGITS]
    return data[end:] == _END and stem.endswith(_KEY) and data[end - _DIGITS : end] == _digest(stem)


def seal_header(prefix: bytes, rest: bytes) -> bytes:
    """`prefix`, the digest of both in hexadecimal, and `rest`."""
    return prefix + _digest(prefix + rest) + rest


def is_sealed_header(data: bytes, prefix: bytes) -> bool:
    """Whether the bytes, which begin with `prefix`, are as `seal_header` made them."""
    start = len(prefix)
    rest = data[start + _DIGITS :]
    return data.startswith(prefix) and data[start : start + _DIGITS] == _digest(prefix + rest)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()

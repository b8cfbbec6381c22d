"""One change of a file's bytes, as damage or a careless hand makes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

_NUMBER = re.compile(rb"\d+")
_WORD = re.compile(rb"[A-Za-z_][A-Za-z_0-9.]*")
_ODD = (
    b"\0",
    b"\xff\xfe",
    b"\xc3",
    b"\n",
    b'"',
    b"{",
    b"]",
    b"&a [*a]",
    b": ",
    b"1e999",
    b"-1",
    b"\xf0\x9f\x92\xa5",
    b"%",
)


def mutate(data: bytes, random: Random) -> tuple[str, bytes]:
    """A changed copy of `data`, which is not empty, and what was changed."""
    while True:
        name = random.choice(list(_CHANGES))
        changed = _CHANGES[name](data, random)
        if changed != data:
            return name, changed


def _span(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data))
    return start, min(len(data), start + random.choice((1, 2, 8, 64, 512)))


def _flip_bit(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def _set_byte(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def _cut_end(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data))]


def _remove_span(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    return data[:start] + data[end:]


def _repeat_span(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    return data[:end] + data[start:end] + data[end:]


def _clear_span(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    return data[:start] + bytes(end - start) + data[end:]


def _move_span(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    rest = data[:start] + data[end:]
    at = random.randrange(len(rest) + 1)
    return rest[:at] + data[start:end] + rest[at:]


def _insert(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(_ODD) + data[at:]


def _change_number(data: bytes, random: Random) -> bytes:
    new = random.choice((b"0", b"1", b"3", b"7", b"64", b"65536", b"99999999999999999999"))
    return _replace(data, random, _NUMBER, new)


def _exchange_word(data: bytes, random: Random) -> bytes:
    words = _WORD.findall(data)
    return _replace(data, random, _WORD, random.choice(words)) if words else data


def _remove_line(data: bytes, random: Random) -> bytes:
    lines = data.splitlines(keepends=True)
    del lines[random.randrange(len(lines))]
    return b"".join(lines)


def _exchange_lines(data: bytes, random: Random) -> bytes:
    lines = data.splitlines(keepends=True)
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _replace(data: bytes, random: Random, pattern: re.Pattern[bytes], new: bytes) -> bytes:
    places = list(pattern.finditer(data))
    if not places:
        return data
    place = random.choice(places)
    return data[: place.start()] + new + data[place.end() :]


_CHANGES: dict[str, Callable[[bytes, Random], bytes]] = {
    "flip a bit": _flip_bit,
    "set a byte": _set_byte,
    "cut the end": _cut_end,
    "remove a span": _remove_span,
    "repeat a span": _repeat_span,
    "clear a span": _clear_span,
    "move a span": _move_span,
    "insert": _insert,
    "change a number": _change_number,
    "exchange a word": _exchange_word,
    "remove a line": _remove_line,
    "exchange lines": _exchange_lines,
}

"""Temporary files and directories that the next writer removes if their own was killed.

Each is locked (`flock`) by the process that writes it, for as long as that lives: the kernel gives the lock up with
the process, however it ends. A temporary that can be locked has lost its owner. Process numbers would not say that:
they are used again, and mean nothing in another container that shares the directory.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # a platform without locks of this kind: nothing is ever taken for abandoned
    fcntl = None

_NAME = re.compile(r"\..+\.pock-[0-9a-f]{16}\.tmp", re.DOTALL)


@contextmanager
def temporary_file(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A new sibling of `path`, open for writing and locked; removed at the end if it still has its name."""
    while True:
        temporary = _sibling(path)
        with temporary.open("xb") as file:
            try:
                if _lock_new(temporary, file.fileno()):
                    yield temporary, file
                    return
            finally:
                temporary.unlink(missing_ok=True)


@contextmanager
def temporary_directory(path: Path) -> Iterator[Path]:
    """A new sibling directory of `path`, locked; what then has its name is removed at the end."""
    while True:
        temporary = _sibling(path)
        temporary.mkdir()
        try:
            handle = os.open(temporary, os.O_RDONLY)
        except FileNotFoundError:  # taken for abandoned before it was locked
            continue
        try:
            if _lock_new(temporary, handle):
                yield temporary
                return
        finally:
            remove(temporary)
            os.close(handle)


def remove(path: Path) -> None:
    """Removes a directory, or a link that took its name in an exchange."""
    if path.is_symlink():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path, ignore_errors=True)


def remove_abandoned(directory: Path) -> None:
    """Removes the temporaries in `directory` whose process is gone; all other files stay."""
    try:
        found = [path for path in directory.iterdir() if _NAME.fullmatch(path.name)]
    except OSError:  # the writer will say why
        return
    for path in found:
        _remove_if_abandoned(path)


def aside_of(path: Path) -> Path:
    """A name, on the file system of `path`, for what stood there until something new takes its place."""
    return _sibling(path, "old")


def remove_superseded(path: Path) -> None:
    """Removes what killed processes set aside for `path`, now that something new stands there."""
    pattern = re.compile(rf"\.{re.escape(path.name)}\.pock-[0-9a-f]{{16}}\.old")
    try:
        found = [sibling for sibling in path.parent.iterdir() if pattern.fullmatch(sibling.name)]
    except OSError:
        return
    for sibling in found:
        remove(sibling)


def _sibling(path: Path, suffix: str = "tmp") -> Path:
    """A name that does not exist yet, on the file system of `path`."""
    return path.with_name(f".{path.name}.pock-{secrets.token_hex(8)}.{suffix}")


def _lock_new(path: Path, handle: int) -> bool:
    """Locks what was just made; False if it was taken for abandoned before it was locked."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError:  # a file system without locks: nobody else can lock it either
        return True
    return _is(path, handle)


def _remove_if_abandoned(path: Path) -> None:
    if fcntl is None:
        return
    try:
        handle = _open(path)
    except OSError:  # gone, a link, or not ours to open
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is(path, handle):
            return
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    except OSError:  # locked by its owner, or not ours to remove
        return
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)  # a network file system locks no other mode
    except IsADirectoryError:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW)


def _is(path: Path, handle: int) -> bool:
    """Whether the name stands for what the handle has open."""
    try:
        named, held = os.lstat(path), os.fstat(handle)
    except FileNotFoundError:
        return False
    return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)

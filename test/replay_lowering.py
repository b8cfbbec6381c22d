"""Shows what a change does to the code of a fixed set of models: their lowered IR at a revision and in this tree.

    .venv/bin/python test/replay_lowering.py REVISION [--only NAME] [--keep DIRECTORY]

What is compared is the module that IREE is given, without locations. Exits with 1 where it differs.
"""

from __future__ import annotations

import argparse
import difflib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TREES = ("before", "after")


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("revision", nargs="?", help="what this tree is compared with")
    options.add_argument("--only", default="", help="only models with this in their name")
    options.add_argument("--keep", type=Path, help="where the IR goes, to be looked at")
    options.add_argument("--dump", type=Path, help=argparse.SUPPRESS)  # one side, in a process of its own
    arguments = options.parse_args()
    if arguments.dump:
        dump(arguments.dump, arguments.only)
        return 0
    if not arguments.revision:
        options.error("give a revision")
    with tempfile.TemporaryDirectory() as scratch:
        before, after = ((arguments.keep or Path(scratch)) / tree for tree in TREES)
        packages = Path(scratch) / "packages"
        extract(arguments.revision, packages)
        for folder, path in ((before, [str(packages)]), (after, [])):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            command = [sys.executable, __file__, "--dump", str(folder), "--only", arguments.only]
            subprocess.run(command, check=True, cwd=scratch, env=os.environ | {"PYTHONPATH": os.pathsep.join(path)})
        return compare(before, after)


def extract(revision: str, folder: Path) -> None:
    """The packages of a revision, where Python finds them before those of this tree."""
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
    source = folder / "source"
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(source, filter="data")
    places = tomllib.loads((source / "pyproject.toml").read_text())["tool"]["setuptools"]["package-dir"]
    for package in sorted(places):
        shutil.copytree(source / places[package], folder.joinpath(*package.split(".")), dirs_exist_ok=True)


def compare(before: Path, after: Path) -> int:
    """Prints what differs; the number of differences, at most 1."""
    names = sorted({path.name for folder in (before, after) for path in folder.iterdir()})
    different = []
    for name in names:
        old, new = (
            (folder / name).read_text().splitlines() if (folder / name).exists() else [] for folder in (before, after)
        )
        if old == new:
            continue
        different.append(name)
        changes = [
            line for line in difflib.unified_diff(old, new, lineterm="", n=0) if not line.startswith(("---", "+++"))
        ]
        print(f"{name}: {len(old)} lines before, {len(new)} after")
        print(*(f"    {line[:160]}" for line in changes[:12]), sep="\n")
    print(f"{len(names) - len(different)} of {len(names)} modules are equal")
    return int(bool(different))


def dump(folder: Path, only: str) -> None:
    """Writes the modules, one file each; what cannot be compiled leaves its error."""
    for path in ("test", "test/python", "examples"):
        sys.path.insert(0, str(ROOT / path))
    for name, compile_it in programs():
        if only in name:
            (folder / f"{name}.mlir").write_text(captured(compile_it))


class Captured(Exception):
    """Ends a compilation where IREE would begin."""


def captured(compile_it: Any) -> str:
    """The module that a compilation hands to IREE."""
    from iree.compiler.api import Invocation

    texts: list[str] = []
    original = Invocation.import_module

    def import_module(self: Any, module: Any) -> Any:
        text = module.get_asm(enable_debug_info=False)
        if "@train_step" not in text:
            return original(self, module)
        texts.append(text)
        raise Captured

    setattr(Invocation, "import_module", import_module)  # noqa: B010 - a method that only this process replaces
    try:
        compile_it()
    except Exception as error:
        if not texts:
            return f"{type(error).__name__}: {error}\n"
    finally:
        setattr(Invocation, "import_module", original)  # noqa: B010
    return texts[0]


def programs() -> Iterator[tuple[str, Any]]:
    """Every model of the tests by both its schemes, and one by every optimizer, precision and form of a step."""
    import torch
    from e2e.compare import OPTIMIZERS
    from e2e.models import BASIC, LANGUAGE, OTHER, VISION

    import pock_mlir as pock

    def program(case: Any, **options: Any) -> Any:
        def compile_it() -> None:
            torch.manual_seed(0)
            model, (inputs, targets) = case.model(), case.batch()
            settings: dict[str, Any] = {"optimizer": OPTIMIZERS[case.optimizer][0], "verify": "off"} | options
            pock.compile(model, inputs, targets or None, loss=case.loss, **settings)

        return compile_it

    for case in (*BASIC, *LANGUAGE, *OTHER, *VISION):
        for scheme in dict.fromkeys(("full", case.sparse)):
            yield f"{case.name}-{scheme.replace(':', '-')}", program(case, scheme=scheme)
    optimizers = {
        "sgd": pock.SGD(lr=0.1, momentum=0.9, weight_decay=0.01, dampening=0.1),
        "nesterov": pock.SGD(lr=0.1, momentum=0.9, nesterov=True),
        "clip": pock.SGD(lr=0.1, clip_norm=1.0),
        "accumulate": pock.AdamW(lr=0.1, accumulate=4),
        "adam": pock.Adam(lr=0.1),
        "rmsprop": pock.RMSprop(lr=0.1, momentum=0.9),
        "lion": pock.Lion(lr=0.1),
        "adagrad": pock.Adagrad(lr=0.1),
    }
    for name, optimizer in optimizers.items():
        yield f"optimizer-{name}", program(BASIC[0], optimizer=optimizer)
    for name in ("bf16", "f16"):
        yield f"precision-{name}", program(BASIC[0], precision=name)


if __name__ == "__main__":
    sys.exit(main())

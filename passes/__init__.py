"""The passes of pock_mlir, found by name.

A pass called `pock-some-name` or `some-name` is registered in the module or subpackage `some_name` of a package of
`STAGES`, the road of a compilation, or of `pock_mlir/backends/<backend>/passes` if only that backend needs it: a tool
imports only the passes it runs. `pipelines` registers the named pipelines. Passes that are alike but for a table are
modules of one subpackage, named by what their names begin with: `pock-insert-sgd` is `insert/sgd.py`.
A new pass is a new module, no more.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
from functools import cache
from pathlib import Path

from pock_mlir import backends

STAGES = ("forward", "backward", "updates", "memory", "dispatches", "lowering")

_PIPELINES = "pipelines"
_TESTING = "testing"


def is_findable(pass_name: str, module: str) -> bool:
    """Tells whether a pass is found by its name; only modules of our packages of passes are bound by the rule."""
    for package in _packages():
        if module.startswith(f"{package}."):
            path = module.removeprefix(f"{package}.").split(".")
            return len(path) <= 2 and "_".join(path) == _module_name(pass_name)
    return module == f"{__name__}.{_TESTING}" or not module.startswith(f"{__name__}.")


def stage_of(module: str) -> str:
    """The stage, or the backend, whose package of passes a module stands in; empty for another."""
    for package in _packages():
        if module == package or module.startswith(f"{package}."):
            return package.removesuffix(".passes").rpartition(".")[2]
    return ""


@cache
def import_module_of(name: str) -> None:
    """Imports the module that registers a pass or pipeline, if there is one."""
    for module in (_module_name(name), _PIPELINES, _TESTING):
        if module in _modules():
            importlib.import_module(_modules()[module])


@cache
def register_all_passes() -> None:
    """Imports every module of passes, so that all passes and pipelines are registered."""
    for module in _modules().values():
        importlib.import_module(module)


@cache
def _packages() -> tuple[str, ...]:
    """The packages of the stages and of the backends."""
    names = [f"{__name__}.{stage}" for stage in STAGES] + [
        f"{backends.__name__}.{backend.name}.passes"
        for backend in pkgutil.iter_modules(backends.__path__)
        if backend.ispkg
    ]
    return tuple(name for name in names if importlib.util.find_spec(name) is not None)


@cache
def _modules() -> dict[str, str]:
    """The modules and subpackages of passes, and the modules of subpackages, by what their names are in a pass's."""
    names = {name: f"{__name__}.{name}" for name in (_PIPELINES, _TESTING)}
    for package in _packages():
        for folder in importlib.import_module(package).__path__:
            for module in pkgutil.iter_modules([folder]):
                names[module.name] = f"{package}.{module.name}"
                for part in pkgutil.iter_modules([str(Path(folder, module.name))]):
                    names[f"{module.name}_{part.name}"] = f"{package}.{module.name}.{part.name}"
    if os.environ.get("POCK_TEST_PASSES") != "1":
        del names[_TESTING]
    return names


def _module_name(pass_name: str) -> str:
    return pass_name.removeprefix("pock-").replace("-", "_")

"""The passes of pock_mlir, found by name.

The pass `pock-some-name` or `some-name` is registered in the module or subpackage `some_name` of this package, so that
a tool imports only the passes it runs; `pipelines` registers the named pipelines. A new pass is a new module, no more.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from functools import cache

_PIPELINES = "pipelines"
_TESTING = "testing"


def is_findable(pass_name: str, module: str) -> bool:
    """Tells whether a pass is found by its name; only modules of this package are bound by the rule."""
    package, _, relative = module.removeprefix(__name__ + ".").partition(".")
    if not module.startswith(__name__ + ".") or package == _TESTING:
        return True
    return not relative and package == _module_name(pass_name)


@cache
def import_module_of(name: str) -> None:
    """Imports the module that registers a pass or pipeline, if there is one."""
    for module in (_module_name(name), _PIPELINES, _TESTING):
        if module in _module_names():
            importlib.import_module(f"{__name__}.{module}")


@cache
def register_all_passes() -> None:
    """Imports every module of the package, so that all passes and pipelines are registered."""
    for module in _module_names():
        importlib.import_module(f"{__name__}.{module}")


@cache
def _module_names() -> frozenset[str]:
    names = {module.name for module in pkgutil.iter_modules(__path__)}
    return frozenset(names if os.environ.get("POCK_TEST_PASSES") == "1" else names - {_TESTING})


def _module_name(pass_name: str) -> str:
    return pass_name.removeprefix("pock-").replace("-", "_")

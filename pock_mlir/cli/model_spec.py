"""What `pock compile` takes: a Python file or module that says what to compile."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType
from typing import Any

from pock_mlir.errors import CompileError

DEFAULT_ATTRIBUTE = "pock_model"


@dataclass(frozen=True)
class ModelSpec:
    """A model with what its compilation needs; the fields are the arguments of `pock_mlir.compile`.

    `inputs` is a tuple of example tensors or a dictionary of them, `targets` a tuple or `None`. A field that is
    `None` keeps the default of `compile`; options of the command line win over fields.
    """

    model: Any
    inputs: Any
    targets: Any = None
    loss: Any = None
    optimizer: Any = None
    schedule: Any = None
    scheme: Any = None
    calibration: Any = None
    target: str | None = None


def load_model_spec(spec: str) -> ModelSpec:
    """Loads `file.py[:attribute]` or `package.module[:attribute]`; the default attribute is `pock_model`.

    The attribute is a `ModelSpec`, a dictionary or an object with its fields, or a callable without arguments that
    returns one. Raises `CompileError`.
    """
    where, _, attribute = spec.partition(":")
    attribute = attribute or DEFAULT_ATTRIBUTE
    module = _import(where)
    if not hasattr(module, attribute):
        raise CompileError(
            f"{where} has no attribute '{attribute}'; name the one that describes the model: {where}:ATTRIBUTE"
        )
    found = getattr(module, attribute)
    if callable(found) and not isinstance(found, Mapping) and not hasattr(found, "model"):
        found = found()
    return _to_model_spec(found, f"{where}:{attribute}")


def _import(where: str) -> ModuleType:
    path = Path(where)
    try:
        if path.suffix == ".py":
            return _import_file(path)
        sys.path.insert(0, str(Path.cwd()))
        return importlib.import_module(where)
    except CompileError:
        raise
    except Exception as error:
        raise CompileError(f"importing {where} failed: {type(error).__name__}: {error}") from error


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise CompileError(f"there is no file {path}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent.resolve()))  # its own imports
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _to_model_spec(found: Any, where: str) -> ModelSpec:
    if isinstance(found, ModelSpec):
        return found
    names = [field.name for field in fields(ModelSpec)]
    if isinstance(found, Mapping):
        values = dict(found)
        unknown = [str(name) for name in values if name not in names]
        if unknown:
            raise CompileError(f"{where} has the unknown entry '{unknown[0]}'; the entries are {', '.join(names)}")
    else:
        values = {name: getattr(found, name) for name in names if hasattr(found, name)}
    missing = [name for name in ("model", "inputs") if name not in values]
    if missing:
        raise CompileError(
            f"{where} does not describe a model: it has no '{missing[0]}'; it needs model and inputs, "
            f"and may have {', '.join(names[2:])}"
        )
    return ModelSpec(**values)

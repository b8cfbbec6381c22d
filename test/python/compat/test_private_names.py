"""That nothing private of a third party is used outside of `pock_mlir/compat/`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
THIRD_PARTIES = {
    "torch",
    "torch_mlir",
    "iree",
    "numpy",
    "typer",
    "rich",
    "yaml",
    "matplotlib",
    "safetensors",
    "sys",
    "os",
}
OPS = "torch.ops"
"""Whatever follows are names of ops, which are what exported programs consist of."""

# Texts that look like private names, by file (a pattern) and why they are none.
OTHERWISE = [
    ("passes/forward/convert_torch_to_pock/complex.py", "an op", {"_unsafe_view"}),
    ("passes/testing.py", "the end of a name", {"_renamed"}),
    ("pock_mlir/frontends/torch/autograd.py", "an attribute of ours", {"_pock_hooked"}),
]

_PRIVATE = re.compile(r"_[A-Za-z]\w*")
_PRIVATE_PATH = re.compile(rf"({'|'.join(THIRD_PARTIES)})(\.\w+)*\._[A-Za-z]\w*(\.\w+)*")
_AN_OP = re.compile(r"torch\.(aten|prims|ops)\..*")


def _is_private(name: str) -> bool:
    return _PRIVATE.fullmatch(name) is not None


def _imported(tree: ast.AST) -> dict[str, str]:
    """The names that a source binds to something of a third party, and what."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                found[bound] = alias.name if alias.asname else bound
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return {name: what for name, what in found.items() if what.partition(".")[0] in THIRD_PARTIES}


def _own_members(tree: ast.AST) -> set[str]:
    """The private members of the classes of a source."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for child in ast.walk(node):
                if isinstance(child, ast.FunctionDef):
                    found.add(child.name)
                elif isinstance(child, ast.Name | ast.Attribute) and isinstance(child.ctx, ast.Store):
                    found.add(child.id if isinstance(child, ast.Name) else child.attr)
    return found


def _path(node: ast.expr) -> list[str] | None:
    """`a.b.c` as its names; None for any other expression."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id, *reversed(names)] if isinstance(node, ast.Name) else None


def private_names(file: str, source: str) -> Iterator[str]:
    """The private names of third parties in a source, with their lines."""
    tree = ast.parse(source)
    imported, own = _imported(tree), _own_members(tree)
    allowed = set().union(*(texts for pattern, _, texts in OTHERWISE if fnmatch(file, pattern)))
    for node in ast.walk(tree):
        found = None
        if isinstance(node, ast.Import):
            found = next((a.name for a in node.names if _PRIVATE_PATH.fullmatch(a.name)), None)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            paths = [f"{node.module}.{alias.name}" for alias in node.names]
            found = next(filter(_PRIVATE_PATH.fullmatch, paths), None)
        elif isinstance(node, ast.Attribute) and _is_private(node.attr):
            path = _path(node)
            full = ".".join([imported.get(path[0], path[0]), *path[1:]]) if path else ""
            is_foreign = path is not None and path[0] in imported
            if is_foreign and not full.startswith(f"{OPS}."):
                found = full
            elif not is_foreign and node.attr not in own:
                found = f"....{node.attr}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in allowed:
            is_path = _PRIVATE_PATH.fullmatch(node.value) and not _AN_OP.fullmatch(node.value)
            found = repr(node.value) if is_path or _is_private(node.value) else None
        if found is not None:
            yield f"{file}:{node.lineno}: {found}"  # pyright: ignore[reportAttributeAccessIssue]


def _sources() -> Iterator[tuple[str, str]]:
    for folder in ("dialects", "passes", "pock_mlir", "tools"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.parent != ROOT / "pock_mlir" / "compat":
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def test_private_names_stand_in_compat_alone() -> None:
    found = [use for file, source in _sources() for use in private_names(file, source)]
    assert found == [], "take them from pock_mlir.compat, with a canary"


def test_what_is_otherwise_is_there() -> None:
    sources = dict(_sources())
    for pattern, why, texts in OTHERWISE:
        matching = "".join(source for file, source in sources.items() if fnmatch(file, pattern))
        assert all(text in matching for text in texts), f"{pattern} ({why}) needs no exception"


@pytest.mark.parametrize(
    "source",
    [
        "import torch._decomp",
        "import torch._functorch.eager_transforms as transforms",
        "from torch._ops import OpOverload",
        "from torch.utils import _pytree as pytree",
        "import torch\ntorch._VF.lstm",
        "import torch\ntorch.fx.graph._format_target = None",
        "from torch.fx import graph\ngraph._format_target",
        "def f(op):\n    return op._schema.name",
        "def _schema(op):\n    return op._schema",
        "def f(module):\n    return module.get_submodule('a')._parameters",
        "def f(x):\n    return getattr(x, '_post_accumulate_grad_hooks', None)",
        "is_own = rule.__module__ == 'torch._decomp.decompositions'",
        "class Cache(ContextCache):\n    def get(self):\n        return self._c",
        "def f():\n    from iree import _runtime_libs",
        "import sys\nsys._getframe(1)",
    ],
)
def test_private_names_are_found(source: str) -> None:
    assert len(list(private_names("passes/some.py", source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import torch\ntorch.ops.aten._softmax.default",
        "@torch_op('torch.aten._softmax')\ndef softmax(): ...",
        "class A:\n    def __init__(self):\n        self._x = 1\ndef f(a):\n    return a._x",
        "def f(rule):\n    return rule.__module__",
        "def _f(): ...\n_f()",
    ],
)
def test_our_own_private_names_are_none(source: str) -> None:
    assert list(private_names("passes/some.py", source)) == []

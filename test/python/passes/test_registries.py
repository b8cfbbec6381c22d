"""That the dialect, the tables of rules and the tests know of each other: what is added to one is asked for in the
others.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pock_mlir.backends.iree.passes import adapt_to_iree
from pock_mlir.backends.iree.passes.adapt_to_iree.rules import adaptation
from pock_mlir.compat.torch_mlir import declared_traits
from pock_mlir.dialects import FAMILIES, op_classes
from pock_mlir.dialects.traits import OfState
from pock_mlir.passes import stage_of
from pock_mlir.passes.backward import autodiff, sink_slices
from pock_mlir.passes.backward.autodiff.rules import vjp
from pock_mlir.passes.backward.sink_slices.rules import sinking
from pock_mlir.passes.forward import convert_torch_to_pock
from pock_mlir.passes.forward.convert_torch_to_pock.rules import torch_op
from pock_mlir.passes.lowering import convert_pock_to_linalg
from pock_mlir.passes.lowering.lowerings import alternative, lowering
from pock_mlir.passes.machinery.alternatives import AlternativeTable
from pock_mlir.passes.machinery.registry import registered_passes
from pock_mlir.passes.machinery.rules import RuleTable

ROOT = Path(__file__).resolve().parents[3]
TESTS = ROOT / "test"


def _is_ours(module: str) -> bool:
    """Whether a pass is one of the package's or of a backend's, not one that only exercises the infrastructure."""
    return module.startswith(("pock_mlir.passes.", "pock_mlir.backends.")) and module != "pock_mlir.passes.testing"


OPS = {op.OPERATION_NAME: op for op in op_classes()}
STATE_OPS = {name for name, op in OPS.items() if OfState in declared_traits(op)}
PASSES = {
    info.name: TESTS / "passes" / stage_of(info.function.__module__)
    for info in registered_passes()
    if _is_ours(info.function.__module__)
}
"""The folder of each pass's tests."""

REPLACED_BEFORE_LOWERING = {"pock.gradient", "pock.cotangent", "pock.custom_vjp"}
"""By the optimizer's pass and by pock-autodiff."""

NOT_DIFFERENTIABLE = {
    "pock.uniform",
    "pock.parameter",
    "pock.parameter_view",
    "pock.state",
    "pock.read",
    "pock.assign",
    "pock.gradient",
    "pock.update",
    "pock.yield",
    "pock.stop_gradient",
    "pock.cotangent",
    "pock.zero_gradient",
    "pock.dispatch",
    "pock.output",
}
"""Ops through which no gradient flows: state, what says so by its name, and what is formed when gradients are there."""

GRADIENTS_ONLY = {
    "pock.conv2d_weight_grad",
    "pock.max_pool2d_grad",
    "pock.avg_pool2d_grad",
    "pock.cross_entropy_grad",
    "pock.slice",
}
"""Ops that only gradients consist of: a rule for them would be of second order."""


@pytest.mark.parametrize("op", OPS)
def test_op_is_lowered_or_state(op):
    """By a rule or by one of several."""
    assert (op in lowering or op in alternative) != (op in STATE_OPS | REPLACED_BEFORE_LOWERING)


@pytest.mark.parametrize("op", OPS)
def test_op_has_a_gradient_rule_or_a_reason(op):
    assert (op in vjp) != (op in NOT_DIFFERENTIABLE | GRADIENTS_ONLY)


@pytest.mark.parametrize("op", OPS)
def test_op_has_a_verifier(op):
    assert hasattr(OPS[op], "verify_invariants")


TABLES = {"gradient rules": vjp, "lowerings": lowering, "alternatives": alternative, "slices": sinking}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_rules_are_for_ops_that_exist(table: RuleTable | AlternativeTable):
    assert [name for name in table.names() if name.startswith("pock.") and name not in OPS] == []


@pytest.mark.parametrize("op", sorted(GRADIENTS_ONLY | NOT_DIFFERENTIABLE | STATE_OPS | REPLACED_BEFORE_LOWERING))
def test_exceptions_are_ops_that_exist(op):
    assert op in OPS


@pytest.mark.parametrize("family", [family.__name__.rpartition(".")[2] for family in FAMILIES])
def test_family_has_lit_tests(family):
    """A file with valid ops and one with the verifiers' errors, in which every op of the family occurs."""
    ops = [name for name, op in OPS.items() if op.__module__.endswith(f".{family}")]
    valid, invalid = ((TESTS / "dialects" / f"{family}{kind}.mlir").read_text() for kind in ("", "-invalid"))
    assert [name for name in ops if f'"{name}"(' not in valid] == []
    assert [name for name in ops if f"{{'{name}' op " not in invalid] == []


@pytest.mark.parametrize("name", PASSES)
def test_pass_has_lit_tests(name):
    """test/passes/<stage>/<pass>.mlir, or a folder of that name, that runs the pass."""
    folder = PASSES[name] / name
    files = [PASSES[name] / f"{name}.mlir", *(folder.glob("*.mlir") if folder.is_dir() else ())]
    runs = re.compile(rf"RUN:.*(--|[(,]){name}\b")
    assert any(runs.search(file.read_text()) for file in files if file.is_file())


LOWERINGS = [
    *(lowering.get(op) for op in lowering.names()),
    *(one.rule for op in alternative.names() for one in alternative.get(op)),
]
RULE_FILES = [
    ("pock-autodiff", autodiff, [vjp.get(op) for op in vjp.names()]),
    ("convert-pock-to-linalg", convert_pock_to_linalg, LOWERINGS),
    ("convert-torch-to-pock", convert_torch_to_pock, [torch_op.get(op) for op in torch_op.names()]),
    ("pock-sink-slices", sink_slices, [sinking.get(op) for op in sinking.names()]),
    ("pock-adapt-to-iree", adapt_to_iree, [adaptation.get(op) for op in adaptation.names()]),
]


def test_lit_tests_stand_with_their_stage():
    """No file of test/passes/<stage> is of no pass of that stage."""
    strays = [
        file
        for folder in set(PASSES.values())
        for file in folder.iterdir()
        if not any(file.stem == name or file.stem.startswith(f"{name}-") for name in PASSES if PASSES[name] == folder)
    ]
    assert strays == []
    assert {file.parent for file in (TESTS / "passes").glob("**/*.mlir")} - set(PASSES.values()) == {
        PASSES[name] / name for name, _, _ in RULE_FILES
    }


@pytest.mark.parametrize(("name", "package", "rules"), RULE_FILES, ids=[name for name, _, _ in RULE_FILES])
def test_rule_files_have_lit_tests(name, package, rules):
    """Each file of rules has a test of its name."""
    modules = {rule.__module__ for rule in rules}
    families = {module.removeprefix(f"{package.__name__}.") for module in modules}
    assert {family for family in families if not (PASSES[name] / name / f"{family}.mlir").is_file()} == set()


@pytest.mark.parametrize("op", alternative.names())
def test_alternatives_have_lit_tests(op):
    """Each is named in some test."""
    files = (PASSES["convert-pock-to-linalg"] / "convert-pock-to-linalg").glob("*.mlir")
    uses = [line for file in files for line in file.read_text().splitlines() if f'"{op}"(' in line]
    names = [one.name for one in alternative.get(op)]
    assert [name for name in names if not any(f'pock.lowering = "{name}"' in use for use in uses)] == []


PASS_FILES = sorted([*(ROOT / "passes").rglob("*.py"), *(ROOT / "pock_mlir" / "backends").glob("*/passes/**/*.py")])


def _module(file: Path) -> str:
    """A file's module, a package's for its `__init__`."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in ("pock_mlir", *parts[parts[0] == "pock_mlir" :]) if part != "__init__")


def _imports(file: Path) -> Iterator[str]:
    """What a file imports, by full names."""
    package = _module(file) if file.stem == "__init__" else _module(file).rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            start = package.rsplit(".", node.level - 1)[0] if node.level else ""
            module = ".".join(filter(None, (start, node.module)))
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _foreign(file: Path) -> list[str]:
    """What a file takes from the module or package of a pass that it does not belong to."""
    homes = {info.function.__module__ for info in registered_passes()}
    others = [home for home in homes if not f"{_module(file)}.".startswith(f"{home}.")]
    return [name for name in _imports(file) if any(f"{name}.".startswith(f"{home}.") for home in others)]


@pytest.mark.parametrize("file", PASS_FILES, ids=map(_module, PASS_FILES))
def test_passes_import_nothing_of_each_other(file):
    """What several need is in a module of its own, in which no pass is registered."""
    assert _foreign(file) == []


PLACES = ["convert_pock_to_linalg/new.py", "convert_pock_to_linalg/__init__.py", "new.py"]


@pytest.mark.parametrize("place", PLACES)
def test_imports_from_another_pass_are_found(place, monkeypatch):
    dots = "." if place == "new.py" else ".."
    source = (
        f"from {dots} import verify_symbols\nfrom {dots}store_as_read import Shape\n"
        "import pock_mlir.passes.backward.autodiff.matmul"
    )
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: source)
    found = ["lowering.verify_symbols", "lowering.store_as_read.Shape", "backward.autodiff.matmul"]
    assert _foreign(ROOT / "passes" / "lowering" / place) == [f"pock_mlir.passes.{name}" for name in found]

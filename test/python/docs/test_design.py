"""docs/design.md: the IR that it follows a tensor by is what the stages have."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
import torch
from support.worked_examples import ROOT
from torch_mlir import ir

import pock_mlir as pock
from pock_mlir.backends.iree.compiler.backend import FLAGS
from pock_mlir.backends.iree.compiler.device import resolve_target
from pock_mlir.backends.iree.compiler.hand_over import hand_over
from pock_mlir.backends.iree.compiler.session import IreeCompiler
from pock_mlir.passes.machinery.pipeline import run_pipeline
from pock_mlir.targets import get_target

PAGE = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
SNIPPETS = dict(re.findall(r"^```mlir ([\w ]+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
_VALUE = re.compile(r"%[\w.]+(#\d+)?")


@pytest.fixture(scope="module")
def trainable() -> pock.Trainable:
    model = torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))
    imported = pock.import_model(model, (torch.randn(32, 784),), (torch.randint(0, 10, (32,)),))
    return imported.train("full", pock.AdamW(lr=1e-3))


def backward(stage: pock.Trainable) -> str:
    module = stage.imported.module.clone().operation
    run_pipeline(module, [*stage.plan.pipeline(["train_step"])[:1], *stage.plan.pipeline([])[-1:]])
    run_pipeline(module, "cse,canonicalize")
    return text_of(module)


def dispatches(stage: pock.Trainable) -> str:
    module = stage.module.clone().operation
    run_pipeline(module, "pock-form-dispatches")
    return text_of(module)


def handed_over(stage: pock.Trainable) -> str:
    bytecode = io.BytesIO()
    stage.lower().module.write_bytecode(bytecode)
    compiler, device = IreeCompiler(FLAGS), resolve_target(get_target("host")).device
    return text_of(hand_over(bytecode.getvalue(), compiler.context, device).operation)


def text_of(module: ir.Operation) -> str:
    return module.get_asm(enable_debug_info=False)


STAGES: dict[str, Callable[[pock.Trainable], str]] = {
    "imported": lambda stage: text_of(stage.imported.module),
    "backward": backward,
    "trainable": lambda stage: text_of(stage.module),
    "dispatches": dispatches,
    "lowered": lambda stage: text_of(stage.lower().module),
    "handed over": handed_over,
}


def test_each_snippet_has_a_stage():
    assert SNIPPETS.keys() == STAGES.keys()


@pytest.mark.parametrize("name", STAGES)
def test_snippet_is_of_the_stage(name: str, trainable: pock.Trainable):
    """Line by line, in this order; values by any name, and anything for "…"."""
    rest = [_unnamed(line) for line in STAGES[name](trainable).splitlines()]
    for line in SNIPPETS[name].splitlines():
        pattern = re.compile(".*".join(map(re.escape, _unnamed(line).split("…"))))
        found = next((index for index, each in enumerate(rest) if pattern.fullmatch(each)), None)
        assert found is not None, line
        rest = rest[found + 1 :]


def test_the_dispatch_costs_what_the_page_says(trainable: pock.Trainable):
    (dispatch,) = (each for each in trainable.dispatches() if "model.0.weight" in each.updates)
    assert (dispatch.kind, dispatch.ops, dispatch.module) == ("contraction", ("matmul", "update"), "0")
    assert [round(dispatch.flops / 1e6, 1), *(round(n / 2**20, 1) for n in (dispatch.read, dispatch.written))] == [
        15.7,
        2.4,
        2.3,
    ]


def _unnamed(line: str) -> str:
    return _VALUE.sub("%", line.strip())

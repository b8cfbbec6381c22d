"""Import and passes of a model whose weights do not exist: neither may touch a value, or take memory for one."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
import torch
from torch_mlir import ir
from transformers import LlamaConfig, LlamaForCausalLM

import pock_mlir as pock
from pock_mlir.contract import symbol_of
from pock_mlir.errors import CompileError
from pock_mlir.frontends.torch.export import Examples, trace
from pock_mlir.frontends.torch.importer import ParameterTable, import_traced
from pock_mlir.passes.analyses.functions import functions_of
from pock_mlir.passes.forward.convert_torch_to_pock import torch_op
from pock_mlir.passes.machinery.calls import call, calls
from pock_mlir.passes.machinery.pipeline import run_pipeline

MEGABYTE = 1_000_000


class NextToken(torch.nn.Module):
    """Two blocks of LLaMA-7B's widths: 2.6 GB of weights, on the meta device."""

    def __init__(self) -> None:
        super().__init__()
        config = LlamaConfig(num_hidden_layers=2, num_key_value_heads=8, max_position_embeddings=32, use_cache=False)
        self.llama = LlamaForCausalLM(config)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.llama(input_ids=ids).logits.flatten(0, 1)


@pytest.fixture(scope="module")
def model() -> torch.nn.Module:
    with torch.device("meta"):
        return NextToken().eval()


@pytest.fixture(scope="module")
def lowered(model: torch.nn.Module) -> tuple[ir.Module, int]:
    """The module, ready for IREE, and the bytes by which import and passes let the process grow."""
    with torch.device("meta"):
        ids, targets = torch.zeros(1, 32, dtype=torch.int64), torch.zeros(32, dtype=torch.int64)
    traced = trace(
        model, Examples([((ids,), (targets,))], [(ids,)]), torch.nn.functional.cross_entropy, torch_op.names()
    )
    before = peak_bytes()
    module = import_traced(traced, ParameterTable(model))
    names = [symbol_of(name) for name, _ in model.named_parameters()]
    updates = calls("pock-insert-adamw", "pock-pruning", "pock-lowering")
    run_pipeline(module, [*calls("pock-forward"), call("pock-backward", symbols=names), *updates])
    return module, peak_bytes() - before


def peak_bytes() -> int:
    """The most that this process has held in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_memory_is_that_of_the_program(model: torch.nn.Module, lowered: tuple[ir.Module, int]) -> None:
    module, growth = lowered
    assert sum(p.nbytes for p in model.parameters()) > 2_000 * MEGABYTE
    assert growth < 100 * MEGABYTE
    names = {ir.StringAttr(f.attributes["sym_name"]).value for f in functions_of(module.operation)}
    assert {"train_step", "predict", "dispatch.contraction"} <= names


def test_a_bundle_needs_the_weights(tmp_path: Path) -> None:
    with torch.device("meta"):
        model, x = torch.nn.Linear(3, 2), torch.zeros(4, 3)
    step = pock.compile(model, (x,), (torch.zeros(4, 2, device="meta"),), loss="mse")
    with pytest.raises(CompileError, match="parameter 'weight' has no value: it is on the meta device"):
        step.save(tmp_path / "model.pock")
    assert not (tmp_path / "model.pock").exists()


def test_stages_are_timed() -> None:
    step = pock.compile(torch.nn.Linear(3, 2), (torch.zeros(4, 3),), (torch.zeros(4, 2),), loss="mse", scheme="bias")
    names = [name for name, _ in step.seconds]
    assert names[:3] == ["torch.export", "import", "convert-torch-to-pock"]
    assert names[-3:] == ["IREE", "counting of ops and dispatches", "verification of the export"]
    assert {"pock-autodiff", "pock-insert-sgd", "convert-pock-to-linalg"} <= set(names)
    assert all(seconds >= 0 for _, seconds in step.seconds)
    assert step.seconds[-1][1] > 0

"""docs/add_an_optimizer.md: its example, in a copy of the sources, passes its own tests and trains as torch does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.worked_examples import ROOT, assert_lit_passes, blocks_of, copy_with_example

PAGE = "add_an_optimizer.md"
NEW = ["passes/updates/insert/adadelta.py", "test/passes/updates/pock-insert-adadelta.mlir"]
TRAINED = """
import copy, torch, pock_mlir as pock
from pock_mlir.optimizers import Adadelta

torch.manual_seed(0)
ours, batches = torch.nn.Linear(6, 4), [(torch.randn(5, 6), torch.randn(5, 4)) for _ in range(5)]
theirs, (x, y) = copy.deepcopy(ours), batches[0]
options = {"lr": 0.5, "rho": 0.8, "eps": 1e-3}
session = pock.load(pock.compile(ours, (x,), (y,), loss="mse", optimizer=Adadelta(**options)).save("m.pock"), threads=1)
optimizer = torch.optim.Adadelta(theirs.parameters(), **options)
for x, y in batches:
    session.train_step(x.numpy(), y.numpy())
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(theirs(x), y).backward()
    optimizer.step()
for name, value in theirs.state_dict().items():
    torch.testing.assert_close(torch.from_numpy(session.state_dict()[name]), value, rtol=1e-5, atol=1e-6)
    assert not torch.allclose(ours.state_dict()[name], value, atol=1e-2)
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    copy_with_example(PAGE, folder)
    return folder


def test_every_block_has_a_file():
    assert len(blocks_of(PAGE)) == (ROOT / "docs" / PAGE).read_text(encoding="utf-8").count("```") // 2
    assert [file for file, _ in blocks_of(PAGE) if not (ROOT / file).exists()] == NEW


def test_example_passes_its_tests(checkout: Path):
    assert_lit_passes(PAGE, checkout)


def test_example_trains_as_torch_does(checkout: Path, tmp_path: Path):
    command, environment = [sys.executable, "-c", TRAINED], os.environ | {"PYTHONPATH": str(checkout)}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)

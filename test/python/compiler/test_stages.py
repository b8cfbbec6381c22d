"""The stages of a compilation as values: what comes of one does not change it, and is what `compile` makes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch_mlir import ir

import pock_mlir as pock
from pock_mlir.passes.machinery.calls import pipeline_text
from pock_mlir.passes.machinery.pipeline import run_pipeline
from pock_mlir.targets import TARGETS

SCHEMES = ["full", "bias", "last-blocks:1", pock.Scheme("one", (pock.Rule("0.weight"),))]
OPTIMIZERS = [pock.SGD(lr=0.1, momentum=0.9), pock.AdamW(lr=0.1, clip_norm=1.0)]


class Normed(torch.nn.Sequential):
    def __init__(self) -> None:
        torch.manual_seed(0)
        super().__init__(torch.nn.Linear(6, 8), torch.nn.LayerNorm(8), torch.nn.GELU(), torch.nn.Linear(8, 3))


def batch() -> dict[str, Any]:
    torch.manual_seed(1)
    return {"inputs": (torch.randn(4, 6),), "targets": (torch.tensor([0, 1, 2, 0]),)}


def text_of(stage: pock.Imported | pock.Trainable | pock.Lowered) -> str:
    return stage.module.get_asm(enable_debug_info=False)


def test_one_import_serves_every_plan(tmp_path: Path) -> None:
    imported = pock.import_model(Normed(), **batch())
    before = text_of(imported)
    trainable = {(i, j): imported.train(s, o) for i, s in enumerate(SCHEMES) for j, o in enumerate(OPTIMIZERS)}
    texts = {key: text_of(stage) for key, stage in trainable.items()}
    assert len(set(texts.values())) == len(texts)
    for (i, j), stage in trainable.items():
        fresh = pock.import_model(Normed(), **batch(), scheme=SCHEMES[i])
        again = fresh.train(SCHEMES[i], OPTIMIZERS[j])
        assert texts[i, j] == text_of(again)
        assert text_of(stage.lower()) == text_of(again.lower())
        assert text_of(stage) == texts[i, j]
    assert text_of(imported) == before


def test_the_stages_make_what_compile_makes(tmp_path: Path) -> None:
    model, optimizer = Normed(), OPTIMIZERS[1]
    step = pock.compile(model, **batch(), scheme="bias", optimizer=optimizer)
    trainable = pock.import_model(model, **batch()).train("bias", optimizer)
    assert trainable.verify() == step.verification == "verified"
    compiled = trainable.lower().compile()
    assert compiled.manifest == step.manifest
    assert compiled.verification == "off"
    sessions = [pock.load(each.save(tmp_path / name)) for name, each in (("a", step), ("b", compiled))]
    x, y = (tensor.numpy() for group in batch().values() for tensor in group)
    assert len({session.train_step(x, y) for session in sessions}) == 1


def test_the_forward_programs_can_be_had_in_pock_opt() -> None:
    """A plan's passes, as text, make of the import what the stage has."""
    imported = pock.import_model(Normed(), **batch())
    trainable = imported.train(pock.Scheme("odd", (pock.Rule("[0-3].*s"),)), OPTIMIZERS[1])
    module = imported.module.clone()
    run_pipeline(module, f"{pipeline_text(trainable.plan.pipeline(['train_step']))},pock-pruning,pock-memory")
    assert isinstance(module, ir.OpView)
    assert module.operation.get_asm(enable_debug_info=False) == text_of(trainable)


def test_parameters_in_one_memory_are_imported_for_all(tmp_path: Path) -> None:
    """Imported for what trains both, and then trained alone: as compiled for it alone."""

    class Shared(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.a = torch.nn.Linear(6, 6)
            self.b = torch.nn.Linear(6, 6)
            self.b.weight = torch.nn.Parameter(self.a.weight.detach().t())

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.b(torch.tanh(self.a(x)))

    data = {"inputs": (torch.randn(4, 6),), "targets": (torch.randn(4, 6),), "loss": "mse"}
    imported = pock.import_model(Shared(), **data)
    for names in (("a.weight",), ("b.weight",), ("a.bias",)):
        scheme = pock.Scheme("some", tuple(pock.Rule(name) for name in names))
        steps = imported.train(scheme).lower().compile(), pock.compile(Shared(), **data, scheme=scheme)
        after = []
        for index, step in enumerate(steps):
            assert step.trained == names
            session = pock.load(step.save(tmp_path / f"{names[0]}{index}"))
            for _ in range(3):
                session.train_step(data["inputs"][0].numpy(), data["targets"][0].numpy())
            after.append(session.state_dict())
        for name, value in after[0].items():
            np.testing.assert_array_equal(value, after[1][name])


def test_a_scheme_trains_no_more_than_was_imported() -> None:
    model = Normed()
    model[0].weight.requires_grad_(False)
    more = pock.Scheme("more", default="full", unfreeze=("0.weight",))
    imported = pock.import_model(model, **batch())
    with pytest.raises(pock.PockError, match=r"the scheme 'more' trains '0\.weight', for which the model was not imp"):
        imported.train(more)
    assert "model.0.weight" in pock.import_model(model, **batch(), scheme=more).train(more).plan.trained


def test_a_step_fits_into_the_memory_of_its_target() -> None:
    lowered = pock.import_model(Normed(), **batch()).train().lower()
    needed = lowered.compile().memory.planned_peak_bytes
    assert lowered.compile(dataclasses.replace(TARGETS["host"], memory_bytes=needed)).memory.planned_peak_bytes
    with pytest.raises(pock.PockError, match=f"takes {needed} bytes, target 'small' has {needed - 1}"):
        lowered.compile(dataclasses.replace(TARGETS["host"], name="small", memory_bytes=needed - 1))

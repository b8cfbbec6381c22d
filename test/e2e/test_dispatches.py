"""Dispatches of whole models: every op that computes stands in exactly one, in an order that keeps every value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch_mlir import ir
from torch_mlir.dialects import func

import pock_mlir as pock
from pock_mlir.backends import backend_for
from pock_mlir.backends.backend import Artifact, BackendError, Program
from pock_mlir.compiler import stages
from pock_mlir.dialects.broadcast import BroadcastOp
from pock_mlir.dialects.dispatch import MOST_OUTPUTS, DispatchOp, OutputOp
from pock_mlir.dialects.state import ReadOp, UpdateOp
from pock_mlir.dialects.traits import Literal, has_trait
from pock_mlir.errors import CompileError
from pock_mlir.passes.analyses.cost import cost_of, flops_of, nbytes, state_types
from pock_mlir.passes.analyses.functions import functions_of, operations_of
from pock_mlir.passes.analyses.liveness import liveness
from pock_mlir.passes.analyses.storage import RESHAPES
from pock_mlir.passes.dispatches.form_dispatches import MOST_VALUES
from pock_mlir.passes.machinery.pipeline import run_pipeline
from pock_mlir.targets import Target

from .models import BASIC, LANGUAGE, OTHER, VISION
from .models.case import Case

BETWEEN = (ReadOp, *RESHAPES)


@pytest.fixture(scope="module", params=[*BASIC, *LANGUAGE, *OTHER, *VISION], ids=lambda case: case.name)
def trainable(request: pytest.FixtureRequest) -> pock.Trainable:
    case: Case = request.param
    torch.manual_seed(0)
    model, (inputs, targets) = case.model(), case.batch()
    imported = pock.import_model(model, inputs, targets or None, case.loss)
    return imported.train("full", pock.AdamW(lr=0.1))


def test_pieces_compute_what_a_backend_makes_of_the_whole(tmp_path: Path) -> None:
    """Cut here, with updates in place, or left to the backend: the same losses and parameters to the last digits."""
    for case in (BASIC[0], BASIC[3]):
        torch.manual_seed(0)
        model, (inputs, targets) = case.model(), case.batch()
        imported = pock.import_model(model, inputs, targets or None, case.loss)
        trainable = imported.train("full", pock.SGD(lr=0.05, momentum=0.9, clip_norm=1.0))
        losses, states = [], []
        for dispatches in (False, True):
            lowered = trainable.lower(dispatches=dispatches)
            assert dispatches == ("call @dispatch." in str(lowered.module))
            step = lowered.compile()
            session = pock.load(step.save(tmp_path / f"{case.name}{dispatches}.pock"), threads=1)
            named = isinstance(inputs, dict)
            given = [{n: x.numpy() for n, x in inputs.items()}] if named else [x.numpy() for x in inputs]
            arrays = [*given, *(target.numpy() for target in targets)]
            losses.append([session.train_step(*arrays) for _ in range(4)])
            states.append(session.state_dict())
            assert session.measured_peak_bytes <= step.memory.planned_peak_bytes + 4096
        np.testing.assert_allclose(losses[1], losses[0], rtol=1e-6)
        for name, value in states[0].items():
            np.testing.assert_allclose(states[1][name], value, rtol=1e-4, atol=1e-6, err_msg=name)


def test_a_piece_without_code_leaves_the_cut_to_the_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the manifest says so; an error of the backend's own cut is one."""

    class Incomplete:
        name = "incomplete"

        def compile(self, program: Program, target: Target) -> Artifact:
            if "call @dispatch." in str(program.module) or "sqrt" in str(program.module):
                raise BackendError("no code for this", "no code")
            return backend_for(target.generator).compile(program, target)

    x, y = torch.randn(4, 8), torch.randn(4, 2)
    trainable = pock.import_model(torch.nn.Linear(8, 2), (x,), (y,), "mse").train("full", pock.SGD(lr=0.1))
    assert trainable.lower().compile().manifest.statistics["cut"] == "compiler's"
    monkeypatch.setattr(stages, "backend_for", lambda generator: Incomplete())
    assert trainable.lower().compile().manifest.statistics["cut"] == "backend's"
    with pytest.raises(CompileError, match="no code for this"):
        trainable.imported.train("full", pock.AdamW()).lower().compile()


def test_the_plan_is_what_the_backend_allocates() -> None:
    """Without running it: exactly for pieces that it takes as they are, besides the scalars of the loss."""
    layers: list[torch.nn.Module] = []
    for _ in range(3):
        layers += [torch.nn.Linear(256, 256), torch.nn.ReLU()]
    model, x, y = torch.nn.Sequential(*layers, torch.nn.Linear(256, 8)), torch.randn(32, 256), torch.randn(32, 8)
    for scheme in ("full", "last-blocks:1"):
        trainable = pock.import_model(model, (x,), (y,), "mse").train(scheme, pock.AdamW())
        planned = trainable.plan_transients()["train_step"]
        allocated = trainable.lower(dispatches=True).compile().memory.transient_bytes
        assert planned <= allocated <= 1.02 * planned + 4096, scheme


@pytest.fixture(scope="module")
def formed(trainable: pock.Trainable) -> ir.Operation:
    """In the order in which they run, which holds no more than that of the program."""
    module = trainable.module.clone().operation
    run_pipeline(module, "pock-form-dispatches")  # which verifies that each value is made before it is used
    before = [liveness(function).peak_bytes for function in functions_of(module)]
    run_pipeline(module, "pock-schedule-dispatches")
    peaks = [liveness(function).peak_bytes for function in functions_of(module)]
    assert all(now <= then for now, then in zip(peaks, before, strict=True))
    return module


def computing(op: ir.OpView) -> bool:
    return not (has_trait(op, Literal) or isinstance(op, (*BETWEEN, BroadcastOp, OutputOp, func.ReturnOp)))


def dispatches(module: ir.Operation) -> Iterator[DispatchOp]:
    for function in functions_of(module):
        yield from (op for op in operations_of(function) if isinstance(op, DispatchOp))


def test_every_op_stands_in_exactly_one(trainable: pock.Trainable, formed: ir.Operation) -> None:
    before: Counter[str] = Counter()
    for function in functions_of(trainable.module):
        before.update(op.operation.name for op in operations_of(function) if computing(op))
    inside = Counter(op.operation.name for dispatch in dispatches(formed) for op in dispatch.ops if computing(op))
    assert inside == before
    for function in functions_of(formed):
        *outside, end = operations_of(function)
        assert end.operation.name == "func.return"
        assert all(isinstance(op, (DispatchOp, *BETWEEN)) or has_trait(op, Literal) for op in outside)


def test_old_values_are_read_before_their_update(formed: ir.Operation) -> None:
    for function in functions_of(formed):
        read: dict[ir.Value, str] = {}
        written: set[str] = set()
        for op in operations_of(function):
            if isinstance(op, ReadOp):
                assert op.symbol.value not in written
                read[op.result] = op.symbol.value
            elif isinstance(op, RESHAPES) and op.operation.operands[0] in read:
                read[op.operation.results[0]] = read[op.operation.operands[0]]
            elif isinstance(op, DispatchOp):
                used = {read[value] for value in op.inputs if value in read}
                # A dispatch may read what it updates: the update's own inputs are read first.
                assert not used & written
                written.update(op.written)


def test_dispatches_are_small_enough_for_a_device(formed: ir.Operation) -> None:
    for dispatch in dispatches(formed):
        assert len(dispatch.outputs) <= MOST_OUTPUTS
        if len(list(filter(computing, dispatch.ops))) > 1:
            assert len(dispatch.inputs) + len(dispatch.outputs) + len(dispatch.written) <= MOST_VALUES
        assert sum(isinstance(op, UpdateOp) for op in dispatch.ops) <= 1


def test_costs_add_up(trainable: pock.Trainable, formed: ir.Operation) -> None:
    """Arithmetic is neither lost nor done twice, and a dispatch touches less memory than its ops one by one."""
    types = state_types(formed)
    costs = [cost_of(dispatch, types) for dispatch in dispatches(formed)]
    ops = [op for function in functions_of(trainable.module) for op in operations_of(function) if computing(op)]
    assert sum(cost.flops for cost in costs) == sum(map(flops_of, ops))
    one_by_one = sum(nbytes(value.type) for op in ops for value in (*op.operation.operands, *op.operation.results))
    of_states = sum(nbytes(types[symbol]) for dispatch in dispatches(formed) for symbol in dispatch.written)
    assert sum(cost.read + cost.written for cost in costs) <= one_by_one + 2 * of_states
    assert trainable.dispatches() == trainable.dispatches()
    assert [(d.flops, d.read, d.written) for d in trainable.dispatches()] == [
        (c.flops, c.read, c.written) for c in costs
    ]

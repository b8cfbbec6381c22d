"""The table of update rules: each optimizer's options are written once, and what a slot may be."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F
from torch_mlir import ir

import pock_mlir as pock
from pock_mlir.dialects import load_dialects
from pock_mlir.dialects.upstream import add, div, mul, sqrt, sub, with_element
from pock_mlir.fields import Fraction, NotNegative
from pock_mlir.optimizers import OPTIMIZERS, Optimizer
from pock_mlir.passes.analyses.functions import states_of
from pock_mlir.passes.machinery.calls import call
from pock_mlir.passes.machinery.pipeline import PythonStep, pipeline_steps, run_pipeline
from pock_mlir.passes.machinery.registry import PassFailure, lookup_pass, registered_passes
from pock_mlir.passes.updates.insert.rule import Scalars, Slot, UpdateRule, moving_average
from pock_mlir.passes.updates.insert.table import update_rule
from pock_mlir.passes.updates.insert.updates import insert

OTHERWISE = [
    pock.SGD(lr=0.5, momentum=0.25, weight_decay=1e-30, nesterov=True, accumulate=3),
    pock.SGD(momentum=0.5, dampening=1, clip_norm=1),
    pock.Adam(betas=(0.1, 0.2), eps=0.0, amsgrad=True),
    pock.AdamW(betas=(0, 0.5), clip_norm=1e300),
    pock.Lion(lr=0.0, betas=(0.3, 0.4)),
    pock.RMSprop(alpha=1, momentum=0.5, centered=True),
    pock.Adagrad(lr_decay=0.1, initial_accumulator_value=2.0),
]
"""Each with values that are no defaults."""


@pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_every_optimizer_has_a_pass_with_its_options_and_defaults(kind: type[Optimizer]) -> None:
    info = lookup_pass(kind.pass_name)
    assert info is not None and info.doc.startswith("Updates by ")
    defaults = {option.parameter: option.default for option in info.options.values()}
    assert defaults.pop("functions") == ("train_step",)
    assert defaults == kind.from_pass_options({}).pass_options()


def test_every_rule_is_an_optimizer() -> None:
    package = "pock_mlir.passes.updates.insert."
    ours = {info.name for info in registered_passes() if info.function.__module__.startswith(package)}
    assert ours == {kind.pass_name for kind in OPTIMIZERS.values()}


@pytest.mark.parametrize(
    "optimizer", [*OTHERWISE, *(kind.from_pass_options({}) for kind in OPTIMIZERS.values())], ids=repr
)
def test_options_written_as_a_pipeline_are_read_as_they_were(optimizer: Optimizer) -> None:
    info = lookup_pass(optimizer.pass_name)
    (step,) = pipeline_steps(str(call(optimizer.pass_name, **optimizer.pass_options())))
    assert info is not None and isinstance(step, PythonStep)
    assert isinstance(step.run, partial) and step.run.func is info.function
    read = type(optimizer).from_pass_options(step.run.keywords)
    assert read.pass_options() == optimizer.pass_options()


def test_a_pass_is_found_by_its_name_alone() -> None:
    """Of the others nothing is imported."""
    code = (
        "import sys; from pock_mlir.passes.machinery import registry; assert registry.lookup_pass('pock-insert-lion');"
        "print(sorted(m.split('.insert.')[1] for m in sys.modules if '.updates.insert.' in m))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "['lion', 'rule', 'table', 'updates']"


def with_elements(name: str) -> Callable[[ir.RankedTensorType], ir.RankedTensorType]:
    return lambda parameter: with_element(parameter, ir.Type.parse(name))


COARSE, FINE = Slot("coarse", with_elements("bf16"), init=0.25), Slot("fine", init=1e-12)


@dataclass(frozen=True, kw_only=True)
class Mixed(Optimizer):
    """w -= lr m / sqrt(v): m a moving average in bfloat16 from 0.25 on, v a sum of squares from 1e-12 on."""

    lr: NotNegative = 0.05
    beta: Fraction = 0.75

    pass_name: ClassVar[str] = "pock-insert-mixed"


@update_rule(Mixed)
def mixed(options: Mixed) -> UpdateRule:
    """Updates as only tests ask for."""

    def element(gradient: ir.Value, parameter: ir.Value, slots: Scalars, scalars: Scalars) -> Scalars:
        mean, total = moving_average(slots[0], gradient, options.beta), add(slots[1], mul(gradient, gradient))
        return [sub(parameter, mul(scalars[0], div(mean, sqrt(total)))), mean, total]

    return UpdateRule(element, [COARSE, FINE])


class MixedReference:
    """The same in torch; float64 but for what is kept."""

    def __init__(self, parameters: dict[str, torch.Tensor]) -> None:
        self.parameters = parameters
        self.coarse = {name: torch.full(p.shape, 0.25, dtype=torch.bfloat16) for name, p in parameters.items()}
        self.fine = {name: torch.full(p.shape, 1e-12) for name, p in parameters.items()}

    def step(self, options: Mixed) -> None:
        for name, p in self.parameters.items():
            assert p.grad is not None
            gradient = p.grad.double()
            mean = options.beta * self.coarse[name].double() + (1 - options.beta) * gradient
            total = self.fine[name].double() + gradient * gradient
            self.coarse[name], self.fine[name] = mean.float().bfloat16(), total.float()
            p.data = (p.detach().double() - options.lr * mean / total.sqrt()).float()
            p.grad = None


@pytest.mark.parametrize("accumulate", [1, 2])
def test_slots_of_other_types_and_beginnings(accumulate: int, tmp_path: Path) -> None:
    """Three updates: parameters and slots, each in the type that its slot declares."""
    torch.manual_seed(0)
    model, options = nn.Linear(6, 4), Mixed(accumulate=accumulate)
    twin = copy.deepcopy(model)
    reference = MixedReference(dict(twin.named_parameters()))
    batches = [(torch.randn(5, 6), torch.randn(5, 4)) for _ in range(3 * accumulate)]
    step = pock.compile(model, *((part,) for part in batches[0]), loss="mse", optimizer=options)
    session = pock.load(step.save(tmp_path / "model.pock"), threads=1)
    for number, (x, y) in enumerate(batches):
        session.train_step(x.numpy(), y.numpy())
        (F.mse_loss(twin(x), y) / accumulate).backward()
        if (number + 1) % accumulate == 0:
            reference.step(options)
    session.save_checkpoint(tmp_path / "end.safetensors")
    found = load_file(tmp_path / "end.safetensors")
    for name, p in twin.named_parameters():
        coarse, fine = found[f"optimizer/{name}.coarse"], found[f"optimizer/{name}.fine"]
        torch.testing.assert_close(found[name], p.detach(), rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(fine, reference.fine[name], rtol=1e-4, atol=0)
        torch.testing.assert_close(coarse, reference.coarse[name], rtol=2**-7, atol=1e-6)


def test_a_slot_has_its_type_in_the_dialect() -> None:
    """And starts as declared; what is computed for a narrower one is handed over in float32, to be rounded."""
    module = inserted(mixed(Mixed()), Mixed())
    states = {op.slot.value: op for op in states_of(module.operation).values() if op.slot is not None}
    types = {slot: str(op.type.value) for slot, op in states.items()}
    assert types == {"coarse": "tensor<2x3xbf16>", "fine": "tensor<2x3xf32>"}
    assert {slot: op.init.value for slot, op in states.items()} == {"coarse": 0.25, "fine": 1e-12}
    assert ": (f32, f32, f32) -> ()" in str(module)


def inserted(rule: UpdateRule, optimizer: Optimizer, element: str = "f32") -> ir.Module:
    """A module with one gradient, updated by a rule."""
    context, type = ir.Context(), f"tensor<2x3x{element}>"
    load_dialects(context)
    with context, ir.Location.unknown():
        module = ir.Module.parse(f"""
"pock.parameter"() {{kind = "parameter", sym_name = "w", update = "full", type = {type}}} : () -> ()
func.func @train_step(%g: {type}) {{
  "pock.gradient"(%g) {{parameter = @w}} : ({type}) -> ()
  return
}}""")
        insert(module.operation, rule, optimizer, ["train_step"])
        run_pipeline(module, [call("pock-verify-symbols")])
    return module


@pytest.mark.parametrize(
    ("type", "parameter", "words"),
    [
        (lambda parameter: ir.RankedTensorType.get([2, 1], parameter.element_type), "f32", "f32 or narrower"),
        (with_elements("i8"), "f32", "f32 or narrower"),
        (with_elements("f64"), "f32", "f32 or narrower"),
        (with_elements("f64"), "bf16", "f32 or narrower"),
        (with_elements("f32"), "f64", "f64"),
    ],
    ids=["low rank", "integers", "wider", "much wider", "narrower than f64"],
)
def test_what_no_update_computes_today_is_refused_by_name(type: Callable, parameter: str, words: str) -> None:
    rule = UpdateRule(lambda gradient, parameter, slots, scalars: [parameter, *slots], [Slot("factor", type)])
    with pytest.raises(PassFailure, match=rf"slot 'factor' of '@w' would be .*\[2, 3\], and of type {words} alone"):
        inserted(rule, Mixed(), parameter)


@pytest.mark.parametrize(("parameter", "slot"), [("f64", "f64"), ("f32", "f16"), ("bf16", "f16"), ("f16", "f32")])
def test_what_an_update_computes_is_taken(parameter: str, slot: str) -> None:
    rule = UpdateRule(lambda gradient, parameter, slots, scalars: [parameter, *slots], [Slot("s", with_elements(slot))])
    assert f'"s.w", type = tensor<2x3x{slot}>' in str(inserted(rule, Mixed(), parameter))


def test_two_slots_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two slots of one name: coarse, fine, coarse"):
        UpdateRule(lambda *_: [], [COARSE, FINE, COARSE])

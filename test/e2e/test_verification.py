"""What `verify` compares with the model in torch, and that it finds what is wrong."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock
from pock_mlir.dialects.upstream import add
from pock_mlir.frontends.torch import export, verify
from pock_mlir.passes.backward.autodiff.rules import vjp


class _Distilled(nn.Module):
    """A student beside a teacher that gets no gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.student, self.teacher = nn.Linear(4, 3), nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            target = self.teacher(x)
        return self.student(x).tanh() - target


def _compile(model: nn.Module, **options) -> pock.compiler.Compiled:
    torch.manual_seed(0)
    return pock.compile(model, (torch.randn(6, 4),), (torch.randn(6, 3),), loss="mse", **options)


def test_what_the_export_loses_is_found(monkeypatch):
    monkeypatch.setattr(export, "explicit_gradients", lambda program: None)
    with pytest.raises(pock.PockError, match=r"'teacher\.weight' gets a gradient, where PyTorch has none"):
        _compile(_Distilled())
    assert _compile(_Distilled(), verify="off").verification == "off"


def test_a_wrong_decomposition_is_found():
    """torch's own, of a loss whose targets end early."""
    target = torch.tensor([[1, 2, -1], [0, -1, 2]])
    with pytest.raises(pock.PockError, match=r"the loss is \S+ instead of.*'weight' differs by"):
        pock.compile(nn.Linear(4, 3), (torch.randn(2, 4),), (target,), loss=F.multilabel_margin_loss)


def test_a_wrong_gradient_is_found_in_the_compiled_step(monkeypatch):
    monkeypatch.setitem(vjp._rules, "math.tanh", lambda op, cotangent: [lambda: add(cotangent, cotangent)])
    assert _compile(_Distilled()).verification == "verified"
    with pytest.raises(pock.PockError, match=r"the compiled step does not train.*'student\.weight'"):
        _compile(_Distilled(), verify="compiled")


@pytest.mark.parametrize("precision", ["f32", "bf16"])
def test_a_right_step_is_verified_as_compiled(precision):
    assert _compile(_Distilled(), verify="compiled", precision=precision).verification == "verified"


def test_a_gradient_that_is_rounding_alone_is_verified():
    """Of a bias before batch normalisation, with inputs so small that its noise is large beside all gradients."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(16, 32), nn.BatchNorm1d(32, eps=1e-9), nn.Tanh(), nn.Linear(32, 3)).train()
    x, y = 1e-3 * torch.randn(64, 16), torch.randint(0, 3, (64,))
    for what in ("export", "compiled"):
        assert pock.compile(model, (x,), (y,), loss="cross_entropy", verify=what).verification == "verified"


def test_a_running_mean_that_is_rounding_alone_is_verified():
    """Of what another normalisation has centred and nothing has shifted since, as in a fresh MobileNetV2."""
    torch.manual_seed(0)
    layers = [(nn.BatchNorm1d(64), nn.Linear(64, 64, bias=False)) for _ in range(3)]
    model = nn.Sequential(*(layer for pair in layers for layer in pair), nn.BatchNorm1d(64)).train()
    x, y = 10 * torch.randn(32, 64), torch.randint(0, 64, (32,))
    for what in ("export", "compiled"):
        assert pock.compile(model, (x,), (y,), loss="cross_entropy", verify=what).verification == "verified"


def test_a_gradient_at_a_kink_is_off_by_all_of_it():
    """Where rounding decides on which side of a ReLU's kink an element lies, as on the flat background of images."""

    class Kink(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.tensor([1.0, -1.0]))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (self.weight @ x).relu()

    module, arguments = Kink(), (torch.ones(2),)
    expected = verify.run_module(module, arguments, {"weight"})
    assert expected.gradients["weight"].tolist() == [0, 0]
    assert verify.with_rounding(module, arguments, expected).rounding["weight"] == pytest.approx(1.0)
    assert module.weight.tolist() == [1, -1]


def test_a_wrong_running_mean_is_found(monkeypatch):
    """Beside running means that are rounding alone."""
    table = dict(verify.decomposition_table)
    op = torch.ops.aten._native_batch_norm_legit_functional.default
    right = table[op]

    def wrong(*arguments, **keywords):
        results = list(right(*arguments, **keywords))
        return *results[:3], results[3] + 1e-4, *results[4:]

    monkeypatch.setattr(verify, "decomposition_table", table | {op: wrong})
    model = nn.Sequential(nn.BatchNorm1d(8), nn.Linear(8, 8, bias=False), nn.BatchNorm1d(8)).train()
    with pytest.raises(pock.PockError, match="running_mean' after the step differs by"):
        pock.compile(model, (torch.randn(16, 8),), (torch.randint(0, 8, (16,)),), loss="cross_entropy")


def test_a_first_step_that_overflows_is_said():
    said = _compile(nn.Sequential(_Times(1e3), nn.Linear(4, 3)), verify="compiled", precision="f16").verification
    assert said == "not verified as compiled: its first step overflows float16 and updates nothing"


class _Times(nn.Module):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.factor


def test_what_cannot_be_compared_is_said():
    model = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5))
    assert _compile(model).verification == "verified"
    assert "random numbers" in _compile(model, verify="compiled").verification
    on_meta = pock.compile(_Distilled().to("meta"), (torch.randn(6, 4, device="meta"),), (), loss=torch.mean)
    assert "meta device" in on_meta.verification
    with pytest.raises(pock.PockError, match="verify is 'no'"):
        _compile(_Distilled(), verify="no")


def test_a_model_that_fails_on_the_example_is_told():
    class Checked(nn.Linear):
        def forward(self, x):
            return super().forward(x) if torch.compiler.is_exporting() else super().forward(x[:, 1:])

    with pytest.raises(pock.PockError, match="the model itself fails on the example batch"):
        _compile(Checked(4, 3))


def test_verification_leaves_no_trace():
    """Neither in parameters and their gradients, nor in buffers, nor in torch's random numbers."""
    model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Dropout(0.5))
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 7)
    gradients = [parameter.grad for parameter in model.parameters()]
    tensors = dict(model.state_dict(keep_vars=True))
    values = {name: tensor.detach().clone() for name, tensor in tensors.items()}
    x, y = torch.randn(6, 4), torch.randn(6, 3)
    state = torch.get_rng_state()
    pock.compile(model, (x,), (y,), loss="mse")
    assert torch.equal(torch.get_rng_state(), state)
    assert all(parameter.grad is g for parameter, g in zip(model.parameters(), gradients, strict=True))
    assert all(model.state_dict(keep_vars=True)[name] is tensor for name, tensor in tensors.items())
    assert all(torch.equal(tensor, values[name]) for name, tensor in tensors.items())

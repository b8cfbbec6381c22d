"""Losses with parameters of their own train them as PyTorch does where an optimizer has the model's and the loss's."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock
from pock_mlir.dialects.upstream import add
from pock_mlir.passes.backward.autodiff.rules import vjp

from .compare import OPTIMIZERS
from .trained_losses import LOSSES, Both, Heads, Loss, batch, parameter, tasks, uncertainty


def compiled(loss: Any, model: nn.Module | None = None, **options: Any) -> pock.compiler.Compiled:
    x, *targets = batch(0)
    return pock.compile(model or Heads(), (x,), tuple(targets), loss=loss, **options)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("name", LOSSES)
def test_it_trains_as_torch(name: str, optimizer: str, tmp_path: Path) -> None:
    torch.manual_seed(1)
    model, loss = Heads(), LOSSES[name]()
    both = Both(model, loss, tmp_path, optimizer, verify="compiled")
    assert both.step.verification == "verified"
    assert both.step.trained == tuple(dict(model.named_parameters()))
    assert both.step.loss_trained == tuple(dict(loss.named_parameters()))
    both.train(range(3))
    both.assert_equal()


def test_a_common_norm_is_clipped(tmp_path: Path) -> None:
    pair = pock.SGD(lr=0.1, clip_norm=0.05), lambda parameters: torch.optim.SGD(parameters, lr=0.1)
    both = Both(Heads(), LOSSES["uncertainty"](), tmp_path, pair, clip_norm=0.05)
    both.train(range(3))
    both.assert_equal()


def test_gradients_are_accumulated(tmp_path: Path) -> None:
    step = compiled(loss := LOSSES["uncertainty"](), model := Heads(), optimizer=pock.SGD(lr=0.1, accumulate=2))
    session = pock.load(step.save(tmp_path / "m.pock"), threads=1)
    optimizer = torch.optim.SGD([*model.parameters(), *loss.parameters()], lr=0.1)
    for index in range(2):
        x, *targets = batch(index)
        (loss(model(x), *targets) / 2).backward()
        session.train_step(x.numpy(), *(t.numpy() for t in targets))
    optimizer.step()
    np.testing.assert_allclose(session.loss_state_dict()["log_vars"], loss.log_vars.detach().numpy(), rtol=1e-5)


@pytest.mark.parametrize("precision", ["bf16", "f16"])
@pytest.mark.parametrize("name", ["temperature", "layer", "perceptual"])
def test_in_narrow_storage(name: str, precision: str) -> None:
    assert compiled(LOSSES[name](), precision=precision, verify="compiled").verification == "verified"


def test_shapes_share_the_parameters_of_the_loss(tmp_path: Path) -> None:
    loss, (x, *targets) = LOSSES["uncertainty"](), batch(0)
    examples = [(x,), (x[:4],)], [tuple(targets), tuple(t[:4] for t in targets)]
    step = pock.compile(model := Heads(), *examples, loss=loss, optimizer=pock.SGD(lr=0.1))
    session = pock.load(step.save(tmp_path / "m.pock"), threads=1)
    optimizer = torch.optim.SGD([*model.parameters(), *loss.parameters()], lr=0.1)
    for size in (6, 4, 6):
        value = loss(model(x[:size]), *(t[:size] for t in targets))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        given = session.train_step(*(t[:size].numpy() for t in (x, *targets)))
        assert given == pytest.approx(value.item(), rel=1e-5)
    np.testing.assert_allclose(session.loss_state_dict()["log_vars"], loss.log_vars.detach().numpy(), rtol=1e-5)


def shared(self: Any, hidden: Any, logits: Any, found: Any, classes: Any, value: Any) -> torch.Tensor:
    """With a parameter, a layer and a buffer of the model under other names, the parameter's that of another."""
    again = self.head(hidden * self.scale) * self.own
    penalty = self.weight.square().sum()
    return tasks(logits, found, classes, value).sum() + F.cross_entropy(again, classes) + 0.1 * penalty


def sharing(model: Heads) -> Loss:
    return Loss(shared, weight=model.loss.bias, head=model.classes, scale=model.scale, own=parameter(1.5))


def as_a_buffer(model: Heads) -> Loss:
    """A parameter of the model that is no parameter of the loss."""
    loss = sharing(model)
    del loss.weight
    loss.register_buffer("weight", model.loss.bias)
    return loss


def regularized(model: Heads) -> Loss:
    def function(self: Any, hidden: Any, logits: Any, found: Any, classes: Any, value: Any) -> torch.Tensor:
        return tasks(logits, found, classes, value).sum() + sum(p.square().sum() for p in self.model.parameters())

    return Loss(function, model=model)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(("make", "own"), [(sharing, ("own",)), (as_a_buffer, ("own",)), (regularized, ())])
def test_what_both_have_is_the_models(
    make: Callable[[Heads], Loss], own: tuple[str, ...], optimizer: str, tmp_path: Path
) -> None:
    loss = make(model := Heads())
    both = Both(model, loss, tmp_path, optimizer, verify="compiled")
    assert both.step.verification == "verified"
    assert both.step.loss_trained == own
    both.train(range(3))
    both.assert_equal()
    session = both.session
    session.load_loss_state_dict({name: np.zeros_like(array) for name, array in session.loss_state_dict().items()})
    if make is sharing:
        state = session.state_dict()
        assert not state["loss.bias"].any() and not state["classes.weight"].any() and state["weight"].any()


def test_views_of_one_memory_in_the_loss_train_as_one(tmp_path: Path) -> None:
    """Beside such views in the model."""

    def function(self: Any, hidden: Any, logits: Any, found: Any, classes: Any, value: Any) -> torch.Tensor:
        again = hidden @ self.weight @ self.turned
        return tasks(logits, found, classes, value).sum() + F.cross_entropy(again, classes)

    def make() -> tuple[Heads, Loss]:
        model = Heads()
        model.value.weight = nn.Parameter(model.loss.bias.data.view(1, 4))
        weight = nn.Parameter(torch.randn(4, 4))
        return model, Loss(function, weight=weight, turned=nn.Parameter(weight.data.t()))

    both = Both(*make(), tmp_path, reference=make(), verify="compiled")
    assert both.step.verification == "verified"
    assert both.step.loss_trained == ("weight", "turned") and "value.weight" in both.step.trained
    both.train(range(3))
    both.assert_equal()
    both.session.save_checkpoint(tmp_path / "three.safetensors")
    other = both.load(tmp_path)
    other.load_checkpoint(tmp_path / "three.safetensors")
    both.train(range(3, 4), other)
    both.assert_equal(other)


def test_frozen_parameters_of_a_loss_stay(tmp_path: Path) -> None:
    loss = LOSSES["perceptual"]()
    loss.network[0].bias.requires_grad_(False)
    before = loss.network[0].bias.detach().numpy().copy()
    both = Both(Heads(), loss, tmp_path)
    assert both.step.loss_trained == ("network.0.weight",)
    both.train(range(3))
    both.assert_equal()
    assert np.array_equal(both.session.loss_state_dict()["network.0.bias"], before)


@pytest.mark.parametrize("frozen", [True, False])
def test_the_loss_alone_may_be_trained(frozen: bool, tmp_path: Path) -> None:
    """Over a model that is frozen whole, or has no parameters."""
    model = Heads().requires_grad_(False) if frozen else torch.nn.Module()
    if not frozen:
        model.forward = lambda x: (x[:, :4], x[:, :3], x[:, 4])
    both = Both(model, LOSSES["layer"](), tmp_path)
    assert not both.step.trained and both.step.loss_trained == ("weight.weight", "weight.bias")
    both.train(range(3))
    both.assert_equal()


def test_hooks_of_its_parameters_are_kept(tmp_path: Path) -> None:
    def make() -> Loss:
        loss = LOSSES["uncertainty"]()
        loss.log_vars.register_hook(lambda gradient: gradient.clamp(-0.01, 0.01))
        return loss

    both = Both(Heads(), make(), tmp_path)
    both.loss.log_vars.register_hook(lambda gradient: gradient.clamp(-0.01, 0.01))  # which deepcopy leaves out
    both.train(range(3))
    both.assert_equal()


def test_backward_hooks_of_its_modules_act(tmp_path: Path) -> None:
    loss = LOSSES["layer"]()
    loss.weight.register_full_backward_hook(lambda module, inputs, outputs: (inputs[0] * 0.5,))
    loss.register_full_backward_pre_hook(lambda module, outputs: (outputs[0] * 2,))
    both = Both(Heads(), loss, tmp_path)
    both.train(range(3))
    both.assert_equal()


def test_a_wrong_gradient_of_the_loss_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vjp._rules, "math.exp", lambda op, cotangent: [lambda: add(cotangent, cotangent)])
    with pytest.raises(pock.PockError, match=r"compiled step does not train.*gradient of 'log_vars' of the loss"):
        compiled(LOSSES["uncertainty"](), verify="compiled")


class Counting(nn.Module):
    """State in a plain attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, outputs: tuple, classes: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return tasks(*outputs[1:], classes, value).sum() * self.calls


def averaging() -> Loss:
    loss = LOSSES["normalized"]()
    loss.norm.momentum = None
    return loss


def hooked() -> Loss:
    loss = LOSSES["layer"]()
    loss.weight.register_backward_hook(lambda module, before, after: None)
    return loss


def hidden_in_a_list() -> Loss:
    loss = LOSSES["uncertainty"]()
    hidden, loss.log_vars = loss.log_vars, None
    loss.hidden = [hidden]
    loss.function = lambda self, *values: uncertainty(Holder(self.hidden[0]), *values)
    return loss


class Holder:
    def __init__(self, log_vars: torch.Tensor) -> None:
        self.log_vars = log_vars


def a_buffer_of_the_model(model: Heads) -> Loss:
    model.register_buffer("log_vars", parameter(0.0, 0.0))
    return Loss(uncertainty, log_vars=model.log_vars)


def a_view_of_the_model(model: Heads) -> Loss:
    return Loss(uncertainty, log_vars=nn.Parameter(model.weight.data[:2]))


def holding_a_view(model: Heads) -> Loss:
    model.value.weight = nn.Parameter(model.loss.bias.data.view(1, 4))
    return regularized(model)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (holding_a_view, ["'value.weight' is a view of the memory of 'loss.bias'", "the loss has it too"]),
        (lambda model: functools.partial(LOSSES["uncertainty"]()), ["parameter of shape [2]", "torch.nn.Module"]),
        (lambda model: LOSSES["uncertainty"]().forward, ["trained_losses.py", "parameter of shape [2]"]),
        (lambda model: hidden_in_a_list(), ["parameter of shape [2]", "requires_grad_(False)"]),
        (lambda model: Counting(), ["attribute 'calls' of Counting in the loss", "register_buffer"]),
        (lambda model: averaging(), ["module 'norm' of the loss", "momentum=None"]),
        (lambda model: hooked(), ["module 'weight' of the loss", "backward hook"]),
        (a_buffer_of_the_model, ["'log_vars' of the loss is the buffer 'log_vars'"]),
        (a_view_of_the_model, ["parameter 'weight'", "parameter 'log_vars' of the loss", "same memory"]),
        (
            lambda model: Loss(uncertainty, log_vars=nn.Parameter(torch.zeros(2, dtype=torch.float16))),
            ["parameter 'log_vars' of the loss has dtype torch.float16", "loss.float()"],
        ),
    ],
)
def test_what_is_not_done_is_refused(make: Callable, words: list[str]) -> None:
    with pytest.raises(pock.PockError) as caught:
        compiled(make(model := Heads()), model)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_hidden_tensors_that_get_no_gradient_are_constants() -> None:
    weights = torch.tensor([1.0, 2.0], requires_grad=True)

    def loss(outputs: tuple, classes: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            factors = weights * 2
        return (tasks(*outputs[1:], classes, value) * factors).sum() * weights.detach()[0] * weights.shape[0]

    assert compiled(loss).verification == "verified"


def test_a_loss_without_values_has_no_bundle(tmp_path: Path) -> None:
    with torch.device("meta"):
        model, loss = Heads(), LOSSES["uncertainty"]()
    x, *targets = (t.to("meta") for t in batch(0))
    step = pock.compile(model, (x,), tuple(targets), loss=loss)
    assert step.loss_trained == ("log_vars",)
    with pytest.raises(pock.PockError, match="parameter 'log_vars' of the loss has no value: it is on the meta device"):
        step.parameters["loss.log_vars"]
    with pytest.raises(pock.PockError, match="has no value"):
        step.save(tmp_path / "m.pock")

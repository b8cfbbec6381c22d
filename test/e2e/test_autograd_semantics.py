"""What a model says to autograd holds in the compiled step: each model trains as PyTorch trains it, or is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

import pock_mlir as pock

STEPS = 3
TOLERANCE = 1e-5


class _Model(nn.Module):
    """Two layers, buffers, and a forward of the test's own."""

    def __init__(
        self, forward: Callable[[Any, torch.Tensor], torch.Tensor], prepare: Callable[[Any], Any] = lambda m: 0
    ):
        super().__init__()
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 3)
        self.norm = nn.BatchNorm1d(4)
        self.register_buffer("carried", torch.zeros(4))
        self.register_buffer("other", torch.ones(4))
        self._forward = forward
        prepare(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self._forward(self, x)


class GradientReversal(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx, gradient):
        return -ctx.strength * gradient, None


class StraightThrough(torch.autograd.Function):
    """With a context that is set up apart from forward."""

    @staticmethod
    def forward(x):
        return x.round()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x.abs() < 1)


class SumAndProduct(torch.autograd.Function):
    """Several inputs and outputs, and a backward that is not linear and is not the derivative."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y, x + y, x - y

    @staticmethod
    def backward(ctx, product, total, difference):
        x, y = ctx.saved_tensors
        return (product * y + total).clamp(-0.05, 0.05), product * x + 2 * total + difference


class ScaledLinear(torch.autograd.Function):
    """Parameters are inputs, and the bias's gradient has to be summed to its shape."""

    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return x @ weight.T + bias

    @staticmethod
    def backward(ctx, gradient):
        x, weight = ctx.saved_tensors
        wants_x, wants_weight, _ = ctx.needs_input_grad
        return gradient @ weight if wants_x else None, gradient.T @ x * 0.5 if wants_weight else None, gradient


def _no_grad_region(m, x):
    with torch.no_grad():
        target = m.norm(m.first(x))
        with torch.enable_grad():
            live = m.first(x)
    return m.second(m.first(x) * target + live)


@torch.no_grad()
def _teacher(m, x):
    return m.first(x).tanh()


def _set_grad_enabled(m, x):
    with torch.set_grad_enabled(False):
        weight = m.first(x).sigmoid()
    return m.second(weight * m.first(x))


def _two_outputs(m, x):
    y = m.first(x)
    product, _, difference = SumAndProduct.apply(y, y.tanh())
    return m.second(product + difference)


def _last_output_only(m, x):
    y = m.first(x)
    return m.second(SumAndProduct.apply(y, y.tanh())[2])


def _hooked(m, x):
    y = m.first(x)
    y.register_hook(lambda gradient: (gradient * 2).clamp(-0.01, 0.01))
    return m.second(y)


def _hooked_parameter(m):
    m.first.weight.register_hook(lambda gradient: gradient * torch.ones(4, 1).cumsum(0))
    m.first.weight.register_hook(lambda gradient: gradient.clamp(-0.01, 0.01))


def _assigned_buffer(m, x):
    y = m.first(x)
    m.carried = 0.5 * m.carried + y.mean(0).detach()
    return m.second(y * m.carried)


def _swapped_buffers(m, x):
    m.carried, m.other = m.other, m.carried + 1
    return m.second(m.first(x) + m.carried)


def _copied_buffer(m, x):
    m.carried.copy_(m.other)
    m.other.add_(1)
    return m.second(m.first(x) * m.other)


def _changed_buffers(m, x):
    """Moving statistics, which are used in the same step."""
    y = m.first(x)
    with torch.no_grad():
        m.carried.lerp_(y.mean(0), 0.1)
        m.other[1:].mul_(0.9).add_(y.std(0)[1:], alpha=0.1)
    m.carried.data.add_(y.amax(0))
    return m.second(y * m.carried + m.other)


def _clamped_weight(m, x):
    with torch.no_grad():
        m.first.weight.clamp_(-0.3, 0.3)
        m.first.weight[0].mul_(0.5)
    m.second.bias.data.mul_(0.9)
    return m.second(m.first(x))


def _changed_activation(m, x):
    y = m.first(x) * 2
    with torch.no_grad():
        y.mul_(3)
        y[0].zero_()
    y.data.add_(1)
    return m.second(y)


def _average_teacher(m, x):
    """Momentum teacher: parameters that no optimizer changes, but forward."""
    with torch.no_grad():
        for slow, fast in zip(m.norm.parameters(), (m.first.bias, m.first.weight[0]), strict=True):
            slow.mul_(0.9).add_(fast, alpha=0.1)
    return m.second(F.layer_norm(m.first(x), (4,)) + m.norm.weight.detach() * m.norm.bias.detach())


def _average_by_data(m, x):
    m.norm.weight.data = m.norm.weight.data * 0.9 + 0.1 * m.first.bias.data
    return m.second(m.first(x) * m.norm.weight.detach())


def _detached_in_place(m, x):
    y = m.first(x)
    gate = y.sigmoid()
    gate.detach_()
    return m.second(y * gate)


def _frozen(m):
    m.first.weight.requires_grad_(False)
    m.second.bias.requires_grad_(False)


def _plain(m, x):
    return m.second(m.first(x))


def _spectral_norm(style):
    def prepare(m):
        m.first = style(m.first)

    return prepare


MODELS = {
    "no_grad": (_no_grad_region,),
    "decorated": (lambda m, x: m.second(m.first(x) * _teacher(m, x)),),
    "set_grad_enabled": (_set_grad_enabled,),
    "reversal": (lambda m, x: m.second(GradientReversal.apply(m.first(x), 0.5)),),
    "straight-through": (lambda m, x: m.second(StraightThrough.apply(3 * m.first(x))),),
    "several-outputs": (_two_outputs,),
    "last-output": (_last_output_only,),
    "parameters-as-inputs": (lambda m, x: m.second(ScaledLinear.apply(x, m.first.weight, m.first.bias)),),
    "checkpoint": (lambda m, x: m.second(checkpoint(lambda y: m.first(y).tanh(), x, use_reentrant=False)),),
    "hook": (_hooked,),
    "parameter-hook": (_plain, _hooked_parameter),
    "assigned-buffer": (_assigned_buffer,),
    "swapped-buffers": (_swapped_buffers,),
    "copied-buffer": (_copied_buffer,),
    "changed-buffers": (_changed_buffers,),
    "clamped-weight": (_clamped_weight,),
    "changed-activation": (_changed_activation,),
    "average-teacher": (_average_teacher, lambda m: m.norm.requires_grad_(False)),
    "average-by-data": (_average_by_data, lambda m: m.norm.requires_grad_(False)),
    "detach_": (_detached_in_place,),
    "requires_grad": (_plain, _frozen),
    "spectral-norm": (_plain, _spectral_norm(nn.utils.parametrizations.spectral_norm)),
    "spectral-norm-old": (_plain, _spectral_norm(nn.utils.spectral_norm)),
}


@pytest.mark.parametrize("name", MODELS)
def test_trains_as_pytorch_does(name, tmp_path):
    def build() -> _Model:
        torch.manual_seed(0)
        return _Model(*MODELS[name])

    _follow(build(), build(), tmp_path)


def _follow(model: nn.Module, reference: nn.Module, folder: Path, **options: Any) -> None:
    """Three steps with weight decay and momentum: all parameters and buffers stay PyTorch's, and so do the losses."""
    torch.manual_seed(1)
    batches = [(torch.randn(5, 4), torch.randint(0, 3, (5,))) for _ in range(STEPS)]
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    optimizer = pock.SGD(lr=0.1, momentum=0.9, weight_decay=0.01)
    step = pock.compile(model, batches[0][:1], batches[0][1:], optimizer=optimizer, **options)
    assert step.verification == "verified"
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    session = pock.load(step.save(folder / "model.pock"), threads=1)
    trained = [p for p in reference.parameters() if p.requires_grad]
    torch_optimizer = torch.optim.SGD(trained, lr=0.1, momentum=0.9, weight_decay=0.01)
    for x, target in batches:
        torch_optimizer.zero_grad()
        loss = F.cross_entropy(reference(x), target)
        loss.backward()
        torch_optimizer.step()
        assert session.train_step(x, target) == pytest.approx(loss.item(), rel=TOLERANCE)
    state = session.state_dict()
    for name, tensor in reference.state_dict().items():
        np.testing.assert_allclose(state[name], tensor.numpy(), rtol=TOLERANCE, atol=TOLERANCE, err_msg=name)


@pytest.mark.parametrize("name", ["several-outputs", "changed-activation", "parameter-hook"])
def test_holds_in_narrow_storage(name):
    torch.manual_seed(0)
    x, target = torch.randn(5, 4), torch.randint(0, 3, (5,))
    step = pock.compile(_Model(*MODELS[name]), (x,), target, precision="bf16", verify="compiled")
    assert step.verification == "verified"


class MarksDirty(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2)

    @staticmethod
    def backward(ctx, gradient):
        return gradient


class LooksAtNumbers(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, gradient):
        return gradient if gradient.sum() > 0 else -gradient


def _late_hook(m, x):
    y = m.first(x)
    z = y * 2
    y.register_hook(lambda gradient: gradient * 3)
    return m.second(y + z)


def _in_place_hook(m, x):
    def double(gradient):
        gradient.mul_(2)

    y = m.first(x)
    y.register_hook(double)
    return m.second(y)


def _two_hooks(m, x):
    y = m.first(x)
    y.register_hook(lambda gradient: gradient * 2)
    y.register_hook(lambda gradient: gradient.clamp(-0.01, 0.01))
    return m.second(y)


def _hook_in_forward(m, x):
    m.first.weight.register_hook(lambda gradient: gradient * 3)
    return _plain(m, x)


def _counting(m, x):
    m.calls += 1
    return m.second(m.first(x) * m.calls)


def _plain_tensor(m, x):
    y = m.first(x) + m.memory
    m.memory = y.detach().mean(0)
    return m.second(y)


def _with(**attributes: Any) -> Callable[[Any], None]:
    return lambda m: [setattr(m, name, value) for name, value in attributes.items()] and None


REFUSED = {
    "dirty": ((lambda m, x: m.second(MarksDirty.apply(m.first(x))),), "'MarksDirty'.*in place"),
    "data-dependent": ((lambda m, x: m.second(LooksAtNumbers.apply(m.first(x))),), "backward of.*'LooksAtNumbers'"),
    "late hook": ((_late_hook,), "used before.*test_autograd_semantics.py"),
    "in-place hook": ((_in_place_hook,), "changes the gradient in place"),
    "second hook": ((_two_hooks,), "has a hook already"),
    "hook in forward": ((_hook_in_forward,), "hook on a parameter"),
    "module hook": ((_plain, lambda m: m.first.register_backward_hook(lambda *_: None)), "module 'first'"),
    "accumulate hook": (
        (_plain, lambda m: m.first.weight.register_post_accumulate_grad_hook(lambda p: None)),
        "'first.weight' has a post-accumulate-grad hook",
    ),
    "counter": ((_counting, _with(calls=0)), "attribute 'calls' of _Model"),
    "plain tensor": ((_plain_tensor, _with(memory=torch.zeros(4))), "attribute 'memory' of _Model"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_what_is_not_traced(name):
    arguments, message = REFUSED[name]
    with pytest.raises(pock.PockError, match=message):
        pock.compile(_Model(*arguments), (torch.randn(5, 4),), torch.randint(0, 3, (5,)))


def test_a_number_that_nothing_depends_on_may_change():
    def forward(m, x):
        m.calls += 1
        return _plain(m, x)

    model = _Model(forward, _with(calls=0))
    assert pock.compile(model, (torch.randn(5, 4),), torch.randint(0, 3, (5,))).verification == "verified"
    assert not isinstance(model.calls, torch.Tensor)


def test_the_callers_gradient_mode_has_no_say(tmp_path):
    torch.manual_seed(0)
    model, x, target = _Model(_plain), torch.randn(5, 4), torch.randint(0, 3, (5,))
    with torch.no_grad():
        step = pock.compile(model, (x,), target)
    assert step.trained == tuple(name for name, _ in model.named_parameters() if not name.startswith("norm"))

"""The types of numbers that inputs, targets, buffers and constants come in. Builtin tensors are signless: unsigned
bytes are where a compiler goes wrong in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock

from .forms import Model, X, Y, assert_trains_as_torch

BYTES = torch.tensor([[0, 1, 127, 128], [129, 200, 254, 255], [3, 90, 180, 240], [255, 0, 128, 7], [60, 70, 250, 251]])
TYPES = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.float16, torch.bfloat16, torch.float64]


def _every_operation(self: Model, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Where signed and unsigned differ, and where a result wraps."""
    other = x.flip(1)
    bytes_ = [x + 100, 5 - x, x * 3, x // 7, x % 7, -x, ~x, x.clamp(100, 200), x >> 1, x << 3, x & 0xF0, x ^ 255]
    bytes_ += [torch.maximum(x, other), torch.minimum(x, other), x**2, torch.where(x > 100, x, other), x + self.table]
    bytes_ += [
        x.to(torch.int8).to(torch.uint8),
        (x.float() * 0.5).to(torch.uint8),
        x.sort(1)[0],
        x.masked_fill(x > 99, 7),
    ]
    numbers = [x / 7, x > 128, x.sum(1), x.amax(1), x.amin(1), x.argmax(1), x.cumsum(1), x.to(torch.int8)]
    numbers += [x.to(torch.int16) - 200, x.bool(), x == 200, x.float().mean(1), x.double(), x < other]
    return self.layer(torch.stack(bytes_).float().sum(0) / 2000), *bytes_, *numbers


def test_unsigned_bytes(tmp_path: Path) -> None:
    x = BYTES.to(torch.uint8)
    model = Model(_every_operation, table=torch.tensor([250, 100, 6, 0], dtype=torch.uint8))
    expected = [value.detach().numpy() for value in model(x)]
    session = assert_trains_as_torch(model, (x,), (x.numpy(),), tmp_path)
    assert session.inputs[0].dtype == "uint8" and session.state_dict()["table"].dtype == np.uint8
    for index, (ours, theirs) in enumerate(zip(session.predict(x.numpy())[1:], expected[1:], strict=True)):
        assert ours.dtype == theirs.dtype, index
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, err_msg=str(index))
    with pytest.raises(pock.PockError, match="is int8, the bundle takes uint8"):
        session.predict(x.numpy().view(np.int8))


def test_a_buffer_of_bytes_that_the_model_counts_in(tmp_path: Path) -> None:
    def forward(self: Model, x: torch.Tensor) -> torch.Tensor:
        self.count.add_(100)  # wraps in the third step
        return self.layer(x * self.count)

    assert_trains_as_torch(
        Model(forward, count=torch.tensor([0, 55, 56, 255], dtype=torch.uint8)), (X,), (X.numpy(),), tmp_path
    )


@pytest.mark.parametrize("dtype", TYPES, ids=str)
def test_inputs_targets_buffers_and_constants_of_every_type(dtype: torch.dtype, tmp_path: Path) -> None:
    def forward(self: Model, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        constant = torch.tensor([[1, 2, 3, 4]], dtype=dtype)
        return self.layer((x * self.table).float() + constant.float()), x + self.table

    def loss(outputs: tuple, target: torch.Tensor) -> torch.Tensor:
        return F.l1_loss(outputs[0], target) + F.smooth_l1_loss(outputs[0], target.float())

    x, target = (X * 2).to(dtype), (Y * 3).to(dtype)
    model = Model(forward, table=torch.tensor([3, 2, 1, 5]).to(dtype))
    array = x if dtype == torch.bfloat16 else x.numpy()
    tolerance = {torch.bfloat16: 1e-2, torch.float16: 1e-3}.get(dtype, 1e-5)
    session = assert_trains_as_torch(model, (x,), (array,), tmp_path, target, loss, tolerance=tolerance)
    np.testing.assert_array_equal(session.predict(array)[1], (x + model.table).double().numpy())


@pytest.mark.parametrize("name", ["mse", "l1", "smooth_l1", "bce_with_logits"])
def test_losses_by_name_with_a_target_of_double_precision(name: str, tmp_path: Path) -> None:
    model, target = Model(lambda self, x: self.layer(x)), torch.rand(5, 3, dtype=torch.float64)
    loss = {
        "mse": F.mse_loss,
        "l1": F.l1_loss,
        "smooth_l1": F.smooth_l1_loss,
        "bce_with_logits": F.binary_cross_entropy_with_logits,
    }[name]
    step = pock.compile(model, (X,), (target,), loss=name, optimizer=pock.SGD(lr=0.1))
    session = pock.load(step.save(tmp_path / "m.pock"), threads=1)
    value = loss(model(X), target)
    assert session.train_step(X.numpy(), target.numpy()) == pytest.approx(value.item(), rel=1e-6)
    (gradient,) = torch.autograd.grad(value, [model.layer.weight])
    wanted = (model.layer.weight - 0.1 * gradient).detach().numpy()
    np.testing.assert_allclose(session.state_dict()["layer.weight"], wanted, rtol=1e-5, atol=1e-6)


def _autocast(self: Model, x: torch.Tensor) -> torch.Tensor:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = F.gelu(self.layer(x))
        attended = F.scaled_dot_product_attention(*[hidden[None, None]] * 3)[0, 0]
        return (hidden + attended @ self.layer.weight[:, :3]).softmax(-1).float() + hidden.float().sum(1, keepdim=True)


def _half(self: Model, x: torch.Tensor) -> torch.Tensor:
    weight, bias = self.layer.weight.half(), self.layer.bias.half()
    return F.linear(x.half(), weight, bias).tanh().float() + self.layer(x)


def _brain(self: Model, x: torch.Tensor) -> torch.Tensor:
    product = x.bfloat16() @ self.layer.weight.bfloat16().t() * 3
    return product.float() + product.half().float()


def _double(self: Model, x: torch.Tensor) -> torch.Tensor:
    product = F.linear(x.double(), self.layer.weight.double(), self.layer.bias.double())
    return (F.layer_norm(product, (3,)) @ self.layer.weight[:, :3].double()).softmax(-1).float()


@pytest.mark.parametrize(
    ("forward", "tolerance"),
    [(_autocast, 2e-2), (_half, 2e-3), (_brain, 2e-2), (_double, 1e-5)],
    ids=["autocast", "half", "brain", "double"],
)
def test_casts_inside_the_model(forward: Callable, tolerance: float, tmp_path: Path) -> None:
    assert_trains_as_torch(Model(forward), (X,), (X.numpy(),), tmp_path, tolerance=tolerance)


WITH_NUMBERS = [
    lambda x: x * 0.3,
    lambda x: 0.1 * x,
    lambda x: x / 0.3,
    lambda x: x + 0.3,
    lambda x: 0.3 - x,
    lambda x: x.clamp(-0.3, 0.7),
    lambda x: F.leaky_relu(x, 0.3),
    lambda x: F.elu(x, 0.3),
    lambda x: F.celu(x, 0.3),
    lambda x: F.softplus(x, 0.3),
    lambda x: F.hardsigmoid(x),
    lambda x: F.hardswish(x),
]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_numbers_beside_tensors_of_16_bits(dtype: torch.dtype, tmp_path: Path) -> None:
    """What PyTorch rounds once, and what it rounds first: values to the last bit, gradients to one of 16 bits."""

    def forward(self: Model, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        each = [function(self.p.to(dtype)).float() for function in WITH_NUMBERS]
        return self.layer(x) + torch.stack(each).mean(), *(function(x.to(dtype)).float() for function in WITH_NUMBERS)

    x = 3 * torch.randn(200, 4, generator=torch.Generator().manual_seed(3))
    model = Model(forward, p=nn.Parameter(torch.linspace(-3, 3, 41)))
    expected = [value.detach().numpy() for value in model(x)]
    tolerance = {torch.bfloat16: 1e-3, torch.float16: 2e-4}[dtype]
    session = assert_trains_as_torch(model, (x,), (x.numpy(),), tmp_path, torch.ones(200, 3), tolerance=tolerance)
    for index, (ours, theirs) in enumerate(zip(session.predict(x.numpy())[1:], expected[1:], strict=True)):
        np.testing.assert_array_equal(ours, theirs, err_msg=str(index))

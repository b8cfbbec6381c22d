"""The forms in which models and losses come: positional and keyword inputs, tuples, dictionaries, output objects, own
losses.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig, BertForSequenceClassification

import pock_mlir as pock


class TwoHeads(nn.Module):
    """A tuple of outputs; a scalar parameter, an integer buffer, and parameters that do not reach the loss."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(4, 3), nn.Linear(4, 2)
        self.unused = nn.Linear(3, 3)
        self.scale = nn.Parameter(torch.tensor(1.5))
        self.register_buffer("order", torch.tensor([2, 0, 1]))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.first(x)[:, self.order] * self.scale, self.second(x)


class Named(nn.Module):
    """A dictionary with logits, from keyword inputs, one of which is not used."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, x: torch.Tensor, weights: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"logits": self.layer(x), "features": x}


class OwnLoss(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        logits = self.layer(x)
        return {"loss": F.cross_entropy(logits, labels), "logits": logits}


def compiled(model: nn.Module, folder: Path, *arguments: object, **options: object) -> pock.Session:
    step = pock.compile(model, *arguments, optimizer=pock.SGD(lr=0.1), **options)
    return pock.load(step.save(folder / "model.pock"), threads=1)


def torch_step(model: nn.Module, loss: torch.Tensor) -> None:
    """One update by SGD with rate 0.1."""
    loss.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter -= 0.1 * parameter.grad


def assert_same_state(session: pock.Session, model: nn.Module) -> None:
    state = session.state_dict()
    assert set(state) == set(model.state_dict())
    for name, value in model.state_dict().items():
        np.testing.assert_allclose(state[name], value.numpy(), rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(5, 4, generator=torch.Generator().manual_seed(0))


LABELS = torch.tensor([0, 2, 1, 1, 0])


def test_a_tuple_of_outputs_and_a_callable_loss_with_two_targets(x: torch.Tensor, tmp_path: Path) -> None:
    def loss(outputs: tuple, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(outputs[0], first) + 0.5 * F.cross_entropy(outputs[1], second)

    model, second = TwoHeads(), torch.tensor([0, 1, 1, 0, 1])
    session = compiled(model, tmp_path, (x,), (LABELS, second), loss=loss)
    expected = model(x)
    for ours, theirs in zip(session.predict(x.numpy()), expected, strict=True):
        np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-5, atol=1e-6)
    value = loss(expected, LABELS, second)
    assert session.train_step(x.numpy(), LABELS.numpy(), second.numpy()) == pytest.approx(value.item(), rel=1e-5)
    torch_step(model, value)
    assert_same_state(session, model)


def test_keyword_inputs_and_a_dictionary_with_logits(x: torch.Tensor, tmp_path: Path) -> None:
    model, weights = Named(), torch.ones(5)
    session = compiled(model, tmp_path, {"x": x, "weights": weights}, (LABELS,))
    arrays = {"x": x.numpy(), "weights": weights.numpy()}
    logits = model(x, weights)["logits"]
    np.testing.assert_allclose(session.predict(arrays), logits.detach().numpy(), rtol=1e-5, atol=1e-6)
    value = F.cross_entropy(logits, LABELS)
    assert session.train_step(arrays, LABELS.numpy()) == pytest.approx(value.item(), rel=1e-5)
    torch_step(model, value)
    assert_same_state(session, model)


def test_a_model_that_returns_its_own_loss(x: torch.Tensor, tmp_path: Path) -> None:
    model = OwnLoss()
    session = compiled(model, tmp_path, {"x": x, "labels": LABELS}, None, loss=None)
    value = model(x, LABELS)["loss"]
    assert session.train_step({"x": x.numpy(), "labels": LABELS.numpy()}) == pytest.approx(value.item(), rel=1e-5)
    torch_step(model, value)
    assert_same_state(session, model)


def test_an_output_object_of_transformers(tmp_path: Path) -> None:
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    model = BertForSequenceClassification(BertConfig(vocab_size=40, max_position_embeddings=12, num_labels=3, **sizes))
    model.eval()
    inputs = {"input_ids": torch.randint(0, 40, (5, 8)), "attention_mask": torch.ones(5, 8, dtype=torch.int64)}
    arrays = {name: value.numpy() for name, value in inputs.items()}
    session = compiled(model, tmp_path, inputs, (LABELS,))
    logits = model(**inputs).logits
    np.testing.assert_allclose(session.predict(arrays), logits.detach().numpy(), rtol=1e-4, atol=1e-6)
    value = F.cross_entropy(logits, LABELS)
    assert session.train_step(arrays, LABELS.numpy()) == pytest.approx(value.item(), rel=1e-5)
    torch_step(model, value)
    assert_same_state(session, model)
    before = session.state_dict()
    with pytest.raises(pock.PockError, match=r"'input_ids' is 40 .*\[0, 40\)"):
        session.train_step({**arrays, "input_ids": arrays["input_ids"] * 0 + 40}, LABELS.numpy())
    assert all(np.array_equal(before[name], value) for name, value in session.state_dict().items())


def test_double_precision_stays_double(x: torch.Tensor, tmp_path: Path) -> None:
    model = nn.Linear(4, 3).double()
    session = compiled(model, tmp_path, (x.double(),), (LABELS,))
    value = F.cross_entropy(model(x.double()), LABELS)
    assert session.train_step(x.double().numpy(), LABELS.numpy()) == pytest.approx(value.item(), rel=1e-12)


def test_a_trained_session_goes_back_to_torch(x: torch.Tensor, tmp_path: Path) -> None:
    model = TwoHeads()
    session = compiled(model, tmp_path, (x,), (LABELS,), loss=lambda outputs, y: F.cross_entropy(outputs[0], y))
    for _ in range(3):
        session.train_step(x.numpy(), LABELS.numpy())
    model.load_state_dict({name: torch.from_numpy(value) for name, value in session.state_dict().items()})
    for ours, theirs in zip(session.predict(x.numpy()), model(x), strict=True):
        np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-5, atol=1e-6)


def test_one_example_tensor_for_several_arguments(tmp_path: Path) -> None:
    """Examples give shapes only: what is one tensor at compile time may be two later."""
    example = torch.zeros(2, 3)
    model = nn.Linear(3, 3)
    session = compiled(model, tmp_path, (example,), (example,), loss="mse")
    x, y = torch.randn(2, 3), torch.randn(2, 3)
    assert session.train_step(x.numpy(), y.numpy()) == pytest.approx(F.mse_loss(model(x), y).item(), rel=1e-5)


class MaskedBag(nn.Module):
    """The sum of the embeddings of the tokens that a boolean mask keeps."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.head = nn.Embedding(10, 8), nn.Linear(8, 3)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.head((self.embedding(ids) * mask[..., None]).sum(1))


def test_inputs_of_32_bit_integers_and_booleans(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model, ids, mask = MaskedBag(), torch.randint(0, 10, (4, 5), dtype=torch.int32), torch.rand(4, 5) > 0.3
    classes = torch.randint(0, 3, (4,))
    session = pock.load(pock.compile(model, (ids, mask), (classes,)).save(tmp_path / "model.pock"), threads=1)
    expected = model(ids, mask)
    np.testing.assert_allclose(session.predict(ids, mask), expected.detach().numpy(), rtol=1e-5, atol=1e-6)
    loss = F.cross_entropy(expected, classes).item()
    assert session.train_step(ids, mask, classes) == pytest.approx(loss, rel=1e-5)
    with pytest.raises(pock.PockError, match=r"'input0' is 10 .* it must be in \[0, 10\)"):
        session.train_step(torch.full_like(ids, 10), mask, classes)

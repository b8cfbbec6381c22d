"""The scheme "lora:..." trains as PEFT does, step by step, and speaks its files."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig, BertForSequenceClassification, GPT2Config, GPT2LMHeadModel

import pock_mlir as pock
from pock_mlir.cli.app import run
from pock_mlir.errors import StateError

STEPS = 5


@dataclass(frozen=True)
class Case:
    """A model, a batch for it (inputs, target), and what its scheme adapts."""

    model: Callable[[], nn.Module]
    batch: Callable[[], tuple[Any, torch.Tensor]]
    scheme: str
    adapters: int
    optimizer: Any
    torch_optimizer: Callable[[list], torch.optim.Optimizer]


def _bert() -> nn.Module:
    config = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, num_labels=3)
    config.intermediate_size, config.max_position_embeddings = 24, 12
    return BertForSequenceClassification(config)


def _gpt2() -> nn.Module:
    return GPT2LMHeadModel(GPT2Config(vocab_size=40, n_positions=8, n_embd=16, n_layer=1, n_head=2))


class _Images(nn.Module):
    """Convolutions of 1x1 and 3x3, of which one in groups has no adapter, and running statistics."""

    def __init__(self) -> None:
        super().__init__()
        first = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU6())
        second = nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1, groups=8), nn.Conv2d(8, 12, 1, bias=False), nn.BatchNorm2d(12))
        self.blocks = nn.Sequential(first, second)
        self.head = nn.Linear(12, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.blocks(x).mean((2, 3)))


@pytest.fixture(scope="module")
def imported() -> pock.Imported:
    return pock.import_model(_Images(), (torch.zeros(1, 3, 8, 8),), (torch.zeros(1, dtype=torch.int64),))


def _sgd(parameters: list) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=0.2, momentum=0.9)


CASES = {
    "queries and values, and the head": Case(
        lambda: _bert().eval(),
        lambda: ({"input_ids": torch.randint(0, 50, (4, 8))}, torch.randint(0, 3, (4,))),
        "lora:r=4,alpha=16,targets=query|value,modules_to_save=classifier",
        4,
        pock.AdamW(lr=1e-2),
        lambda parameters: torch.optim.AdamW(parameters, lr=1e-2),
    ),
    "weights stored [in, out], usual targets": Case(
        lambda: _gpt2().eval(),
        lambda: ((torch.randint(0, 40, (2, 8)),), torch.randint(0, 40, (2, 8))),
        "lora:r=2,alpha=3,rslora=true",
        1,
        pock.SGD(lr=0.2, momentum=0.9),
        _sgd,
    ),
    "convolutions, batch statistics": Case(
        lambda: _Images().train(),
        lambda: ((torch.randn(4, 3, 8, 8),), torch.randint(0, 4, (4,))),
        "lora:r=2,alpha=4,modules_to_save=head",
        2,
        pock.SGD(lr=0.2, momentum=0.9),
        _sgd,
    ),
}


def _loss(outputs: Any, target: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(outputs.flatten(0, -2), target.flatten())


def _outputs(model: nn.Module, inputs: Any) -> torch.Tensor:
    outputs = model(**inputs) if isinstance(inputs, dict) else model(*inputs)
    return outputs if isinstance(outputs, torch.Tensor) else outputs.logits


def _own_name(name: str) -> str:
    """A parameter's name in our bundle, from that in a PeftModel."""
    name = name.removeprefix("base_model.model.").replace(".default", "").replace(".base_layer.", ".")
    return name.replace(".modules_to_save.", ".")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_trains_as_peft_and_exports(case, tmp_path):
    torch.manual_seed(0)
    base, batches = case.model(), [case.batch() for _ in range(STEPS)]
    inputs, target = batches[0]
    before = copy.deepcopy(base.state_dict())
    step = pock.compile(base, inputs, (target,), _loss, case.optimizer, case.scheme, seed=3)
    assert all(torch.equal(value, before[name]) for name, value in base.state_dict().items())
    assert sum("lora_" in name for name in step.trained) == 2 * case.adapters
    session = pock.load(step.save(tmp_path / "model.pock"), threads=1)
    session.save_adapter(tmp_path / "start")

    peft = PeftModel.from_pretrained(copy.deepcopy(base), tmp_path / "start", is_trainable=True).train(base.training)
    # What keeps running statistics is saved whole, for which PEFT would train its scale and shift, too.
    asking = {_own_name(name): p for name, p in peft.named_parameters() if p.requires_grad}
    trained = {name: asking[name] for name in step.trained}
    assert all(name in trained or name.startswith("blocks.") for name in asking)
    optimizer = case.torch_optimizer(list(trained.values()))
    for inputs, target in batches:
        optimizer.zero_grad()
        loss = _loss(_outputs(peft, inputs), target)
        loss.backward()
        optimizer.step()
        given = inputs if isinstance(inputs, tuple) else (inputs,)
        assert session.train_step(*given, target) == pytest.approx(loss.item(), rel=1e-4)
    state = session.state_dict()
    for name, p in trained.items():
        value = p.detach().numpy()
        np.testing.assert_allclose(state[name], value, rtol=1e-3, atol=1e-3 * np.abs(value).max(), err_msg=name)
    for name, value in before.items():
        if name not in trained and "running" not in name and "num_batches" not in name:
            np.testing.assert_array_equal(state[name], value.numpy(), err_msg=name)

    _assert_exports(session, peft.eval(), base.eval(), inputs, tmp_path)


def _assert_exports(session, peft, base, inputs, folder) -> None:
    """Adapters go to PEFT and come back, and merge into the base model's weights."""
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    wanted = _outputs(peft, inputs).detach().numpy()
    session.save_adapter(folder / "trained")
    loaded = PeftModel.from_pretrained(copy.deepcopy(base), folder / "trained").eval()
    np.testing.assert_allclose(_outputs(loaded, inputs).detach().numpy(), session.predict(*given), atol=1e-5)
    peft.save_pretrained(folder / "of peft")
    again = pock.load(folder / "model.pock", threads=1)
    again.load_adapter(folder / "of peft")
    np.testing.assert_allclose(again.predict(*given), wanted, atol=1e-5)

    session.save_checkpoint(folder / "c.safetensors")
    merged = folder / "merged.safetensors"
    arguments = ("export", folder / "model.pock", "--checkpoint", folder / "c.safetensors", "--merged", merged)
    assert run(list(map(str, arguments))) == 0
    values = {name: torch.from_numpy(array) for name, array in session.merged_state_dict().items()}
    base.load_state_dict(values)
    np.testing.assert_allclose(_outputs(base, inputs).detach().numpy(), wanted, atol=1e-4)
    assert all(torch.equal(value, values[name]) for name, value in load_file(merged).items())


@pytest.mark.parametrize(
    ("scheme", "message"),
    [
        ("lora:r=0", "r must be an integer of at least 1, got 0"),
        ("lora:r=2.5", "r must be an integer of at least 1, got '2.5'"),
        ("lora:alpha=x", "alpha must be a positive number, got 'x'"),
        ("lora:r=2,r=3", "the option 'r' stands twice"),
        ("lora:r", "expects name=value, got 'r'"),
        ("lora:dropout=0.1", "unknown option 'dropout'; the options are r, alpha, targets, rslora, modules_to_save"),
        ("lora:targets=all-linear|head", "'all-linear' stands for all targets"),
        ("lora:targets=ead", "no module with a weight is called 'ead'; modules with weights are called like 'head'"),
        ("lora:modules_to_save=tail", "no module with parameters is called 'tail'"),
        (
            "lora:targets=0.1",
            "weights of matrix products and of plain convolutions, but 'blocks.0.1.weight' is used by",
        ),
        ("lora:targets=1.0", "but 'blocks.1.0.weight' is the weight of a convolution in 8 groups"),
    ],
)
def test_what_cannot_be_adapted_is_an_error(imported, scheme, message):
    with pytest.raises(pock.PockError, match=re.escape(message)):
        imported.train(scheme)


def test_adapters_of_another_kind_are_refused(tmp_path):
    """Of another rank, of another method, of a bundle without adapters; the session stays as it is."""
    torch.manual_seed(0)
    model, arguments = nn.Linear(4, 3), ((torch.randn(2, 4),), (torch.tensor([0, 2]),))
    plain = pock.load(pock.compile(model, *arguments).save(tmp_path / "plain.pock"), threads=1)
    session = pock.load(pock.compile(model, *arguments, scheme="lora:r=2").save(tmp_path / "lora.pock"), threads=1)
    session.train_step(*arguments[0], *arguments[1])
    state = session.state_dict()
    with pytest.raises(StateError, match="the bundle has no adapters: compile it with a scheme such as 'lora:r=8'"):
        plain.save_adapter(tmp_path / "none")
    session.save_adapter(tmp_path / "adapter")
    config = tmp_path / "adapter" / "adapter_config.json"
    for old, new, message in (
        ('"r": 2', '"r": 4', "'r' is 4, but the bundle was compiled for 2"),
        ('"use_dora": false', '"use_dora": true', "'use_dora' is True, but a bundle's adapters have False"),
    ):
        text = config.read_text()
        config.write_text(text.replace(old, new))
        with pytest.raises(StateError, match=message):
            session.load_adapter(tmp_path / "adapter")
        config.write_text(text)
    (tmp_path / "adapter" / "adapter_model.safetensors").unlink()
    with pytest.raises(StateError, match="cannot be read"):
        session.load_adapter(tmp_path / "adapter")
    for name, value in session.state_dict().items():
        np.testing.assert_array_equal(value, state[name])

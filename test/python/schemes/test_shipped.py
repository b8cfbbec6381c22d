"""Shipped schemes: each fits its model and no other, by structure, and trains of it what it says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from published_models import PUBLISHED, mobilenet_v2, resnet_50_shortcut_last
from torch import nn
from transformers import (
    BertConfig,
    BertModel,
    LlamaConfig,
    LlamaForCausalLM,
    MobileNetV2Config,
    MobileNetV2ForImageClassification,
)

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.errors import SchemeError
from pock_mlir.frontends.torch.module_tree import module_parameters
from pock_mlir.schemes import Parameters, resolve, scheme_of, shipped_schemes


def mcunet() -> nn.Module:
    """42 convolutions in inverted residual blocks; of the sizes only those that are known of the published network."""
    layers: list[nn.Module] = [nn.Conv2d(3, 16, 3), nn.Conv2d(16, 16, 3, groups=16), nn.Conv2d(16, 16, 1)]
    for block in range(13):
        outputs = 160 if block == 12 else 16
        layers += [nn.Conv2d(16, 48, 1), nn.Conv2d(48, 48, 5, groups=48), nn.Conv2d(48, outputs, 1)]
    return nn.Sequential(nn.Sequential(*layers), nn.Linear(160, 10))


def llama_2_7b() -> nn.Module:
    return LlamaForCausalLM(LlamaConfig())


MODELS: dict[str, tuple[str, Callable[[], nn.Module]]] = {
    "mobilenet-v2": ("mobilenet-v2", lambda: mobilenet_v2(32, 1)[0]),
    "mobilenet-v2 of transformers": (
        "mobilenet-v2",
        lambda: MobileNetV2ForImageClassification(MobileNetV2Config(first_layer_is_expansion=True)),
    ),
    "mobilenet-v2-0.35": ("mobilenet-v2-0.35", lambda: mobilenet_v2(32, 1, 0.35)[0]),
    "mcunet": ("mcunet", mcunet),
    "resnet-50": ("resnet-50", lambda: resnet_50_shortcut_last(32, 1)[0]),
    "resnet-50 of transformers": ("resnet-50-shortcut-first", lambda: PUBLISHED["resnet-50"]()[0]),
    "bert": ("bert", lambda: PUBLISHED["bert-base"]()[0]),
    "minilm": ("minilm", lambda: PUBLISHED["minilm"]()[0]),
    "distilbert": ("distilbert", lambda: PUBLISHED["distilbert"]()[0]),
    "smollm2": ("llama", lambda: PUBLISHED["smollm2"]()[0]),
    "llama-2-7b": ("llama", llama_2_7b),
}


def parameters_of(build: Callable[[], nn.Module]) -> Parameters:
    """The parameters of a model without values: all are zero where they are asked for."""
    with torch.device("meta"):
        model = build()
    return module_parameters(model, lambda name: np.zeros(tuple(model.get_parameter(name).shape), np.float32))


@pytest.fixture(scope="module")
def models() -> dict[str, Parameters]:
    return {name: parameters_of(build) for name, (_, build) in MODELS.items()}


def test_each_model_has_its_scheme_and_no_other(models: dict[str, Parameters]) -> None:
    for name, (scheme, _) in MODELS.items():
        fitting = [each.name for each in shipped_schemes().values() if each.fits.misfit(models[name]) is None]
        assert fitting == [scheme], name
        assert scheme_of("paper", models[name]) == scheme_of(scheme, models[name])
    assert {scheme for scheme, _ in MODELS.values()} == set(shipped_schemes())


WEIGHTS = {
    "mobilenet-v2": [1.0] * 7,
    "mobilenet-v2-0.35": [1.0] * 5 + [0.125, 0.5, 1.0],
    "mcunet": [1.0] * 4 + [0.125, 0.25],
    "resnet-50": [1.0] * 8,
    "resnet-50-shortcut-first": [1.0] * 8,
    "bert": [1.0] * 4 * 5,
    "minilm": [1.0] * 2 * 5,
    "distilbert": [1.0] * 2 * 5,
    "llama": [1.0] * 5 * 5,
}
"""What share of the weights' input channels is trained, but for those of heads."""


def test_what_each_trains(models: dict[str, Parameters]) -> None:
    for name, (scheme, _) in MODELS.items():
        model = models[name]
        found = resolve(scheme_of("paper", model), model).model
        is_transformer = "blocks" in str(shipped_schemes()[scheme].scheme)
        head = model.blocks if is_transformer else None
        last_layer = model.layers - 1
        weights = [
            p
            for p in model.all
            if p.is_layer_weight and p.name in found and (p.block != head if is_transformer else p.layer != last_layer)
        ]
        shares = [part.size / p.shape[1] if isinstance(part := found[p.name], ChannelSlice) else 1.0 for p in weights]
        assert shares == WEIGHTS[scheme], name
        if not is_transformer:
            assert all(p.shape[2:] == (1, 1) for p in weights), name
            expands = [p for p in weights if p.shape[0] > p.shape[1] or "resnet" in scheme]
            assert expands == weights, name
        others = [p for p in model.all if p.name in found and not p.is_layer_weight]
        assert all(p.is_bias or (p.block == head if is_transformer else p.layer == last_layer) for p in others), name
        assert (scheme == "llama") == (not others), name


def test_of_what_fits_none_it_is_said_why() -> None:
    bert = parameters_of(lambda: BertModel(BertConfig(num_hidden_layers=4)))
    with pytest.raises(SchemeError, match=r"no shipped scheme fits the model \(bert: it has 4 blocks, not 12; disti"):
        scheme_of("paper", bert)
    assert scheme_of("minilm", bert).name == "minilm"
    narrow = parameters_of(lambda: mobilenet_v2(32, 1, 0.5)[0])
    with pytest.raises(SchemeError, match=r"mobilenet-v2: layer 0 has a weight of shape \[16, 3, 3, 3\], not \[32, 3"):
        scheme_of("paper", narrow)
    with pytest.raises(SchemeError, match="bert: there is no"):
        scheme_of("paper", parameters_of(lambda: nn.Linear(2, 2)))


def test_a_model_without_a_head_has_no_rules_for_it() -> None:
    bare = parameters_of(lambda: BertModel(BertConfig(), add_pooling_layer=False))
    assert [rule.blocks for rule in scheme_of("paper", bare).rules] == ["last:6", "last:4", "last:4"]
    pooled = parameters_of(lambda: BertModel(BertConfig()))
    assert "pooler.dense.weight" in resolve(scheme_of("paper", pooled), pooled).model

"""Mixtures of experts as transformers writes them: tokens sorted by expert, and multiplied in groups."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import (
    MixtralConfig,
    MixtralForCausalLM,
    PretrainedConfig,
    PreTrainedModel,
    Qwen2MoeConfig,
    Qwen2MoeForCausalLM,
)

import pock_mlir as pock

from .compare import LOSS_TOLERANCE, OUTPUT_TOLERANCE, UPDATE_TOLERANCE, differences, train_both

SIZES = {
    "vocab_size": 40,
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "num_experts_per_tok": 2,
    "max_position_embeddings": 16,
    "initializer_range": 0.2,
    "use_cache": False,
}


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        # With the loss that spreads the tokens over the experts.
        (MixtralForCausalLM, MixtralConfig(num_local_experts=4, output_router_logits=True, **SIZES)),
        # With an expert for all tokens besides.
        (
            Qwen2MoeForCausalLM,
            Qwen2MoeConfig(num_experts=5, moe_intermediate_size=8, shared_expert_intermediate_size=8, **SIZES),
        ),
    ],
    ids=["mixtral", "qwen2-moe"],
)
def test_experts_train_as_in_torch(kind: type[PreTrainedModel], config: PretrainedConfig, tmp_path: Path) -> None:
    torch.manual_seed(0)
    ids = [torch.randint(0, 40, (2, 7)) for _ in range(3)]
    run = train_both(
        kind(config).train(),
        [({"input_ids": i, "labels": i}, ()) for i in ids],
        tmp_path,
        optimizer=pock.SGD(lr=0.1),
        torch_optimizer=lambda parameters: torch.optim.SGD(parameters, lr=0.1),
        loss=None,
    )
    found = differences(run)
    assert found.output <= OUTPUT_TOLERANCE, found
    assert found.loss <= LOSS_TOLERANCE, run.losses
    assert found.update <= UPDATE_TOLERANCE, found

"""Low-rank adapters: a PEFT model trains as PyTorch trains it, and its adapters come back in PEFT's own files."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import BertConfig, BertForSequenceClassification

import pock_mlir as pock

CONFIG = BertConfig(
    vocab_size=50,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=24,
    max_position_embeddings=12,
    num_labels=3,
)


def _base() -> BertForSequenceClassification:
    torch.manual_seed(0)
    return BertForSequenceClassification(CONFIG).eval()


def _adapted() -> torch.nn.Module:
    config = LoraConfig(r=2, target_modules=["query", "value"], task_type="SEQ_CLS", init_lora_weights=False)
    return get_peft_model(_base(), config).eval()


def test_a_peft_model_trains_and_returns(tmp_path):
    model = _adapted()
    reference = copy.deepcopy(model)
    batches = [({"input_ids": torch.randint(0, 50, (4, 8))}, torch.randint(0, 3, (4,))) for _ in range(3)]
    inputs, target = batches[0]
    step = pock.compile(model, inputs, (target,), optimizer=pock.AdamW(lr=1e-2))
    trainable = {name for name, p in model.named_parameters() if p.requires_grad}
    assert set(step.trained) == trainable
    assert all("lora_" in name or "classifier" in name for name in trainable)
    session = pock.load(step.save(tmp_path / "model.pock"), threads=1)
    optimizer = torch.optim.AdamW([p for p in reference.parameters() if p.requires_grad], lr=1e-2)
    for inputs, target in batches:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(reference(**inputs).logits, target)
        loss.backward()
        optimizer.step()
        assert session.train_step(inputs, target) == pytest.approx(loss.item(), rel=1e-5)
    state = session.state_dict()
    for name, p in reference.named_parameters():
        np.testing.assert_allclose(state[name], p.detach().numpy(), rtol=1e-3, atol=1e-5, err_msg=name)

    model.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()})
    model.save_pretrained(tmp_path / "adapter")
    files = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    assert all(".default" not in name for name in files)
    again = PeftModel.from_pretrained(_base(), tmp_path / "adapter").eval()
    np.testing.assert_allclose(again(**inputs).logits.detach().numpy(), session.predict(inputs), atol=1e-5)

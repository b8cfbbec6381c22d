"""The model: all-MiniLM-L6-v2, mean pooling over the tokens, and a fresh classification head."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel
from transformers.utils import logging as transformers_logging

#: Left out of the model: the pooler is another kind of sentence vector than the mean that MiniLM was trained with.
UNUSED = ("pooler.", "embeddings.position_ids")


class MiniLMClassifier(torch.nn.Module):
    """The encoder as `transformers` has it, pooled as `sentence-transformers` does, and a linear head."""

    def __init__(self, encoder: BertModel, classes: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = torch.nn.Linear(encoder.config.hidden_size, classes)

    def embed(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """One vector per document: the mean of its tokens' vectors, padding left out."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """The logits [batch, classes]."""
        return self.head(self.embed(input_ids, attention_mask))


def build_model(cache: Path, classes: int, seed: int, attention: str = "sdpa") -> MiniLMClassifier:
    """The pretrained encoder with a head drawn from `seed`, in eval mode: dropout would blur the comparison."""
    transformers_logging.set_verbosity_error()
    config = BertConfig.from_json_file(str(cache / "config.json"))
    config._attn_implementation = attention
    encoder = BertModel(config, add_pooling_layer=False)
    weights = load_file(cache / "model.safetensors")
    encoder.load_state_dict({name: value for name, value in weights.items() if not name.startswith(UNUSED)})
    torch.manual_seed(seed)
    return MiniLMClassifier(encoder, classes).eval()

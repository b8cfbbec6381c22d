"""Language models of transformers with random weights; eager and fused attention, padding and causal masks."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertForTokenClassification,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    RobertaConfig,
    RobertaForSequenceClassification,
    T5Config,
    T5EncoderModel,
)

from .case import Batch, Case

VOCABULARY, CLASSES, WIDTH, LENGTH = 40, 4, 16, 10
PAD = 1
# Weights of 0.02, as for a new large model, would leave a narrow one next to linear.
SIZES = {"vocab_size": VOCABULARY, "num_labels": CLASSES, "initializer_range": 0.2}
ENCODER = SIZES | {
    "hidden_size": WIDTH,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 16,
}


def bert() -> nn.Module:
    return BertForSequenceClassification(BertConfig(**ENCODER, attn_implementation="eager"))


def roberta() -> nn.Module:
    """Position ids are the running count of tokens that are no padding."""
    config = RobertaConfig(**ENCODER | {"num_hidden_layers": 1}, pad_token_id=PAD, attn_implementation="sdpa")
    return RobertaForSequenceClassification(config)


def distilbert() -> nn.Module:
    config = DistilBertConfig(
        **SIZES, dim=WIDTH, n_layers=2, n_heads=2, hidden_dim=32, max_position_embeddings=16, attn_implementation="sdpa"
    )
    return DistilBertForTokenClassification(config)


def gpt2() -> nn.Module:
    config = GPT2Config(
        **SIZES,
        n_embd=WIDTH,
        n_layer=2,
        n_head=2,
        n_positions=16,
        bos_token_id=0,
        eos_token_id=0,
        use_cache=False,
        attn_implementation="eager",
    )
    return GPT2LMHeadModel(config)


def llama() -> nn.Module:
    """Rotary positions, two query heads for each key head, tied embeddings."""
    config = LlamaConfig(
        **ENCODER | {"num_attention_heads": 4},
        num_key_value_heads=2,
        tie_word_embeddings=True,
        use_cache=False,
        attn_implementation="sdpa",
    )
    return LlamaForCausalLM(config)


class T5Classifier(nn.Module):
    """T5's encoder, whose first layer holds the relative position bias of all, under a head."""

    def __init__(self) -> None:
        super().__init__()
        config = T5Config(
            vocab_size=VOCABULARY,
            d_model=WIDTH,
            d_kv=8,
            d_ff=32,
            num_layers=2,
            num_heads=2,
            relative_attention_num_buckets=8,
            relative_attention_max_distance=12,
            feed_forward_proj="gated-gelu",
        )
        self.encoder = T5EncoderModel(config)
        self.head = nn.Linear(WIDTH, CLASSES)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return self.head(hidden.mean(1))


def padded(count: int = 4) -> dict[str, torch.Tensor]:
    """Sentences of different lengths, filled up with padding."""
    lengths = torch.randint(LENGTH // 2, LENGTH + 1, (count, 1))
    mask = (torch.arange(LENGTH) < lengths).long()
    ids = torch.randint(PAD + 1, VOCABULARY, (count, LENGTH))
    return {"input_ids": torch.where(mask.bool(), ids, PAD), "attention_mask": mask}


def sentences() -> Batch:
    return padded(), (torch.randint(0, CLASSES, (4,)),)


def tagged() -> Batch:
    inputs = padded()
    tags = torch.randint(0, CLASSES, (4, LENGTH))
    return inputs, (torch.where(inputs["attention_mask"].bool(), tags, -100),)


def labelled_text() -> Batch:
    """Text that is its own labels; the model shifts them."""
    ids = torch.randint(0, VOCABULARY, (3, LENGTH))
    return {"input_ids": ids, "labels": ids.clone()}, ()


def text_and_next() -> Batch:
    ids = torch.randint(0, VOCABULARY, (3, LENGTH + 1))
    return {"input_ids": ids[:, :-1].contiguous()}, (ids[:, 1:].contiguous(),)


def each_token(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


LANGUAGE = (
    Case("bert", bert, sentences, optimizer="adamw"),
    Case("roberta", roberta, sentences, sparse="bias"),
    Case("distilbert", distilbert, tagged, loss=each_token, optimizer="adamw"),
    Case("gpt2", gpt2, labelled_text, loss=None),
    Case("llama", llama, text_and_next, loss=each_token, optimizer="adamw"),
    Case("t5-encoder", T5Classifier, sentences),
)

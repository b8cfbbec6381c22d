"""SmolLM2's tokenizer, byte-level byte-pair encoding, built from the model file's metadata."""

from __future__ import annotations

from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

CONTROL = 3
"""The token type of markers such as <|endoftext|>, which no text is split into."""


def build_tokenizer(entries: dict[str, Any]) -> Tokenizer:
    """The tokenizer of the entries `tokenizer.ggml.*` of a GGUF file whose `pre` is "smollm"."""
    if (entries["tokenizer.ggml.model"], entries["tokenizer.ggml.pre"]) != ("gpt2", "smollm"):
        raise ValueError("the file's tokenizer is not SmolLM's byte-level byte-pair encoding")
    tokens = entries["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ", 1)) for merge in entries["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab={token: number for number, token in enumerate(tokens)}, merges=merges))
    # Digits one by one, then GPT-2's words.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    kinds = entries["tokenizer.ggml.token_type"]
    markers = [token for token, kind in zip(tokens, kinds, strict=True) if kind == CONTROL]
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in markers])
    return tokenizer

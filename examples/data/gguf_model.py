"""SmolLM2 out of a GGUF file: its weights, from quantized blocks to the names and layouts of PyTorch; its tokenizer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGUFReader, dequantize
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM

TOP = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}
BLOCK = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
#: The token type of markers such as <|endoftext|>, which no text is split into.
CONTROL = 3


def metadata(reader: GGUFReader) -> dict[str, Any]:
    """The file's entries besides the tensors, as Python data."""
    return {name: field.contents() for name, field in reader.fields.items()}


def build_model(path: Path) -> LlamaForCausalLM:
    """The language model in float32 with the file's weights; its output matrix is the embedding."""
    reader = GGUFReader(path)
    config = model_config(metadata(reader))
    model = LlamaForCausalLM(config).eval()
    # Strict but for the output matrix, which is the embedding under a second name.
    missing, unexpected = model.load_state_dict(state_dict(reader, config), strict=False)
    if unexpected or missing not in ([], ["lm_head.weight"]):
        raise ValueError(f"{path.name} does not fit the model: missing {missing}, unexpected {unexpected}")
    model.tie_weights()
    return model


def model_config(entries: dict[str, Any]) -> LlamaConfig:
    """The architecture that the file describes."""
    return LlamaConfig(
        vocab_size=len(entries["tokenizer.ggml.tokens"]),
        hidden_size=entries["llama.embedding_length"],
        intermediate_size=entries["llama.feed_forward_length"],
        num_hidden_layers=entries["llama.block_count"],
        num_attention_heads=entries["llama.attention.head_count"],
        num_key_value_heads=entries["llama.attention.head_count_kv"],
        max_position_embeddings=entries["llama.context_length"],
        rms_norm_eps=entries["llama.attention.layer_norm_rms_epsilon"],
        rope_parameters={"rope_type": "default", "rope_theta": entries["llama.rope.freq_base"]},
        tie_word_embeddings=True,
        use_cache=False,
    )


def state_dict(reader: GGUFReader, config: LlamaConfig) -> dict[str, torch.Tensor]:
    """Every tensor of the file, dequantized, under PyTorch's name."""
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    state = {}
    for tensor in reader.tensors:
        values = np.array(dequantize(tensor.data, tensor.tensor_type), np.float32)
        name = TOP.get(tensor.name)
        if name is None:
            _, block, part, _ = tensor.name.split(".")
            name = f"model.layers.{block}.{BLOCK[part]}.weight"
            if part in heads:
                values = halves_apart(values, heads[part])
        state[name] = torch.from_numpy(values)
    return state


def halves_apart(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rows of a query or key matrix [heads * size, inputs] in the order of transformers' rotary embedding.

    That rotates row i of a head with row i + size / 2; the file has rotated rows next to each other.
    """
    rows, inputs = weight.shape
    pairs = weight.reshape(heads, rows // heads // 2, 2, inputs)
    return np.ascontiguousarray(pairs.swapaxes(1, 2).reshape(rows, inputs))


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

"""SmolLM2's weights: from the file's quantized blocks to the names and layouts of the PyTorch model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGUFReader, dequantize
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

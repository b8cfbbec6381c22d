"""What the examples download, made small: caches with models of a few hundred numbers in the same file formats."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGUFWriter
from rich.console import Console
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM

from data.downloads import SMOLLM2_FILE
from data.efficientnet import EfficientNetLite, Stage
from data.gguf_model import BLOCK, TOP
from demo.example import Example
from demo.results import Results
from demo.stages import run_here, stages

TOPICS = {"earn": "profit dividend", "acq": "buys shares", "trade": "export tariff"}
HEADS, KEY_HEADS = 4, 2
STOP = 0
DIGIT_CLASSES, PER_CLASS = 10, 10
SMALL_NETWORK = (Stage(1, 3, 1, 1, 8), Stage(2, 3, 2, 2, 8))


def run_in_process(example: Example) -> Results:
    """All stages in this process, one after the other."""
    console = Console(quiet=True)
    example.folder.mkdir(parents=True, exist_ok=True)
    runs = {name: json.loads(json.dumps(run_here(example, name, console))) for name in stages(example)}
    return Results(example, runs, dict.fromkeys(runs, 1.0), {})


def write_minilm(cache: Path, documents: int = 8) -> None:
    """A BERT of two blocks, a tokenizer of few words, and news in three classes."""
    words = ["[PAD]", "[UNK]", *" ".join(TOPICS.values()).split(), "the", "of"]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(cache / "tokenizer.json"))
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=16,
    )
    (cache / "config.json").write_text(json.dumps(config.to_dict()))
    torch.manual_seed(0)
    save_file(BertModel(config).state_dict(), cache / "model.safetensors")
    lines = ["Category\tText", "d\tstring", "class\t", ""]
    lines += [f"{name}\tthe {text} of {n}" for n in range(documents) for name, text in TOPICS.items()]
    for split in ("train", "test"):
        (cache / f"reuters-r8-{split}.tab").write_text("\n".join(lines))


def vocabulary() -> tuple[list[str], list[str]]:
    """A marker, all bytes, and the pairs that four words are merged from."""
    merges = ["t h", "th e", "Ġ the", "k i"]
    tokens = ["<|endoftext|>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    return [*tokens, *("".join(merge.split()) for merge in merges)], merges


def tiny_llama() -> LlamaForCausalLM:
    """One block; the output matrix is the embedding."""
    config = LlamaConfig(
        vocab_size=len(vocabulary()[0]),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=1,
        num_attention_heads=HEADS,
        num_key_value_heads=KEY_HEADS,
        max_position_embeddings=64,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 10_000.0},
        tie_word_embeddings=True,
        use_cache=False,
    )
    torch.manual_seed(0)
    return LlamaForCausalLM(config).eval()


def write_smollm2(cache: Path, model: LlamaForCausalLM) -> None:
    """The model as a GGUF file, and 16 short tales."""
    config = model.config
    tokens, merges = vocabulary()
    writer = GGUFWriter(cache / SMOLLM2_FILE, "llama")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_rope_freq_base(10_000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3] + [1] * (len(tokens) - 1))
    writer.add_token_merges(merges)
    writer.add_eos_token_id(STOP)
    names = {theirs: ours for ours, theirs in TOP.items()}
    for block in range(config.num_hidden_layers):
        names |= {f"model.layers.{block}.{v}.weight": f"blk.{block}.{k}.weight" for k, v in BLOCK.items()}
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight":
            continue
        heads = {"q_proj": HEADS, "k_proj": KEY_HEADS}.get(name.split(".")[-2])
        array = tensor.numpy() if heads is None else _interleaved(tensor.numpy(), heads)
        writer.add_tensor(names[name], np.ascontiguousarray(array))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    write_tales(cache, [f"The king number {n} went to the kitchen of the thief." for n in range(16)])


def write_tales(cache: Path, tales: Sequence[str]) -> None:
    rows = ["ATU\tContent", "discrete\tstring", "class\tmeta", *(f"magic\t{tale}" for tale in tales)]
    (cache / "grimm-tales-selected.tab").write_text("\n".join(rows))


def _interleaved(weight: np.ndarray, heads: int) -> np.ndarray:
    """The rows of a query or key matrix as GGUF files have them: what is rotated together is next to each other."""
    size = weight.shape[0] // heads
    order = [head * size + i + half * size // 2 for head in range(heads) for i in range(size // 2) for half in (0, 1)]
    return weight[order]


def write_digits(cache: Path) -> None:
    """Rows of pixels and class: a bright column for each class, and noise."""
    generator = np.random.default_rng(0)
    labels = np.repeat(np.arange(DIGIT_CLASSES), PER_CLASS)
    images = generator.integers(0, 40, (len(labels), 28, 28))
    for image, label in zip(images, labels, strict=True):
        image[:, 2 * label + 4 : 2 * label + 7] = 255
    with gzip.open(cache / "mnist_5k.csv.gz", "wt") as file:
        np.savetxt(file, np.column_stack([images.reshape(len(labels), -1), labels]), fmt="%d", delimiter=",")


def small_network(_cache: Path, classes: int, seed: int = 0) -> Any:
    """In place of the pretrained one: three small blocks, whose normalisations shift as trained ones do."""
    torch.manual_seed(seed)
    model = EfficientNetLite(classes, SMALL_NETWORK, head_channels=16).train()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.bias, std=0.1)
    return model

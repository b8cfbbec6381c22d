"""The SmolLM2 example on a model of one small block, written as a GGUF file and read back: no download."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from common.errors import DemoError
from gguf import GGUFReader, GGUFWriter
from smollm2 import stage_compare, stage_compile, stage_pock, stage_prepare, stage_torch
from smollm2.cli import main
from smollm2.config import Config
from smollm2.data import MODEL, TALES
from smollm2.generate import greedy, mean_loss
from smollm2.report import checks
from smollm2.text import batches, read_tales, split, windows
from smollm2.tokenizer import build_tokenizer
from smollm2.weights import BLOCK, TOP, build_model, metadata
from tokenizers import pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM

HEADS, KEY_HEADS = 4, 2
STOP = 0


def tiny_config(vocabulary: int) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=vocabulary,
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


def vocabulary() -> tuple[list[str], list[str]]:
    """A marker, all bytes, and the pairs that four words are merged from."""
    merges = ["t h", "th e", "Ġ the", "k i"]
    tokens = ["<|endoftext|>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    return [*tokens, *("".join(merge.split()) for merge in merges)], merges


def interleaved(weight: np.ndarray, heads: int) -> np.ndarray:
    """The rows of a query or key matrix as GGUF files have them: what is rotated together is next to each other."""
    size = weight.shape[0] // heads
    order = [head * size + i + half * size // 2 for head in range(heads) for i in range(size // 2) for half in (0, 1)]
    return weight[order]


def write_gguf(path: Path, model: LlamaForCausalLM) -> None:
    config = model.config
    tokens, merges = vocabulary()
    writer = GGUFWriter(path, "llama")
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
        array = tensor.numpy() if heads is None else interleaved(tensor.numpy(), heads)
        writer.add_tensor(names[name], np.ascontiguousarray(array))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.fixture(scope="module")
def reference() -> LlamaForCausalLM:
    torch.manual_seed(0)
    return LlamaForCausalLM(tiny_config(len(vocabulary()[0]))).eval()


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory, reference: LlamaForCausalLM) -> Config:
    """A cache with the tiny model and 16 short tales."""
    folder = tmp_path_factory.mktemp("smollm2")
    (folder / "out").mkdir()
    write_gguf(folder / MODEL.members[0].name, reference)
    rows = ["ATU\tContent", "discrete\tstring", "class\tmeta"]
    rows += [f"magic\tThe king number {n} went to the kitchen of the thief." for n in range(16)]
    (folder / TALES.members[0].name).write_text("\n".join(rows))
    return Config(
        steps=6, batch=2, length=12, learning_rate=2e-3, prompt="The king", new_tokens=5, timing_rounds=1,
        threads=1, cache_folder=str(folder), output=str(folder / "out"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def results(config: Config) -> dict[str, Any]:
    """All stages on the tiny model, one after the other."""
    stages = {"prepare": stage_prepare, "compile": stage_compile, "torch": stage_torch, "pock": stage_pock}
    return {name: stage.run(config) for name, stage in (stages | {"compare": stage_compare}).items()}


def test_weights_come_back(config: Config, reference: LlamaForCausalLM) -> None:
    model = build_model(config.cache / MODEL.members[0].name)
    tokens = torch.arange(24).reshape(2, 12)
    with torch.no_grad():
        torch.testing.assert_close(model(input_ids=tokens).logits, reference(input_ids=tokens).logits)
    assert model.lm_head.weight is model.model.embed_tokens.weight


def test_tokenizer(config: Config) -> None:
    tokenizer = build_tokenizer(metadata(GGUFReader(config.cache / MODEL.members[0].name)))
    text = "the king of the 12\n\tthieves, naïve — 漢字 🙂"
    encoded = tokenizer.encode(text)
    assert tokenizer.decode(encoded.ids) == text
    assert encoded.tokens[:3] == ["the", "Ġ", "ki"]
    assert "Ġthe" in encoded.tokens and "12" not in encoded.tokens
    assert tokenizer.encode("<|endoftext|>").ids == [STOP]


def test_every_statement_holds(results: dict[str, Any], config: Config) -> None:
    assert [check.text for check in checks(results) if not check.passed] == []
    assert len(results["pock"]["losses"]) == config.steps
    assert results["pock"]["losses"][-1] < results["pock"]["losses"][0]
    written = results["pock"]["after"]["text"]
    prompt = np.load(config.tokens_file)["prompt"].tolist()
    assert written[: len(prompt)] == prompt and len(prompt) < len(written) <= len(prompt) + config.new_tokens


def test_a_drifting_loss_fails(results: dict[str, Any]) -> None:
    drifted = {**results, "pock": {**results["pock"], "losses": [1.1 * loss for loss in results["pock"]["losses"]]}}
    assert not checks(drifted)[0].passed


def counting(tokens: np.ndarray) -> np.ndarray:
    """Logits that say: the next number, of 8."""
    return 50.0 * np.eye(8)[(tokens + 1) % 8]


def test_greedy() -> None:
    assert greedy(counting, [2, 3], 3, (1, 16), stop=0) == [2, 3, 4, 5, 6]
    assert greedy(counting, [2, 3], 9, (2, 16), stop=0) == [2, 3, 4, 5, 6, 7]
    assert greedy(counting, [1, 2], 9, (1, 4), stop=0) == [1, 2, 3, 4]


def test_mean_loss() -> None:
    inputs = np.array([[1, 2, 3], [4, 5, 6]])
    assert mean_loss(counting, inputs, inputs + 1) == pytest.approx(0.0, abs=1e-12)
    assert mean_loss(lambda tokens: np.zeros((*tokens.shape, 8)), inputs, inputs + 1) == pytest.approx(np.log(8))


def test_windows_overlap_by_the_target() -> None:
    assert windows([list(range(8)), [1, 2]], 3).tolist() == [[0, 1, 2, 3], [3, 4, 5, 6]]
    rows = windows([list(range(32))], 3)
    seen = [targets for _, targets in batches(rows, 2, 5, seed=0)]
    assert sorted(np.concatenate(seen)[:, 0].tolist()) == [row[1] for row in rows.tolist()]


def test_split_holds_out_every_eighth() -> None:
    trained, held_out = split([str(n) for n in range(16)])
    assert held_out == ["7", "15"] and len(trained) == 14


def test_a_file_without_tales(tmp_path: Path) -> None:
    (tmp_path / "x.tab").write_text("a\tb\n")
    with pytest.raises(DemoError, match="no column Content"):
        read_tales(tmp_path / "x.tab")


def test_bad_budget(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--new-tokens", "0"]) == 1
    assert "--new-tokens must be at least 1" in capsys.readouterr().out

"""SmolLM2-135M on Grimm's tales: all parameters, against PyTorch; the bundle writes before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from data import tales
from data.downloads import SMOLLM2, SMOLLM2_FILE, TALES
from data.packages import CACHE
from data.split import Split

from .example import Data, DemoError, Example, Predict, Show, Variant, option
from .results import Check, Results, checkpoint_check, losses_check

if TYPE_CHECKING:
    import torch

#: What byte-level encoding must give back byte by byte.
ROUND_TRIPS = ("Hello, world! It's 1812.", "  two spaces\n\n\tand a tab", "naïve café, Grüße, 漢字, 🙂")
EMBEDDING, OUTPUT_MATRIX = "model.embed_tokens.weight", "lm_head.weight"


@dataclass(frozen=True, kw_only=True)
class SmolLM2(Example):
    title: ClassVar[str] = "SmolLM2-135M on Grimm's tales"
    description: ClassVar[str] = (
        "Fine-tune SmolLM2-135M on fairy tales with PyTorch and with pock_mlir, compare, and let it write."
    )
    command: ClassVar[str] = "make smollm2"
    packages: ClassVar = (SMOLLM2, TALES)
    model_module: ClassVar[str] = "data.gguf_model"
    score: ClassVar = ("held-out loss", "held_out_loss", "{:.3f}")
    scored_before: ClassVar[bool] = True

    steps: int = option(50, "training steps", least=1)
    batch: int = option(1, "windows of text per step", least=1)
    length: int = option(128, "tokens per window", least=1)
    learning_rate: float = option(5e-5, "AdamW's learning rate")
    prompt: str = option("Once upon a time there was a king who had", "what the model goes on from")
    new_tokens: int = option(40, "how many tokens it writes", least=1)
    output: str = option(str(CACHE.parent / "smollm2"), "output folder")
    timing_rounds: int = 5
    held_out_windows: int = 8

    def variants(self) -> dict[str, Variant]:
        return {"pock": Variant("pock", "smollm2", "full", self.learning_rate)}

    def prepare(self) -> Data:
        """Writes the tokenizer, too, which the report reads."""
        from gguf import GGUFReader

        from data import gguf_model

        entries = gguf_model.metadata(GGUFReader(self.cache / SMOLLM2_FILE))
        tokenizer = gguf_model.build_tokenizer(entries)

        def encode(text: str) -> list[int]:
            tokens = tokenizer.encode(text).ids
            if tokenizer.decode(tokens) != text:
                raise DemoError(f"the tokenizer does not give back {text[:40]!r}")
            return tokens

        for text in ROUND_TRIPS:
            encode(text)
        train, test = tales.load(self.cache, encode, self.length)
        stride = max(1, len(test) // self.held_out_windows)
        held_out = Split(*test.take(slice(0, stride * self.held_out_windows, stride)))
        tokenizer.save(str(self.folder / "tokenizer.json"))
        stop = int(entries["tokenizer.ggml.eos_token_id"])
        return Data(train, held_out, {"prompt_tokens": encode(self.prompt), "stop": stop})

    def build_model(self, facts: Mapping[str, Any]) -> torch.nn.Module:
        from data.gguf_model import build_model

        return build_model(self.cache / SMOLLM2_FILE)

    def loss(self) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
        from smollm2 import next_token_loss

        return next_token_loss

    def steps_on(self, train: Split) -> int:
        return self.steps

    def evaluate(self, predict: Predict, data: Data, show: Show) -> dict[str, Any]:
        prompt, shape = data.facts["prompt_tokens"], (self.batch, self.length)
        text = tales.greedy(predict, prompt, self.new_tokens, shape, data.facts["stop"])
        return {"text": text, "held_out_loss": tales.mean_loss(predict, data.test, self.batch)}

    def remarks(self, results: Results) -> list[str]:
        from tokenizers import Tokenizer

        decode = Tokenizer.from_file(str(self.folder / "tokenizer.json")).decode
        ours = results.runs["pock"]
        return [
            f"{when} training (held-out loss {measured['held_out_loss']:.3f}): {decode(measured['text'])}"
            for when, measured in (("before", ours["before"]), ("after", ours))
        ]

    def checks(self, results: Results) -> list[Check]:
        ours, compared = results.runs["pock"], results.runs["compare"]
        before, after = ours["before"]["held_out_loss"], ours["held_out_loss"]
        tied = {EMBEDDING: [OUTPUT_MATRIX]}
        return [
            # Float32 arithmetic in another order drifts apart slowly in training; a wrong gradient does so at once.
            losses_check(results, (5, 1e-4), (None, 1e-3)),
            checkpoint_check(results, relative=1e-4),
            Check(
                compared["tied_in_bundle"] == compared["tied_in_torch"] == tied,
                "embedding and output matrix are one parameter, in the bundle and back in PyTorch",
            ),
            Check(
                after < before,
                f"training helps on tales that were held out: loss {before:.3f} before, {after:.3f} after",
            ),
        ]

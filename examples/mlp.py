"""A first training: which arm of a spiral does a point lie on? No download, done in seconds.

.venv/bin/python examples/mlp.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import nn

import pock_mlir as pock

ARMS, STEPS, BATCH = 3, 400, 64


def spiral(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points [count, 2] around the origin, and which arm of the spiral each lies on."""
    generator = np.random.default_rng(seed)
    arms, radius = generator.integers(0, ARMS, count), generator.uniform(0.1, 1, count)
    angle = 4 * radius + 2 * np.pi * arms / ARMS + generator.normal(0, 0.1, count)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)
    return points.astype(np.float32), arms


def main() -> None:
    print("1. The data and the model")
    points, arms = spiral(STEPS * BATCH, seed=0)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, ARMS))

    print("2. Compile the training step: forward, backward and optimizer as one program")
    example = torch.from_numpy(points[:BATCH]), torch.from_numpy(arms[:BATCH])
    step = pock.compile(
        model, inputs=example[:1], targets=example[1:], loss="cross_entropy", optimizer=pock.AdamW(lr=0.01)
    )
    print(f"  training will need {step.memory.planned_peak_bytes / 1e3:.0f} kB")

    with tempfile.TemporaryDirectory() as folder:
        bundle, checkpoint = Path(folder) / "spiral.pock", Path(folder) / "spiral.safetensors"
        step.save(bundle)

        print("3. Train: this needs numpy and the IREE runtime, no PyTorch")
        session = pock.load(bundle)
        for number, start in enumerate(range(0, len(points), BATCH), 1):
            loss = session.train_step(points[start : start + BATCH], arms[start : start + BATCH])
            if number % 100 == 0:
                print(f"  step {number}: loss {loss:.3f}")
        unseen, truth = spiral(BATCH, seed=1)
        guessed = session.predict(unseen).argmax(1)
        print(f"  right on {(guessed == truth).mean():.0%} of {BATCH} points that it has not seen")

        print("4. Keep the result, and go on from it later")
        session.save_checkpoint(checkpoint)
        later = pock.load(bundle)
        later.load_checkpoint(checkpoint)
        print(f"  the next step will be number {later.step + 1}")

    print("5. Take the trained weights back to PyTorch")
    model.load_state_dict({name: torch.from_numpy(value) for name, value in session.state_dict().items()})
    with torch.no_grad():
        logits = model(torch.from_numpy(unseen))
    torch.testing.assert_close(torch.from_numpy(session.predict(unseen)), logits, rtol=1e-3, atol=1e-3)
    print("  PyTorch gives the same logits")


if __name__ == "__main__":
    main()

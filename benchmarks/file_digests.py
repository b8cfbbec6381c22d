"""What the digests of bundles and checkpoints cost, on random values in the sizes of SmolLM2-135M.

    .venv/bin/python benchmarks/file_digests.py [--directory DIRECTORY] [--repeats N]

The bundle's parameter file holds the parameters, the checkpoint the parameters and two moments of Adam for each.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pock_mlir.bundle import TensorFile, write_tensor_file
from pock_mlir.bundle.writer import file_record

# Values per layer and outside of the layers, from the configuration of HuggingFaceTB/SmolLM2-135M.
_LAYERS, _VOCABULARY, _HIDDEN, _KEYS, _INNER = 30, 49152, 576, 192, 1536


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--directory", type=Path, help="where to write (default: the directory for temporary files)")
    options.add_argument("--repeats", type=int, default=5)
    arguments = options.parse_args()
    parameters = random_parameters()
    state = parameters | {f"optimizer/{slot}.{name}": v for slot in ("m", "v") for name, v in parameters.items()}
    with tempfile.TemporaryDirectory(dir=arguments.directory) as directory:
        for title, tensors in (("parameters", parameters), ("checkpoint", state)):
            measure(title, tensors, Path(directory) / f"{title}.safetensors", arguments.repeats)


def random_parameters() -> dict[str, np.ndarray]:
    """Random values under names and shapes like the model's."""
    shapes = {"embed": (_VOCABULARY, _HIDDEN), "norm": (_HIDDEN,)}
    for layer in range(_LAYERS):
        shapes |= {f"{layer}.{name}": (_HIDDEN, _HIDDEN) for name in ("q", "o")}
        shapes |= {f"{layer}.{name}": (_KEYS, _HIDDEN) for name in ("k", "v")}
        shapes |= {f"{layer}.{name}": (_INNER, _HIDDEN) for name in ("gate", "up", "down")}
        shapes |= {f"{layer}.{name}": (_HIDDEN,) for name in ("norm1", "norm2")}
    rng = np.random.default_rng(0)
    return {name: rng.standard_normal(shape, dtype=np.float32) for name, shape in shapes.items()}


def measure(title: str, tensors: dict[str, np.ndarray], path: Path, repeats: int) -> None:
    """Prints the median seconds of writing and checking a file."""
    print(f"{title}: {sum(array.nbytes for array in tensors.values()) / 1e6:.0f} MB in {len(tensors)} tensors")
    for what, action in (
        ("write without digests", lambda: write_tensor_file(path, tensors)),
        ("write with digests", lambda: write_tensor_file(path, tensors, sealed=True)),
        ("digests of all tensors in memory", lambda: [hashlib.sha256(array).digest() for array in tensors.values()]),
        ("open, compare the header", lambda: TensorFile(path)),
        ("compare all tensors", lambda: TensorFile(path).verify()),
        ("hash of the whole file", lambda: file_record(path)),
    ):
        print(f"  {what:33} {seconds(action, repeats):7.3f} s")


def seconds(action: Callable[[], object], repeats: int) -> float:
    """The median of `repeats` runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()

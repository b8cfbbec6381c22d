"""The EfficientNet example with a network of three small blocks on made-up digits: no download."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from efficientnet_mnist import stage_compare, stage_compile, stage_pock, stage_torch
from efficientnet_mnist.cli import main
from efficientnet_mnist.config import Config
from efficientnet_mnist.data import DIGITS
from efficientnet_mnist.digits import CLASSES, Split, read_digits, stratified_split, upscale
from efficientnet_mnist.network import EfficientNetLite, SameConv2d, Stage
from efficientnet_mnist.report import checks

SMALL = (Stage(1, 3, 1, 1, 8), Stage(2, 3, 2, 2, 8))
PER_CLASS = 10


def small_model(weights: Path, classes: int, seed: int) -> EfficientNetLite:
    torch.manual_seed(seed)
    return EfficientNetLite(classes, SMALL, head_channels=16).train()


def made_up_digits() -> np.ndarray:
    """Rows of pixels and class: a bright column for each class, and noise."""
    generator = np.random.default_rng(0)
    labels = np.repeat(np.arange(CLASSES), PER_CLASS)
    images = generator.integers(0, 40, (len(labels), 28, 28))
    for image, label in zip(images, labels, strict=True):
        image[:, 2 * label + 4 : 2 * label + 7] = 255
    return np.column_stack([images.reshape(len(labels), -1), labels])


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("efficientnet")
    (folder / "out").mkdir()
    with gzip.open(folder / DIGITS.members[0].name, "wt") as file:
        np.savetxt(file, made_up_digits(), fmt="%d", delimiter=",")
    return Config(
        epochs=6, batch=8, size=24, learning_rate=0.02, warmup=2, timing_rounds=1, threads=1,
        cache_folder=str(folder), output=str(folder / "out"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def results(config: Config) -> dict[str, Any]:
    """All stages with the small network, one after the other."""
    stages = {"compile": stage_compile, "torch": stage_torch, "pock": stage_pock, "compare": stage_compare}
    with pytest.MonkeyPatch.context() as patch:
        for stage in (stage_compile, stage_torch, stage_compare):
            patch.setattr(stage, "build_model", small_model)
        return {name: stage.run(config) for name, stage in stages.items()}


def test_losses_and_checkpoint_agree_with_torch(results: dict[str, Any], config: Config) -> None:
    losses, _, _, checkpoint = checks(results)
    assert losses.passed, losses.text
    assert checkpoint.passed, checkpoint.text
    assert len(results["pock"]["losses"]) == config.epochs * (80 // config.batch)


def test_it_learns(results: dict[str, Any]) -> None:
    assert results["pock"]["losses"][-1] < 0.7 * results["pock"]["losses"][0]
    assert results["pock"]["accuracy"] > 0.5


def test_a_poor_accuracy_fails(results: dict[str, Any]) -> None:
    poor = {**results, "pock": {**results["pock"], "accuracy": 0.9}, "torch": {**results["torch"], "accuracy": 0.98}}
    assert [check.passed for check in checks(poor)][1:3] == [False, False]


def test_split_is_stratified(config: Config) -> None:
    train, test = stratified_split(read_digits(config.cache / DIGITS.members[0].name), 0.2, seed=0)
    assert np.bincount(train.labels).tolist() == [8] * CLASSES
    assert np.bincount(test.labels).tolist() == [2] * CLASSES
    together = np.concatenate([train.images, test.images]).reshape(-1, 28 * 28)
    assert len(np.unique(together, axis=0)) == CLASSES * PER_CLASS


@pytest.mark.parametrize("size", [28, 64, 20])
def test_upscaling_is_bilinear(size: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 28, 28)).astype(np.uint8)
    scaled = upscale(images, size)
    grey = torch.from_numpy(images.astype(np.float32) / 127.5 - 1)[:, None]
    expected = torch.nn.functional.interpolate(grey, (size, size), mode="bilinear", align_corners=False)
    np.testing.assert_allclose(scaled, expected.expand(-1, 3, -1, -1).numpy(), atol=1e-5)
    assert scaled.dtype == np.float32


@pytest.mark.parametrize(("kernel", "stride", "size"), [(3, 1, 7), (3, 2, 7), (3, 2, 8), (5, 2, 8), (1, 1, 4)])
def test_same_padding(kernel: int, stride: int, size: int) -> None:
    convolution = SameConv2d(1, 1, kernel, stride, bias=False)
    assert convolution(torch.zeros(1, 1, size, size)).shape[2:] == (-(-size // stride),) * 2


def test_names_are_those_of_the_published_weights() -> None:
    names = EfficientNetLite(1000).state_dict()
    # 49 convolutions, each with batch normalisation, and the head.
    assert len(names) == 296
    assert {"_conv_stem.weight", "_blocks.0._project_conv.weight", "_blocks.15._bn2.running_var", "_fc.bias"} <= set(
        names
    )
    assert "_blocks.0._expand_conv.weight" not in names


def test_learning_rate() -> None:
    rates = [Config(learning_rate=1.0, warmup=4).learning_rate_at(step, 20) for step in range(20)]
    assert rates[:4] == [0.25, 0.5, 0.75, 1.0]
    assert all(later < earlier for earlier, later in itertools.pairwise(rates[3:]))
    assert rates[-1] > 0


def test_empty_batch_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--batch", "0"]) == 1
    assert "--batch must be at least 1" in capsys.readouterr().out


def test_split_length() -> None:
    assert len(Split(np.zeros((3, 28, 28)), np.zeros(3))) == 3

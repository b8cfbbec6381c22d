"""The examples from top to bottom, on models made small; each compares its last prediction with PyTorch's."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import ModuleType

import efficientnet_mnist
import minilm_r8
import pytest
import smollm2
from support import tiny_examples

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Gives an example a cache of its own, a folder to write to, and other settings; nothing is downloaded."""

    def change(example: ModuleType, **settings: object) -> Path:
        places = {"CACHE": tmp_path, "OUTPUT": tmp_path / "out", "fetch": lambda *packages: None}
        for name, value in (places | settings).items():
            monkeypatch.setattr(example, name, value)
        return tmp_path

    return change


def losses(printed: str) -> list[float]:
    """Of the steps that were shown."""
    return [float(line.rsplit(" ", 1)[1]) for line in printed.splitlines() if line.startswith("  step ")]


def test_mlp(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / "mlp.py"), run_name="__main__")
    printed = capsys.readouterr().out
    assert "PyTorch gives the same logits" in printed
    assert "the next step will be number 401" in printed
    assert losses(printed)[-1] < 0.1


@pytest.mark.slow
def test_minilm(small, capsys: pytest.CaptureFixture[str]) -> None:
    cache = small(minilm_r8, STEPS=20, BATCH=4, LENGTH=8, SCHEME="last-blocks:1")
    tiny_examples.write_minilm(cache)
    minilm_r8.main()
    printed = capsys.readouterr().out
    assert "PyTorch gives the same logits" in printed
    assert len(losses(printed)) == 2
    assert {path.name for path in (cache / "out").iterdir()} == {"minilm_r8.pock", "minilm_r8.safetensors"}


@pytest.mark.slow
def test_smollm2(small, capsys: pytest.CaptureFixture[str]) -> None:
    cache = small(smollm2, STEPS=10, BATCH=2, LENGTH=12, SCHEME="full", PROMPT="The king", NEW_TOKENS=3)
    tiny_examples.write_smollm2(cache, tiny_examples.tiny_llama())
    smollm2.main()
    printed = capsys.readouterr().out
    assert "PyTorch gives the same logits" in printed
    assert printed.count("the model writes: 'The king") == 2
    assert {path.name for path in (cache / "out").iterdir()} == {"smollm2.pock", "smollm2.safetensors"}


@pytest.mark.slow
def test_efficientnet(small, capsys: pytest.CaptureFixture[str]) -> None:
    cache = small(efficientnet_mnist, EPOCHS=6, BATCH=8, SIZE=24, pretrained=tiny_examples.small_network)
    tiny_examples.write_digits(cache)
    efficientnet_mnist.main()
    printed = capsys.readouterr().out
    assert "PyTorch gives the same logits" in printed
    assert len(losses(printed)) == 2
    assert {path.name for path in (cache / "out").iterdir()} == {"efficientnet.pock", "efficientnet.safetensors"}

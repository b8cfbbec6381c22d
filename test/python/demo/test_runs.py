"""What `make demo`, `make smollm2` and `make efficientnet` run, on models made small."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console
from support import tiny_examples
from support.tiny_examples import run_in_process

from data import efficientnet
from demo.cli import main
from demo.efficientnet import EfficientNet
from demo.example import DemoError
from demo.minilm import MiniLM
from demo.report import report
from demo.results import Results
from demo.smollm import SmolLM2
from demo.stages import run_apart

pytestmark = pytest.mark.slow


def changed(results: Results, stage: str, **values: Any) -> Results:
    """The results, but for some of a stage."""
    runs = {**results.runs, stage: {**results.runs[stage], **values}}
    return dataclasses.replace(results, runs=runs)


class TestMiniLM:
    @pytest.fixture(scope="class")
    @classmethod
    def results(cls, tmp_path_factory: pytest.TempPathFactory) -> Results:
        folder = tmp_path_factory.mktemp("minilm")
        tiny_examples.write_minilm(folder)
        example = MiniLM(
            steps=12, batch=4, length=8, scheme="last-blocks:1", warmup=2, learning_rate=0.01, threads=1,
            timing_rounds=2, test_limit=10, cache_folder=str(folder), output=str(folder / "out"),
        )  # fmt: skip
        return run_in_process(example)

    def test_statements(self, results: Results) -> None:
        # Whether a model of so few numbers beats the probe says nothing.
        losses, checkpoint, _ = results.example.checks(results)
        assert losses.passed, losses.text
        assert checkpoint.passed, checkpoint.text

    def test_variants(self, results: Results) -> None:
        runs = results.runs
        assert runs["torch"]["trained_parameters"] == runs["full"]["trained_parameters"]
        assert runs["sparse"]["trained_parameters"] < runs["full"]["trained_parameters"]
        assert set(runs["compare"]["seconds"]) == {"torch", "full", "sparse", "torch-sparse"}
        assert all(len(runs[side]["losses"]) == 12 for side in ("torch", "full", "sparse"))

    def test_a_bundle_runs_apart_without_torch(self, results: Results) -> None:
        run, seconds = run_apart(results.example, "minilm_r8", "full", Console(quiet=True))
        assert run["losses"] == results.runs["full"]["losses"]
        assert seconds > 0

    def test_a_failing_stage_is_named(self, results: Results, tmp_path: Path) -> None:
        empty = dataclasses.replace(results.example, output=str(tmp_path))
        with pytest.raises(DemoError, match="the stage 'full' failed with status 1"):
            run_apart(empty, "minilm_r8", "full", Console(quiet=True))

    def test_torch_in_a_bundle_s_process_fails(self, results: Results, capsys: pytest.CaptureFixture[str]) -> None:
        # This process has imported it.
        assert main(["minilm_r8", "--stage", "full", "--config", results.example.to_json()]) == 1
        assert "running a bundle imported torch" in capsys.readouterr().out

    def test_files(self, results: Results) -> None:
        passed = all(check.passed for check in results.example.checks(results))
        assert report(results, Console(quiet=True)) == (0 if passed else 1)
        expected = {"report.html", "table.md", "losses.png", "results.json", "runs", "dataset.pickle"}
        expected |= {f"{name}.{kind}" for name in ("full", "sparse") for kind in ("pock", "safetensors")}
        assert {path.name for path in results.example.folder.iterdir()} == expected
        assert set(json.loads((results.example.folder / "results.json").read_text())["compiled"]) == {"full", "sparse"}


class TestSmolLM2:
    @pytest.fixture(scope="class")
    @classmethod
    def results(cls, tmp_path_factory: pytest.TempPathFactory) -> Results:
        folder = tmp_path_factory.mktemp("smollm2")
        tiny_examples.write_smollm2(folder, tiny_examples.tiny_llama())
        example = SmolLM2(
            steps=6, batch=2, length=12, learning_rate=2e-3, prompt="The king", new_tokens=5, timing_rounds=1,
            threads=1, cache_folder=str(folder), output=str(folder / "out"),
        )  # fmt: skip
        return run_in_process(example)

    def test_every_statement_holds(self, results: Results) -> None:
        example, ours = results.example, results.runs["pock"]
        assert [check.text for check in example.checks(results) if not check.passed] == []
        assert len(ours["losses"]) == 6 and ours["losses"][-1] < ours["losses"][0]
        prompt = results.runs["prepare"]["prompt_tokens"]
        assert ours["text"][: len(prompt)] == prompt and len(prompt) < len(ours["text"]) <= len(prompt) + 5
        assert all("The king" in line for line in example.remarks(results))

    def test_a_drifting_loss_fails(self, results: Results) -> None:
        drifted = changed(results, "pock", losses=[1.1 * loss for loss in results.runs["pock"]["losses"]])
        assert not results.example.checks(drifted)[0].passed

    def test_a_late_drift_fails(self, results: Results) -> None:
        ours = results.runs["pock"]["losses"]
        drifted = changed(results, "pock", losses=[*ours[:5], ours[5] * 1.01])
        assert not results.example.checks(drifted)[0].passed

    def test_an_untied_matrix_fails(self, results: Results) -> None:
        assert not results.example.checks(changed(results, "compare", tied_in_torch={}))[2].passed


class TestEfficientNet:
    @pytest.fixture(scope="class")
    @classmethod
    def results(cls, tmp_path_factory: pytest.TempPathFactory) -> Results:
        folder = tmp_path_factory.mktemp("efficientnet")
        tiny_examples.write_digits(folder)
        example = EfficientNet(
            epochs=6,
            batch=8,
            size=24,
            learning_rate=0.02,
            warmup=2,
            timing_rounds=1,
            threads=1,
            cache_folder=str(folder),
            output=str(folder / "out"),
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(efficientnet, "pretrained", tiny_examples.small_network)
            return run_in_process(example)

    def test_losses_and_checkpoint_agree_with_torch(self, results: Results) -> None:
        losses, _, _, checkpoint = results.example.checks(results)
        assert losses.passed, losses.text
        assert checkpoint.passed, checkpoint.text
        assert len(results.runs["pock"]["losses"]) == 6 * (80 // 8)

    def test_it_learns(self, results: Results) -> None:
        ours = results.runs["pock"]
        assert ours["losses"][-1] < 0.7 * ours["losses"][0]
        assert ours["accuracy"] > 0.5

    def test_a_poor_accuracy_fails(self, results: Results) -> None:
        poor = changed(changed(results, "pock", accuracy=0.9), "torch", accuracy=0.98)
        assert [check.passed for check in results.example.checks(poor)][1:3] == [False, False]

    def test_running_statistics_are_trained(self, results: Results) -> None:
        from safetensors.numpy import load_file

        example = results.example
        before = tiny_examples.small_network(example.cache, 10).state_dict()["_bn0.running_mean"]
        after = load_file(example.checkpoint("pock"))["_bn0.running_mean"]
        assert not np.allclose(after, before.numpy())
        assert torch.isfinite(torch.from_numpy(after)).all()

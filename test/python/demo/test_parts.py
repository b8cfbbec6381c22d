"""The parts of the comparison that need no model: learners, measurements, the report, the command line."""

from __future__ import annotations

import dataclasses
import itertools
import json
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console

from data.split import Split
from demo import measure
from demo.cli import main
from demo.efficientnet import EfficientNet
from demo.example import Data
from demo.minilm import MiniLM
from demo.plot import smooth
from demo.probe import WEIGHT_DECAYS, choose_weight_decay, fit, score
from demo.report import render, report
from demo.results import Results
from demo.smollm import SmolLM2
from demo.table import build_table, megabytes
from demo.torch_learner import TorchLearner, highest_sum
from demo.training import _train

QUIET = Console(quiet=True)


@pytest.fixture
def results() -> Results:
    def variant(shift: float, **changes) -> dict:
        losses = [2.0 - 0.1 * step + shift for step in range(12)]
        values = {"accuracy": 0.96, "losses": losses, "step_seconds": [0.9, 0.8, 0.7, *[0.5] * 9]}
        values |= {"trained_parameters": 22_568_456, "peak_bytes": 434_000_000, "rss_growth_bytes": 570_000_000}
        values |= {"software_bytes": 900_000_000, "module_bytes": None}
        return values | changes

    seconds = {"torch": [0.5, 0.5, 0.6], "full": [0.6, 0.6, 0.5], "torch-sparse": [0.4] * 3, "sparse": [0.3] * 3}
    runs = {
        "prepare": {"train": 5485, "test": 2189, "tested": 2189, "steps": 12, "classes": ["a", "b"]},
        "compile-full": {"seconds": 30.0, "planned_peak_bytes": 400_000_000},
        "compile-sparse": {"seconds": 25.0, "planned_peak_bytes": 150_000_000},
        "torch": variant(0.0),
        "full": variant(1e-6, accuracy=0.961, module_bytes=1_500_000),
        "sparse": variant(0.2, accuracy=0.94, trained_parameters=3_552_008, module_bytes=1_500_000),
        "probe": {"accuracy": 0.925, "documents": 1600, "weight_decay": 1e-4, "trained_parameters": 3080},
        "compare": {
            "seconds": seconds,
            "checkpoint_difference": 2e-6,
            "largest_logit": 8.0,
            "peak_bytes": {"torch-sparse": 178_000_000},
        },
    }
    environment = {"Python": "3.11.7", "processor": "a <fast> one"}
    return Results(MiniLM(steps=12), runs, {"torch": 80.0, "all": 300.0}, environment)


def split(rows: int) -> Split:
    ids = np.arange(rows * 4, dtype=np.int64).reshape(rows, 4)
    return Split({"input_ids": ids, "attention_mask": np.ones_like(ids)}, np.arange(rows, dtype=np.int64) % 3)


class Recorder:
    """A learner that remembers what it was given."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.seen: list[np.ndarray] = []

    def set_lr(self, lr: float) -> None:
        self.rates.append(lr)

    def train_step(self, inputs, targets) -> float:
        self.seen.append(targets)
        return float(len(self.seen))

    def predict(self, inputs) -> np.ndarray:
        raise AssertionError("training does not predict")


class TestMeasure:
    def test_highest_sum_follows_time_not_order(self) -> None:
        records = [(3, -5), (1, 10), (2, 7), (4, 2)]
        events = [{"name": "[memory]", "ts": ts, "args": {"Bytes": size}} for ts, size in records]
        assert highest_sum([{"name": "aten::add", "ts": 0}, *events]) == 17
        assert highest_sum([]) == 0

    def test_memory_figures(self) -> None:
        measure.reset_peak()
        assert 0 < measure.resident_bytes() <= measure.peak_resident_bytes()

    def test_turns(self) -> None:
        called: list[str] = []
        steps = {"slow": lambda item: (called.append(f"slow {item}"), time.sleep(0.05)), "fast": called.append}
        seconds = measure.interleaved_seconds(steps, ["a", "b", "c"])
        assert called == ["slow a", "a", "b", "slow b", "slow c", "c"]
        assert [len(values) for values in seconds.values()] == [2, 2]
        assert measure.median_ratio(seconds["slow"], seconds["fast"]) > 1


class TestProbe:
    def test_separates_what_is_separable(self) -> None:
        generator = torch.Generator().manual_seed(0)
        labels = torch.arange(60) % 3
        features = torch.eye(3)[labels] + 0.1 * torch.randn(60, 3, generator=generator)
        decay = choose_weight_decay(features, labels, 3)
        assert decay in WEIGHT_DECAYS
        assert score(fit(features, labels, 3, decay), features, labels) == 1.0


class TestTorchLearner:
    def learner(self, trained: set[str] | None = None) -> TorchLearner:
        torch.manual_seed(0)

        class Model(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.body, self.head = torch.nn.Linear(4, 4), torch.nn.Linear(4, 3)

            def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
                return self.head(self.body((input_ids * attention_mask).float() / 40))

        return TorchLearner(Model(), torch.nn.functional.cross_entropy, 0.05, 0.0, trained)

    def test_learns(self) -> None:
        learner = self.learner()
        inputs, labels = split(9).take(slice(None))
        losses = [learner.train_step(inputs, labels) for _ in range(20)]
        assert losses[-1] < losses[0]
        assert learner.predict(inputs).shape == (9, 3)

    def test_a_rate_of_zero_changes_nothing(self) -> None:
        learner = self.learner()
        learner.set_lr(0.0)
        inputs, labels = split(9).take(slice(None))
        assert learner.train_step(inputs, labels) == learner.train_step(inputs, labels)

    def test_trains_only_what_is_named(self) -> None:
        learner = self.learner({"head.weight", "head.bias"})
        before = {name: value.clone() for name, value in learner.model.state_dict().items()}
        learner.train_step(*split(9).take(slice(None)))
        changed = {name for name, value in learner.model.state_dict().items() if not torch.equal(value, before[name])}
        assert changed == {"head.weight", "head.bias"}
        assert learner.trainable_parameters() == 15
        # Two moments and one step counter per trained parameter, beside all 35 parameters.
        assert learner.state_bytes() == 4 * (35 + 2 * 15 + 2)

    def test_trains_in_the_model_s_mode(self) -> None:
        for train_mode in (False, True):
            model = torch.nn.BatchNorm1d(4).train(train_mode)
            learner = TorchLearner(model, torch.nn.functional.cross_entropy, 0.05, 0.0)
            inputs = {"input": np.arange(8, dtype=np.float32).reshape(2, 4)}
            learner.predict(inputs)
            learner.train_step(inputs, np.array([0, 1]))
            assert bool(model.state_dict()["running_mean"].any()) == train_mode


class TestTraining:
    def rates(self, example: MiniLM | EfficientNet, steps: int) -> list[float]:
        return [example.learning_rate_at(step, steps, 1.0) for step in range(steps)]

    @pytest.mark.parametrize("kind", [MiniLM, EfficientNet])
    def test_schedule(self, kind: type[MiniLM | EfficientNet]) -> None:
        rates = self.rates(kind(warmup=4), 20)
        assert rates[:4] == [0.25, 0.5, 0.75, 1.0]
        assert all(later < earlier for earlier, later in itertools.pairwise(rates[3:]))
        assert rates[-1] > 0

    @pytest.mark.parametrize("kind", [MiniLM, EfficientNet])
    def test_schedule_shorter_than_its_warmup(self, kind: type[MiniLM | EfficientNet]) -> None:
        assert self.rates(kind(warmup=10), 2) == [0.5, 1.0]

    @pytest.mark.parametrize("variant", ["full", "sparse"])
    def test_train_takes_the_shared_batches(self, variant: str) -> None:
        example = MiniLM(steps=4, batch=3, warmup=2, learning_rate=0.5, sparse_learning_rate=0.7)
        learner, rows = Recorder(), split(10)
        peak = example.variants()[variant].learning_rate
        losses, seconds = _train(learner, peak, example, Data(rows, rows, {}), QUIET)
        assert losses == [1.0, 2.0, 3.0, 4.0]
        assert len(seconds) == 4
        assert np.array_equal(np.stack(learner.seen), rows.targets[rows.order(3, 4, example.seed)])
        assert max(learner.rates) == {"full": 0.5, "sparse": 0.7}[variant]


@pytest.mark.parametrize("kind", [MiniLM, SmolLM2, EfficientNet])
def test_settings_round_trip(kind: type[MiniLM]) -> None:
    example = kind(batch=7, threads=3)
    assert kind.from_json(example.to_json()) == example


class TestReport:
    def test_rows(self, results: Results) -> None:
        table = build_table(results)
        rows = {title: cells for title, *cells in table.rows}
        assert table.head == ("", "probe¹", "PyTorch eager", "pock, full", "pock, sparse²")
        assert all(len(cells) == len(table.head) - 1 for cells in rows.values())
        assert rows["test accuracy"] == ["92.50%", "96.00%", "96.10%", "94.00%"]
        assert rows["time per step"] == ["", "500 ms", "500 ms", "500 ms"]
        assert rows["ratio to PyTorch³"] == ["", "1.00 x", "1.20 x", "0.60 x"]
        assert rows["module size⁶"] == ["", "none", "1.50 MB", "1.50 MB"]
        assert [note[0] for note in table.notes] == list("¹²³⁴⁵⁶")

    def test_fits_eighty_columns(self, results: Results) -> None:
        table = build_table(results).rich(results.example.title)
        assert Console(width=200).measure(table).maximum <= 80

    def test_markdown(self, results: Results) -> None:
        table = build_table(results)
        text = table.markdown()
        assert all(line.count("|") == len(table.head) + 1 for line in text.splitlines()[:9])
        assert "0.75 times as long" in text

    def test_page_is_self_contained(self, results: Results) -> None:
        page = render(results, build_table(results), results.example.checks(results), b"png")
        assert "data:image/png;base64,cG5n" in page
        assert "a &lt;fast&gt; one" in page
        assert "http" not in page
        assert page.count("<tr>") > 10

    def report(self, results: Results, folder: Path) -> int:
        example = dataclasses.replace(results.example, output=str(folder))
        return report(dataclasses.replace(results, example=example), QUIET)

    def test_files(self, results: Results, tmp_path: Path) -> None:
        assert self.report(results, tmp_path) == 0
        names = sorted(path.name for path in tmp_path.iterdir())
        assert names == ["losses.png", "report.html", "results.json", "table.md"]
        saved = json.loads((tmp_path / "results.json").read_text())
        assert saved["full"]["accuracy"] == 0.961
        assert len(saved["loss_differences"]) == 12
        assert (tmp_path / "losses.png").read_bytes().startswith(b"\x89PNG")

    def test_a_drifting_loss_fails(self, results: Results, tmp_path: Path) -> None:
        results.runs["full"]["losses"] = [loss * 1.01 for loss in results.runs["torch"]["losses"]]
        assert [check.passed for check in results.example.checks(results)] == [False, True, True]
        assert self.report(results, tmp_path) == 1

    def test_a_checkpoint_that_differs_fails(self, results: Results) -> None:
        results.runs["compare"]["checkpoint_difference"] = 2e-3
        assert [check.passed for check in results.example.checks(results)] == [True, False, True]

    def test_accuracy_below_the_probe_fails(self, results: Results, tmp_path: Path) -> None:
        results.runs["full"]["accuracy"] = 0.9
        assert [check.passed for check in results.example.checks(results)] == [True, True, False]
        assert self.report(results, tmp_path) == 1

    def test_smooth(self) -> None:
        assert smooth([1.0, 3.0, 5.0, 7.0], window=2).tolist() == [1.0, 2.0, 4.0, 6.0]

    def test_megabytes(self) -> None:
        assert megabytes(1_234_000) == "1.23 MB"
        assert megabytes(434_048_676) == "434 MB"
        assert megabytes(None) == "none"


@pytest.mark.parametrize(
    ("example", "option"),
    [
        ("minilm_r8", "--steps"),
        ("minilm_r8", "--test-limit"),
        ("smollm2", "--new-tokens"),
        ("efficientnet_mnist", "--batch"),
    ],
)
def test_bad_budget(example: str, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([example, option, "0"]) == 1
    assert f"{option} must be at least 1" in capsys.readouterr().out

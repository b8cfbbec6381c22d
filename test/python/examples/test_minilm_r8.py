"""The parts of the MiniLM demo that need neither the network nor a model."""

import dataclasses
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from common.errors import DemoError
from minilm_r8 import bundle
from minilm_r8.batches import padded_batches, training_order
from minilm_r8.checks import checks
from minilm_r8.cli import main
from minilm_r8.config import Config
from minilm_r8.dataset import Dataset, Split
from minilm_r8.evaluate import accuracy, predict_all
from minilm_r8.page import render
from minilm_r8.plot import smooth
from minilm_r8.probe import WEIGHT_DECAYS, choose_weight_decay, fit, score
from minilm_r8.report import save, show
from minilm_r8.results import CompareResult, CompileResult, ProbeResult, Results, VariantResult, read, write
from minilm_r8.reuters import class_names, read_tab
from minilm_r8.schedule import learning_rate
from minilm_r8.table import COLUMNS, markdown, megabytes, rich_table, rows
from minilm_r8.torch_learner import TorchLearner
from minilm_r8.train import train
from rich.console import Console

TAB = "Category\tText\nd\tstring\nclass\t\n\nearn\tprofit rose \nacq\ta company buys\tanother\nearn\tdividend\n"


@pytest.fixture
def console() -> Console:
    return Console(file=Path("/dev/null").open("w"), highlight=False, width=120)


@pytest.fixture
def results() -> Results:
    def variant(shift: float, **changes) -> VariantResult:
        losses = [2.0 - 0.1 * step + shift for step in range(12)]
        seconds = [0.9, 0.8, 0.7, *[0.5] * 9]
        base = VariantResult(0.96, losses, seconds, 22_568_456, 434_000_000, 570_000_000, 926_000_000, 900_000_000)
        return dataclasses.replace(base, **changes)

    config = {"scheme": "last-blocks:2", "steps": 12, "batch": 16, "length": 64, "classes": 8, "test_documents": 2189}
    compiled = {"module_bytes": 1_500_000, "planned_peak_bytes": 400_000_000}
    seconds = {"torch": [0.5, 0.5, 0.6], "full": [0.6, 0.6, 0.5], "torch-sparse": [0.4] * 3, "sparse": [0.3] * 3}
    return Results(
        torch=variant(0.0),
        full=variant(1e-6, accuracy=0.961, **compiled),
        sparse=variant(0.2, accuracy=0.94, trained_parameters=3_552_008, **compiled),
        probe=ProbeResult(0.925, 1600, 1e-4, 3080),
        compare=CompareResult(seconds, 2e-6, 178_000_000),
        compiled={"full": CompileResult(30.0, 400_000_000), "sparse": CompileResult(25.0, 150_000_000)},
        config=config,
        environment={"Python": "3.11.7", "processor": "a <fast> one"},
        seconds={"torch": 80.0, "all": 300.0},
    )


def split(documents: int) -> Split:
    ids = np.arange(documents * 4, dtype=np.int64).reshape(documents, 4)
    return Split(ids, np.ones_like(ids), np.arange(documents, dtype=np.int64) % 3)


class Recorder:
    """A learner that remembers what it was given."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.seen: list[np.ndarray] = []

    def set_lr(self, lr: float) -> None:
        self.rates.append(lr)

    def train_step(self, inputs, labels) -> float:
        self.seen.append(labels)
        return float(len(self.seen))

    def predict(self, inputs) -> np.ndarray:
        # The right class by construction of `split`: the document's number is its first id divided by 4.
        return np.eye(3)[inputs["input_ids"][:, 0] // 4 % 3]


class TestReuters:
    def test_reads_documents(self, tmp_path: Path) -> None:
        path = tmp_path / "sample.tab"
        path.write_text(TAB)
        documents = read_tab(path)
        assert documents.categories == ["earn", "acq", "earn"]
        assert documents.texts == ["profit rose", "a company buys\tanother", "dividend"]
        assert class_names(documents) == ["acq", "earn"]

    def test_names_the_line_without_a_tab(self, tmp_path: Path) -> None:
        path = tmp_path / "sample.tab"
        path.write_text(TAB + "no tab here\n")
        with pytest.raises(DemoError, match=r"sample\.tab:8: expected a category, a tab and a text"):
            read_tab(path)

    def test_refuses_other_columns(self, tmp_path: Path) -> None:
        path = tmp_path / "sample.tab"
        path.write_text("Text\tCategory\n")
        with pytest.raises(DemoError, match="must name the columns Category and Text"):
            read_tab(path)


class TestBatches:
    def test_order_is_seeded(self) -> None:
        order = training_order(100, 8, 5, seed=1)
        assert order.shape == (5, 8)
        assert np.array_equal(order, training_order(100, 8, 5, seed=1))
        assert not np.array_equal(order, training_order(100, 8, 5, seed=2))

    def test_every_document_once_an_epoch(self) -> None:
        order = training_order(12, 4, 6, seed=0).ravel()
        assert sorted(order[:12]) == sorted(order[12:]) == list(range(12))

    def test_longer_budget_starts_the_same(self) -> None:
        assert np.array_equal(training_order(50, 4, 5, 0), training_order(50, 4, 30, 0)[:5])

    @pytest.mark.parametrize(
        ("documents", "limit", "counts"), [(8, None, [4, 4]), (9, None, [4, 4, 1]), (9, 6, [4, 2])]
    )
    def test_last_batch_is_padded(self, documents: int, limit: int | None, counts: list[int]) -> None:
        batches = list(padded_batches(split(documents), 4, limit))
        assert [count for _, count in batches] == counts
        assert all(inputs["input_ids"].shape == (4, 4) for inputs, _ in batches)
        real = np.concatenate([inputs["input_ids"][:count, 0] // 4 for inputs, count in batches])
        assert real.tolist() == list(range(limit or documents))


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

        return TorchLearner(Model(), lr=0.05, weight_decay=0.0, trained=trained)

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


class TestTraining:
    def test_schedule(self) -> None:
        rates = [learning_rate(step, 20, 1.0, 4) for step in range(20)]
        assert rates[:4] == [0.25, 0.5, 0.75, 1.0]
        assert all(later < earlier for earlier, later in itertools.pairwise(rates[3:]))
        assert rates[-1] > 0

    def test_schedule_shorter_than_its_warmup(self) -> None:
        assert [learning_rate(step, 2, 1.0, 10) for step in range(2)] == [0.5, 1.0]

    def test_train_takes_the_shared_batches(self, console: Console) -> None:
        config = Config(steps=4, batch=3, warmup=2, learning_rate=0.5, sparse_learning_rate=0.7)
        learner, data_split = Recorder(), split(10)
        history = train(learner, data_split, config, "full", console)
        assert history.losses == [1.0, 2.0, 3.0, 4.0]
        assert len(history.seconds) == 4
        expected = data_split.labels[training_order(10, 3, 4, config.seed)]
        assert np.array_equal(np.stack(learner.seen), expected)
        assert max(learner.rates) == 0.5

    def test_sparse_has_its_own_rate(self, console: Console) -> None:
        learner = Recorder()
        train(learner, split(10), Config(steps=2, batch=3, warmup=1, sparse_learning_rate=0.7), "sparse", console)
        assert max(learner.rates) == 0.7

    def test_evaluation_ignores_padding(self, console: Console) -> None:
        logits = predict_all(Recorder(), split(10), Config(batch=4), console)
        assert logits.shape == (10, 3)
        assert accuracy(logits, split(10).labels) == 1.0
        assert accuracy(logits, (split(10).labels + (np.arange(10) < 5)) % 3) == 0.5


class TestFiles:
    def test_config_round_trip(self) -> None:
        config = Config(steps=7, threads=3)
        assert Config.from_json(config.to_json()) == config

    def test_dataset_round_trip(self, tmp_path: Path) -> None:
        Dataset(split(5), split(3), ["a", "b", "c"]).save(tmp_path / "data.npz")
        loaded = Dataset.load(tmp_path / "data.npz")
        assert loaded.classes == ["a", "b", "c"]
        assert (len(loaded.train), len(loaded.test)) == (5, 3)
        assert np.array_equal(loaded.train.input_ids, split(5).input_ids)

    def test_result_round_trip(self, tmp_path: Path, results: Results) -> None:
        write(results.full, tmp_path / "runs" / "full.json")
        assert read(VariantResult, tmp_path / "runs" / "full.json") == results.full

    def test_manifest(self, tmp_path: Path) -> None:
        specs = [{"name": "w", "shape": [3, 4], "trained": True}, {"name": "f", "shape": [9], "trained": False}]
        (tmp_path / "manifest.json").write_text(json.dumps({"parameters": specs}))
        assert bundle.trained_names(tmp_path) == {"w"}
        assert bundle.trained_count(tmp_path) == 12


class TestReport:
    def test_rows(self, results: Results) -> None:
        table = {title: cells for title, *cells in rows(results)}
        assert all(len(cells) == len(COLUMNS) - 1 for cells in table.values())
        assert table["test accuracy"] == ["92.50%", "96.00%", "96.10%", "94.00%"]
        assert table["time per step"] == ["", "500 ms", "500 ms", "500 ms"]
        assert table["ratio to PyTorch³"] == ["", "1.00 x", "1.20 x", "0.60 x"]
        assert table["module size⁶"] == ["", "none", "1.50 MB", "1.50 MB"]

    def test_fits_eighty_columns(self, results: Results) -> None:
        assert Console(width=200).measure(rich_table(results)).maximum <= 80

    def test_markdown(self, results: Results) -> None:
        text = markdown(results)
        lines = text.splitlines()
        assert all(line.count("|") == len(COLUMNS) + 1 for line in lines[:9])
        assert "0.75 times as long" in text

    def test_page_is_self_contained(self, results: Results) -> None:
        page = render(results, checks(results), b"png")
        assert "data:image/png;base64,cG5n" in page
        assert "a &lt;fast&gt; one" in page
        assert "http" not in page
        assert page.count("<tr>") > 10

    def test_save(self, results: Results, tmp_path: Path) -> None:
        paths = save(results, tmp_path)
        assert sorted(path.name for path in paths) == ["losses.png", "report.html", "results.json", "table.md"]
        saved = json.loads((tmp_path / "results.json").read_text())
        assert saved["full"]["accuracy"] == 0.961
        assert len(saved["loss_differences"]) == 12
        assert (tmp_path / "losses.png").read_bytes().startswith(b"\x89PNG")

    def test_all_checks_pass(self, results: Results, console: Console) -> None:
        assert all(check.passed for check in show(results, console))

    def test_a_drifting_loss_fails(self, results: Results) -> None:
        drifted = dataclasses.replace(results.full, losses=[loss * 1.01 for loss in results.torch.losses])
        outcome = checks(dataclasses.replace(results, full=drifted))
        assert [check.passed for check in outcome] == [False, True, True]

    def test_accuracy_below_the_probe_fails(self, results: Results) -> None:
        worse = dataclasses.replace(results.full, accuracy=0.9)
        assert [check.passed for check in checks(dataclasses.replace(results, full=worse))] == [True, True, False]

    def test_smooth(self) -> None:
        assert smooth([1.0, 3.0, 5.0, 7.0], window=2).tolist() == [1.0, 2.0, 4.0, 6.0]

    def test_megabytes(self) -> None:
        assert megabytes(1_234_000) == "1.23 MB"
        assert megabytes(434_048_676) == "434 MB"
        assert megabytes(None) == "none"


class TestCommandLine:
    def test_bad_budget(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--steps", "0"]) == 1
        assert "--steps must be at least 1" in capsys.readouterr().out

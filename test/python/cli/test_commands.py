"""The other commands, and how errors are reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.manifests import edit_manifest
from support.mlp_bundle import write_mlp_bundle

from pock_mlir.bundle import write_tensor_file
from pock_mlir.cli.blocks import block_name
from pock_mlir.cli.figures import readable_bytes
from pock_mlir.runtime import load
from pock_mlir.schemes import Scheme, shipped_schemes
from pock_mlir.targets import TARGETS

Pock = Any


def test_predict_pads_and_cuts_the_last_batch(bundle: Path, data: Path, tmp_path: Path, pock: Pock) -> None:
    result = pock("predict", bundle, "--data", data, "-o", tmp_path / "out.npz")
    assert result.code == 0, result.err
    with np.load(tmp_path / "out.npz") as file:
        output = file["output"]
    with np.load(data) as file:
        x = file["x"]
    assert output.shape == (43, 2)
    session = load(bundle)
    np.testing.assert_array_equal(output[:4], session.predict(x[:4]))
    np.testing.assert_array_equal(output[-1], session.predict(x[[42, 42, 42, 42]])[0])


def test_predict_with_a_checkpoint(bundle: Path, data: Path, tmp_path: Path, pock: Pock) -> None:
    checkpoint = tmp_path / "c.safetensors"
    assert pock("train", bundle, "--data", data, "--checkpoint", checkpoint).code == 0
    outputs = []
    for extra in ([], ["--checkpoint", checkpoint]):
        assert pock("predict", bundle, "--data", data, "-o", tmp_path / "out.npz", *extra).code == 0
        with np.load(tmp_path / "out.npz") as file:
            outputs.append(file["output"])
    assert not np.array_equal(*outputs)


def test_data_as_safetensors(bundle: Path, data: Path, tmp_path: Path, pock: Pock) -> None:
    with np.load(data) as file:
        write_tensor_file(tmp_path / "data.safetensors", dict(file))
    assert pock("train", bundle, "--data", tmp_path / "data.safetensors", "--steps", 2).code == 0


def test_a_model_with_keyword_inputs(data: Path, tmp_path: Path, pock: Pock) -> None:
    write_mlp_bundle(tmp_path / "keyword.pock", input_style="keyword", output_style="dict")
    arguments = (tmp_path / "keyword.pock", "--data", data)
    result = pock("train", *arguments, "--eval-data", data, "--steps", 2)
    assert result.code == 0 and "mse" in result.err, result.err
    assert pock("predict", *arguments, "-o", tmp_path / "out.npz").code == 0


def wrong_data(tmp_path: Path) -> dict[str, tuple[dict[str, np.ndarray] | None, str]]:
    x, y = np.zeros((8, 3), np.float32), np.zeros((8, 2), np.float32)
    return {
        "missing": ({"x": x}, "lacks the array 'y'; it has 'x'"),
        "shape": ({"x": x[:, :2], "y": y}, "'x' has shape [8, 2], the bundle takes [samples, 3]"),
        "dtype": ({"x": x.astype(np.float64), "y": y}, "'x' is float64, the bundle takes float32"),
        "count": ({"x": x, "y": y[:5]}, "'y' has 5 samples, 'x' has 8"),
        "empty": ({"x": x[:0], "y": y[:0]}, "has no samples"),
        "few": ({"x": x[:3], "y": y[:3]}, "less than one batch of 4"),
        "NaN": ({"x": x + np.float32(np.nan), "y": y}, "'x' has 12 NaN"),
        "damaged": (None, "is not a readable .npz file"),
    }


@pytest.mark.parametrize("case", wrong_data(Path()))
def test_wrong_data_is_one_line(bundle: Path, tmp_path: Path, pock: Pock, case: str) -> None:
    arrays, message = wrong_data(tmp_path)[case]
    path = tmp_path / "wrong.npz"
    if arrays is None:
        path.write_bytes(b"PK no zip file")
    else:
        np.savez(path, **arrays)  # pyright: ignore[reportArgumentType]
    result = pock("train", bundle, "--data", path)
    assert result.code == 1
    assert message in result.err
    assert result.err.splitlines()[-1].startswith("pock: ")
    assert "Traceback" not in result.err


def test_inspect_prints_a_summary(bundle: Path, pock: Pock) -> None:
    result = pock("inspect", bundle)
    assert result.code == 0, result.err
    for text in (
        "25 of 27 values are trained",
        "planned peak",
        "pock.matmul",
        "module.vmfb",
        "x float32[4, 3], y float32",
    ):
        assert text in result.out
    rows = [line.split() for line in result.out.splitlines()]
    assert ["pock.matmul", "5", "4"] in rows
    blocks = rows.index(["parameters", "by", "block"])
    assert rows[blocks + 1 : blocks + 5] == [
        ["block", "trained", "bytes", "frozen", "bytes"],
        ["fc1", "15", "60", "B", "0", "0", "B"],
        ["fc2", "10", "40", "B", "2", "8", "B"],
        ["all", "25", "100", "B", "2", "8", "B"],
    ]
    assert "fc1.weight" not in result.out


def test_inspect_prints_parameters(bundle: Path, pock: Pock) -> None:
    out = pock("inspect", bundle, "--parameters").out
    rows = [line.split() for line in out.splitlines()]
    for row in (
        ["fc1.weight", "[5,", "3]", "float32", "parameter", "trained", "60", "B"],
        ["fc2.bias", "[2]", "float32", "buffer", "frozen", "8", "B"],
        ["=", "tied.weight"],
    ):
        assert row in rows
    assert out.index("by block") < out.index("memory") < out.index("fc1.weight")


def test_inspect_breaks_no_name(tmp_path: Path, pock: Pock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    long = "encoder.layers.11." + "a_very_long_name_of_a_module." * 4 + "[bold]"
    manifest = write_mlp_bundle(tmp_path / "mlp.pock")
    document = json.loads((tmp_path / "mlp.pock" / "manifest.json").read_text())
    for spec in document["parameters"]:
        spec["aliases"] = [f"{long}.{spec['name']}"]
    document["signatures"][0]["inputs"][0]["name"] = long
    rules = [{"match": long, "update": "full"}] * 3
    document["scheme"] = {"name": "mine", "default": "frozen", "rules": rules, "unfreeze": ["fc1.*", "[red]"]}
    del document["sha256"]
    edit_manifest(tmp_path / "mlp.pock", **document)
    result = pock("inspect", tmp_path / "mlp.pock", "--parameters")
    assert result.code == 0, result.err
    words = result.out.split()
    for word in (
        *(f"{long}.{spec.name}" for spec in manifest.parameters),
        long,
        "module.vmfb",
        "parameters.safetensors",
        *(record.sha256 for record in manifest.files.values()),
    ):
        assert word in words
    assert "mine: 3 rules, else frozen; unfreezes fc1.*, [red]" in " ".join(words)


def test_blocks_by_name() -> None:
    assert [block_name(name) for name in (
        "weight", "fc.bias", "0.weight", "model.norm.weight", "model.embed.tokens.weight",
        "encoder.layer.11.attention.self.query.weight", "features.3.0.weight",
    )] == ["(the model itself)", "fc", "0", "model.norm", "model.embed", "encoder.layer.11", "features.3"]  # fmt: skip


def test_inspect_as_json(bundle: Path, pock: Pock) -> None:
    document = json.loads(pock("inspect", bundle, "--json").out)
    assert document["format"] == "pock-bundle"


def test_targets(pock: Pock) -> None:
    result = pock("targets")
    assert result.code == 0
    assert all(name in result.out for name in TARGETS)


def test_schemes(tmp_path: Path, pock: Pock) -> None:
    result = pock("schemes")
    assert result.code == 0 and "last-blocks:K" in result.out
    for shipped in shipped_schemes().values():
        assert shipped.name in result.out and shipped.source.split()[0] in result.out
    printed = pock("schemes", "bert").out
    (tmp_path / "own.yaml").write_text(printed)
    assert Scheme.from_file(tmp_path / "own.yaml") == Scheme.from_json(shipped_schemes()["bert"].scheme, "bert")
    result = pock("schemes", "beard")
    assert result.code == 1 and "there is no shipped scheme 'beard'; there are bert, " in result.err


def test_errors_and_tracebacks(tmp_path: Path, pock: Pock) -> None:
    result = pock("inspect", tmp_path / "absent.pock")
    assert result.code == 1 and not result.out
    assert result.err.startswith("pock: there is no bundle at") and result.err.count("\n") == 1
    result = pock("--traceback", "inspect", tmp_path / "absent.pock")
    assert result.code == 1 and "Traceback" in result.err


def test_wrong_usage(pock: Pock) -> None:
    assert pock("predict").code == 2
    assert pock("fly").code == 2
    assert pock("--help").code == 0
    assert "pock_mlir" in pock("--version").out


def test_sizes() -> None:
    assert [readable_bytes(n) for n in (0, 1023, 1024, 3 << 20, 5 << 30)] == [
        "0 B",
        "1023 B",
        "1.0 KiB",
        "3.0 MiB",
        "5.00 GiB",
    ]

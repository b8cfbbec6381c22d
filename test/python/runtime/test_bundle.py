"""Bundles: written whole or not at all, checked when read."""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.manifests import edit_manifest
from support.mlp_bundle import Mlp, write_mlp_bundle

import pock_mlir as pock
from pock_mlir.bundle import Manifest, atomic, read_bundle, read_manifest, write_bundle
from pock_mlir.errors import BundleError


@pytest.fixture
def copy(bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle, tmp_path / "copy.pock"))


def test_manifest_round_trip(bundle: Path) -> None:
    manifest = read_manifest(bundle)
    assert Manifest.from_json(json.loads(json.dumps(manifest.to_json())), "here") == manifest
    assert set(manifest.files) == {"module.vmfb", "parameters.safetensors"}
    assert json.loads((bundle / "manifest.json").read_text())["format_version"] == 4


def test_parameters_are_aligned_and_stored_in_the_modules_layout(frozen_bundle: Path) -> None:
    parameters = read_bundle(frozen_bundle).parameters
    weight = Mlp(inputs=32, hidden=64).initial()["fc1.weight"]
    np.testing.assert_array_equal(parameters.array("fc1.weight"), weight.T)
    assert all(entry.offset % 64 == 0 for entry in parameters.entries.values() if entry.nbytes % 64 == 0)


def test_the_version_is_stated_once_more_in_pyproject() -> None:
    document = tomllib.loads((Path(__file__).resolve().parents[3] / "pyproject.toml").read_text())
    assert document["project"].get("version", pock.__version__) == pock.__version__


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="there is no bundle at"):
        pock.load(tmp_path / "absent.pock")


def test_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"onnx")
    with pytest.raises(BundleError, match="is not a pock bundle"):
        pock.load(tmp_path / "model.onnx")
    with pytest.raises(BundleError, match="is not a pock bundle"):
        pock.load(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": "other"}')
    with pytest.raises(BundleError, match="is not the manifest of a pock bundle"):
        pock.load(tmp_path)


@pytest.mark.parametrize("version", [1, 2, 0, "3", None])
def test_another_version(copy: Path, version: object) -> None:
    edit_manifest(copy, format_version=version)
    with pytest.raises(BundleError, match=f"format version {version!r}, this pock_mlir reads versions 3 and 4"):
        pock.load(copy)


@pytest.mark.parametrize("name", ["module.vmfb", "parameters.safetensors"])
def test_tampered_truncated_and_missing_files(copy: Path, name: str) -> None:
    path = copy / name
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    with pytest.raises(BundleError, match=f"{name} does not have the hash"):
        pock.load(copy)
    os.truncate(path, len(data) - 3)
    with pytest.raises(BundleError, match=f"{name} has {len(data) - 3} bytes, the manifest says {len(data)}"):
        pock.load(copy)
    path.unlink()
    with pytest.raises(BundleError, match=f"lacks the file {name}"):
        pock.load(copy)


def test_damaged_manifest(copy: Path) -> None:
    path = copy / "manifest.json"
    path.write_text(path.read_text()[:-10])
    with pytest.raises(BundleError, match="not readable as JSON"):
        pock.load(copy)


def _signature(array: dict) -> dict:
    """The manifest's fields for a training step with one input."""
    return {"signatures": [{"function": "train_step", "inputs": [array], "targets": [], "outputs": []}]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (_signature({"name": "x", "shape": [4], "dtype": "float32"}), "no signature is that of a function 'predict'"),
        ({"input_style": "magic"}, "field 'input_style': expected one of positional, keyword, found 'magic'"),
        (
            _signature({"name": "x", "shape": "4x3", "dtype": "float32"}),
            r"signatures\[0\]: inputs\[0\]: field 'shape': expected a list of sizes",
        ),
        (
            _signature({"name": "x", "shape": [4], "dtype": "float31"}),
            "field 'dtype': expected the name of a numpy dtype, found 'float31'",
        ),
        (_signature({"shape": [4], "dtype": "float32"}), r"inputs\[0\]: field 'name': missing"),
        ({"memory": {}}, "memory: field 'planned_peak_bytes': missing"),
        ({"accumulate": 0}, "accumulate is 0"),
        ({"schedule": {"name": "cosine"}}, "field 'schedule': the schedule 'cosine' needs total_steps"),
        ({"files": {}}, "has no hash for module.vmfb"),
        (
            {"state": [{"name": "m", "symbol": "m", "shape": [], "dtype": "float32", "init": 0, "parameter": "w"}]},
            "parameter 'w', which does not",
        ),
        (
            {"state": [{"name": "m", "symbol": "fc2.bias", "shape": [], "dtype": "float32", "init": 0}]},
            "'fc2.bias' stands for two",
        ),
    ],
)
def test_wrong_fields_are_named(copy: Path, changes: dict[str, Any], message: str) -> None:
    edit_manifest(copy, **changes)
    with pytest.raises(BundleError, match=message):
        pock.load(copy)


def test_a_module_that_iree_cannot_load(tmp_path: Path, bundle: Path) -> None:
    manifest = read_manifest(bundle)
    values = read_bundle(bundle).parameters.arrays()
    write_bundle(tmp_path / "broken.pock", manifest, b"no module" * 100, values)
    with pytest.raises(BundleError, match="is not a module that this IREE runtime can load"):
        pock.load(tmp_path / "broken.pock")


@pytest.mark.parametrize("change", [{"dtype": "bool"}, {"shape": [1 << 70]}, {"shape": [2]}])
def test_states_that_are_not_those_of_the_module(copy: Path, change: dict[str, Any]) -> None:
    """A manifest that fits itself but not the module: what IREE says of it is an error of ours."""
    states = json.loads((copy / "manifest.json").read_text())["state"]
    edit_manifest(copy, state=[states[0], states[1] | change, *states[2:]])
    with pytest.raises(pock.PockError, match="IREE cannot start"):
        pock.load(copy)


def test_a_module_without_a_needed_function(tmp_path: Path) -> None:
    write_mlp_bundle(tmp_path / "b.pock", accumulate=2)
    with pytest.raises(BundleError, match="lacks the function 'apply_gradients'"):
        pock.load(tmp_path / "b.pock")


def test_writing_replaces_a_bundle_only(tmp_path: Path) -> None:
    path = tmp_path / "b.pock"
    write_mlp_bundle(path, seed=1)
    write_mlp_bundle(path, seed=2)
    np.testing.assert_array_equal(pock.load(path).state_dict()["fc2.bias"], Mlp().initial(2)["fc2.bias"])
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.pock"]
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "keep.txt").write_text("mine")
    with pytest.raises(BundleError, match="exists and is not a bundle"):
        write_mlp_bundle(tmp_path / "notes")
    assert (tmp_path / "notes" / "keep.txt").read_text() == "mine"


def test_a_failing_write_leaves_the_old_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file system cannot exchange two names."""
    path = tmp_path / "b.pock"
    write_mlp_bundle(path, seed=1)
    monkeypatch.setattr(atomic, "_exchange", lambda *_: False)
    rename = Path.rename

    def fail_on_the_last(self: Path, target: Path) -> Path:
        if self.name.endswith(".tmp") and Path(target) == path and not aside:
            aside.append(self)
            raise OSError(5, "Input/output error")
        return rename(self, target)

    aside: list[Path] = []
    monkeypatch.setattr(Path, "rename", fail_on_the_last)
    with pytest.raises(BundleError, match="Input/output error"):
        write_mlp_bundle(path, seed=2)
    np.testing.assert_array_equal(pock.load(path).state_dict()["fc2.bias"], Mlp().initial(1)["fc2.bias"])
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.pock"]


def test_a_failing_exchange_leaves_the_old_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "b.pock"
    write_mlp_bundle(path, seed=1)

    def fail(*_: object) -> bool:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(atomic, "_exchange", fail)
        with pytest.raises(BundleError, match="Input/output error"):
            write_mlp_bundle(path, seed=2)
    np.testing.assert_array_equal(pock.load(path).state_dict()["fc2.bias"], Mlp().initial(1)["fc2.bias"])
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.pock"]


def test_wrong_parameters_are_not_written(tmp_path: Path, bundle: Path) -> None:
    manifest = read_manifest(bundle)
    right = dict(read_bundle(bundle).parameters.arrays())
    bias = right["fc2.bias"]
    for values, message in (
        ({name: right[name] for name in ("fc1.weight", "fc2.bias")}, "no values for 'fc2.weight'"),
        (right | {"fc9": bias}, "not in the manifest: 'fc9'"),
        (right | {"fc2.bias": bias.astype(np.float64)}, "'fc2.bias' is float64"),
        (right | {"fc1.weight": right["fc1.weight"].T}, "'fc1.weight' is float32"),
    ):
        with pytest.raises(BundleError, match=message):
            write_bundle(tmp_path / "b.pock", manifest, b"", values)
    assert not list(tmp_path.iterdir())

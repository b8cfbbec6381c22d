"""A bit or number that is changed anywhere in a bundle or checkpoint is refused, by the file and what is damaged."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from safetensors.torch import load_file
from support.manifests import edit_manifest
from support.mlp_bundle import Mlp, write_mlp_bundle

import pock_mlir as pock
from pock_mlir.bundle import TensorFile, write_tensor_file
from pock_mlir.errors import BundleError, CheckpointError, TensorFileError


@pytest.fixture
def copy(frozen_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(frozen_bundle, tmp_path / "copy.pock"))


@pytest.fixture
def checkpoint(bundle: Path, tmp_path: Path) -> Path:
    session = pock.load(bundle, threads=1)
    session.train_step(*Mlp().batch_of(0))
    session.save_checkpoint(tmp_path / "c.safetensors")
    return tmp_path / "c.safetensors"


def flip(path: Path, offset: int, bit: int = 0) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 1 << bit
    path.write_bytes(data)


def test_every_bit_of_a_manifest(copy: Path) -> None:
    path = copy / "manifest.json"
    whole = path.read_bytes()
    for offset in range(len(whole)):
        flip(path, offset, offset % 8)
        with pytest.raises(BundleError, match=r"manifest\.json"):
            pock.load(copy)
        path.write_bytes(whole)
    pock.load(copy)


def test_changed_numbers_of_a_manifest(copy: Path) -> None:
    path = copy / "manifest.json"
    whole = path.read_text()
    for old, new in (
        ('"init": 0.01', '"init": 0.02'),
        ('"planned_peak_bytes": 0', '"planned_peak_bytes": 1'),
        ('"pock.matmul": 5', '"pock.matmul": 6'),
        ('"momentum": 0.9', '"momentum": 0.8'),
        ('"trained": true', '"trained": false'),
    ):
        assert old in whole
        path.write_text(whole.replace(old, new, 1))
        with pytest.raises(BundleError, match=r"manifest\.json does not have the digest that it ends with"):
            pock.load(copy)
    path.write_text(json.dumps(json.loads(whole)))  # the same values, written by another program
    with pytest.raises(BundleError, match="does not have the digest"):
        pock.load(copy)


def test_a_frozen_parameter_is_named(copy: Path) -> None:
    path = copy / "parameters.safetensors"
    flip(path, TensorFile(path).entries["fc1.weight"].offset + 77, 3)
    with pytest.raises(BundleError, match=r"parameters\.safetensors does not have the hash.*tensor 'fc1\.weight'"):
        pock.load(copy)


def test_every_byte_of_a_checkpoint(bundle: Path, checkpoint: Path) -> None:
    session = pock.load(bundle, threads=1)
    whole = checkpoint.read_bytes()
    start = 8 + int.from_bytes(whole[:8], "little")
    names = {
        offset: name
        for name, entry in TensorFile(checkpoint).entries.items()
        for offset in range(entry.offset, entry.offset + entry.nbytes)
    }
    assert set(names) == set(range(start, len(whole)))
    for offset in range(len(whole)):
        flip(checkpoint, offset, offset % 8)
        with pytest.raises(CheckpointError, match=r"c\.safetensors") as raised:
            session.load_checkpoint(checkpoint)
        assert offset < start or f"tensor '{names[offset]}'" in str(raised.value)
        checkpoint.write_bytes(whole)
    assert session.step == 0
    session.load_checkpoint(checkpoint)
    assert session.step == 1


def test_cut_and_lengthened_checkpoints(bundle: Path, checkpoint: Path) -> None:
    session = pock.load(bundle, threads=1)
    size = checkpoint.stat().st_size
    with checkpoint.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(CheckpointError, match="has 1 bytes after its last tensor"):
        session.load_checkpoint(checkpoint)
    for length in (size - 1, size // 2, 9, 3, 0):
        os.truncate(checkpoint, length)
        with pytest.raises(CheckpointError, match=r"truncated|header"):
            session.load_checkpoint(checkpoint)


def test_a_checkpoint_without_its_digests(bundle: Path, checkpoint: Path) -> None:
    file = TensorFile(checkpoint)
    write_tensor_file(checkpoint, {name: np.array(array) for name, array in file.arrays().items()}, file.metadata)
    with pytest.raises(CheckpointError, match="lacks the digests of its contents"):
        pock.load(bundle).load_checkpoint(checkpoint)


def test_torch_reads_a_checkpoint(bundle: Path, checkpoint: Path) -> None:
    session = pock.load(bundle)
    session.load_checkpoint(checkpoint)
    tensors = load_file(checkpoint)
    for name, array in session.state_dict().items():
        if name != "tied.weight":
            torch.testing.assert_close(tensors[name], torch.from_numpy(array), rtol=0, atol=0)


def test_holes_and_overlaps(tmp_path: Path) -> None:
    def header(*places: tuple[int, int]) -> bytes:
        entries = {
            f"t{i}": {"dtype": "U8", "shape": [end - begin], "data_offsets": [begin, end]}
            for i, (begin, end) in enumerate(places)
        }
        text = json.dumps(entries).encode()
        return len(text).to_bytes(8, "little") + text

    path = tmp_path / "t.safetensors"
    for data in (header((0, 4), (2, 6)) + bytes(6), header((0, 4), (5, 9)) + bytes(9), header((1, 4)) + bytes(4)):
        path.write_bytes(data)
        with pytest.raises(TensorFileError, match="starts at byte"):
            TensorFile(path)
    path.write_bytes(header((0, 4)).replace(b'{"t0"', b'{"t0":{}, "t0"') + bytes(4))
    with pytest.raises(TensorFileError):
        TensorFile(path)


def test_a_file_of_others_with_a_digest_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    save_file({"a": np.arange(3)}, path, {"sha256": "0" * 64, "sha256.tensors": "none"})
    file = TensorFile(path)
    assert not file.sealed and set(file.metadata) == {"sha256", "sha256.tensors"}
    file.verify()


def test_a_manifest_that_says_other_outputs_than_the_module_returns(tmp_path: Path) -> None:
    write_mlp_bundle(tmp_path / "b.pock")
    document = json.loads((tmp_path / "b.pock" / "manifest.json").read_text())
    for signature in document["signatures"]:
        signature["outputs"] *= 2
    edit_manifest(tmp_path / "b.pock", signatures=document["signatures"])
    session = pock.load(tmp_path / "b.pock", threads=1)
    with pytest.raises(BundleError, match=r"b\.pock is damaged: its module returns other outputs"):
        session.predict(Mlp().batch_of(0)[0])


def test_a_disk_that_fails(bundle: Path, checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading can fail at any point: it is an error that names the file."""
    session = pock.load(bundle, threads=1)
    opened = Path.open

    def broken(self: Path, *arguments: object, **options: object) -> object:
        if self.name == broken_name:
            raise OSError(5, "Input/output error")
        return opened(self, *arguments, **options)  # pyright: ignore[reportArgumentType, reportCallIssue]

    monkeypatch.setattr(Path, "open", broken)
    for broken_name in ("manifest.json", "module.vmfb", "parameters.safetensors"):
        with pytest.raises(BundleError, match=rf"{broken_name} cannot be read: Input/output error"):
            pock.load(bundle)
    broken_name = checkpoint.name
    with pytest.raises(CheckpointError, match=r"c\.safetensors cannot be read: Input/output error"):
        session.load_checkpoint(checkpoint)

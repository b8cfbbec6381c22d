"""The safetensors reader and writer, against the reference implementation of the format."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from pock_mlir.bundle import TensorFile, write_tensor_file
from pock_mlir.errors import TensorFileError

DTYPES = [
    "bool",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "uint32",
    "int32",
    "uint64",
    "int64",
    "float16",
    "float32",
    "float64",
]


def tensors() -> dict[str, np.ndarray]:
    made = {dtype: np.arange(6).reshape(2, 3).astype(dtype) for dtype in DTYPES}
    return made | {
        "scalar": np.float32(3),
        "empty": np.zeros((0, 4), np.float32),
        "strided": np.arange(64.0).reshape(8, 8).T,
    }  # pyright: ignore[reportReturnType]


def test_the_reference_reads_what_is_written(tmp_path: Path) -> None:
    write_tensor_file(tmp_path / "t.safetensors", {k: np.asarray(v) for k, v in tensors().items()}, {"step": "3"})
    read = load_file(tmp_path / "t.safetensors")
    assert set(read) == set(tensors())
    for name, array in tensors().items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].dtype == array.dtype
    with safe_open(tmp_path / "t.safetensors", "numpy") as file:
        assert file.metadata() == {"step": "3"}


def test_reads_what_the_reference_writes(tmp_path: Path) -> None:
    expected = {name: np.ascontiguousarray(array) for name, array in tensors().items()}
    save_file(expected, tmp_path / "t.safetensors", {"a": "b"})
    file = TensorFile(tmp_path / "t.safetensors")
    assert file.metadata == {"a": "b"}
    for name, array in file.arrays().items():
        np.testing.assert_array_equal(array, expected[name])
        assert not array.flags.writeable


@pytest.mark.parametrize("sealed", [False, True])
def test_bfloat16_is_what_torch_reads_and_writes(sealed: bool, tmp_path: Path) -> None:
    values = torch.tensor([[1.0, -0.1, 3e38], [float("inf"), 1e-40, 0.0]]).to(torch.bfloat16)
    bits = values.view(torch.uint16).numpy()
    write_tensor_file(tmp_path / "ours", {"a": bits.view("bfloat16"), "b": bits}, sealed=sealed)
    read = safetensors.torch.load_file(tmp_path / "ours")
    assert torch.equal(read["a"], values)
    assert read["a"].dtype == torch.bfloat16
    assert read["b"].dtype == torch.uint16
    safetensors.torch.save_file({"a": values}, tmp_path / "theirs")
    for name in ("ours", "theirs"):
        file = TensorFile(tmp_path / name)
        np.testing.assert_array_equal(file.array("a").astype(np.float32), values.float().numpy())
        np.testing.assert_array_equal(file.array("a").view(np.uint16), bits)


def test_a_tensor_that_the_format_cannot_name(tmp_path: Path) -> None:
    with pytest.raises(TensorFileError, match="no tensor that is called '__metadata__'"):
        write_tensor_file(tmp_path / "t.safetensors", {"__metadata__": np.zeros(2)})
    assert not list(tmp_path.iterdir())


def test_pages_come_back_after_release(tmp_path: Path) -> None:
    write_tensor_file(tmp_path / "t.safetensors", {"a": np.arange(9000)})
    file = TensorFile(tmp_path / "t.safetensors")
    array = file.array("a")
    assert array[-1] == 8999
    file.release()
    np.testing.assert_array_equal(array, np.arange(9000))


def header(document: object) -> bytes:
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return len(text).to_bytes(8, "little") + text


def test_malformed_files(tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    tensor = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    for data, message in (
        (b"", "truncated"),
        (b"\xff" * 8, "truncated"),
        (header(b"no json"), "header is not readable"),
        (header([]), "header is not readable"),
        (header({"a": {"dtype": "F32"}}), "entry for tensor 'a': field 'shape': missing"),
        (header({"a": [1]}), "entry for tensor 'a': expected an object"),
        (header({"a": tensor | {"dtype": ["F32"]}}), "entry for tensor 'a': field 'dtype': expected a string"),
        (header({"a": tensor | {"shape": [True]}}), "entry for tensor 'a': field 'shape': expected a list of sizes"),
        (header({"a": tensor | {"shape": [-2]}}), "entry for tensor 'a': field 'shape': expected a list of sizes"),
        (header({"a": tensor | {"data_offsets": [0, 4, 8]}}), "field 'data_offsets': expected a list of 2 integers"),
        (header({"__metadata__": {"step": 3}}), "the header's __metadata__ holds more than strings"),
        (header({"__metadata__": 3}), "the header's __metadata__ holds more than strings"),
        (header({"a": tensor | {"dtype": "F8_E4M3"}}) + bytes(8), "dtype F8_E4M3, which numpy does not have"),
        (header({"a": tensor | {"shape": [3]}}) + bytes(8), "takes 8 bytes, which do not fit"),
        (header({"a": tensor | {"data_offsets": [8, 0]}}) + bytes(8), "do not fit"),
        (header({"a": tensor}) + bytes(7), "is truncated: tensor 'a'"),
    ):
        path.write_bytes(data)
        with pytest.raises(TensorFileError, match=message):
            TensorFile(path)
    with pytest.raises(TensorFileError, match="does not exist"):
        TensorFile(tmp_path / "absent")


def test_a_dtype_without_a_name(tmp_path: Path) -> None:
    with pytest.raises(TensorFileError, match="complex64"):
        write_tensor_file(tmp_path / "t.safetensors", {"a": np.zeros(2, np.complex64)})
    assert not list(tmp_path.iterdir())

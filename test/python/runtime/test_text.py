"""Text that a user hands in: one clear error that says where it is not what it must be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import pock_mlir as pock
from pock_mlir.errors import BundleError, InputError, PockError, SchemeError
from pock_mlir.schemes import Parameters, Rule, Scheme, scheme_of
from pock_mlir.text import check_argument, decode, parse_json, parse_yaml, read_text


def test_utf8(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes("\ufeffgröße".encode())
    assert read_text(path, PockError) == "größe"
    for data, place in (
        (b"one\ntwo \xff", "byte 0xff in line 2, column 5"),
        ("größe".encode("latin-1"), "byte 0xf6 in line 1, column 3"),
        ("x".encode("utf-16"), "byte 0xff in line 1, column 1"),
        ("ö".encode()[:1], "byte 0xc3 in line 1, column 1"),
    ):
        path.write_bytes(data)
        with pytest.raises(InputError, match=rf"t\.txt is not UTF-8 text: {place}") as raised:
            read_text(path, InputError)
        assert "\n" not in str(raised.value)
    for missing in (tmp_path / "absent", tmp_path, "a\0b"):
        with pytest.raises(InputError, match="cannot be read"):
            read_text(missing, InputError)
    with pytest.raises(InputError, match="here is not UTF-8"):
        decode(b"\x80", "here", InputError)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "Expecting property name"),
        ("[" * 100_000, "nested too deeply"),
        ("1" * 5000, "4300 digits"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "the key 'c' stands twice"),
    ],
)
def test_json(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=f"^here is not readable as JSON: .*{problem}"):
        parse_json(text, "here", InputError)
    assert parse_json('{"a": [1, 2.5, null]}', "here", InputError) == {"a": [1, 2.5, None]}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rules: [", "expected"),
        ("[" * 10_000, "nested too deeply"),
        ("day: 2001-99-99", "month must be in 1"),
        ("a: 1\nb: {c: 1, c: 2}", "the key 'c' stands twice"),
        ("? [a]\n: 1", "unhashable"),
        ("a: \0", "special characters"),
        ("a: !!python/object:os.system x", "could not determine a constructor"),
        ("a: *b", "undefined alias"),
    ],
)
def test_yaml(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=f"^here: no valid YAML: .*{problem}") as raised:
        parse_yaml(text, "here", InputError)
    assert "\n" not in str(raised.value)
    assert parse_yaml("a: [1, 2.5, null]", "here", InputError) == {"a": [1, 2.5, None]}


def test_scheme_files(tmp_path: Path) -> None:
    path = tmp_path / "scheme.yaml"
    for data, problem in (
        ("rules:\n- match: größe\n".encode("latin-1"), "is not UTF-8 text: byte 0xf6 in line 2, column 12"),
        (b"rules: [{match: a}]\nrules: [{match: b}]\n", "the key 'rules' stands twice"),
        (b"rules: [{match: a, match: b}]\n", "the key 'match' stands twice"),
        (b"rules: [{match: a, update: some}]\n", "unknown update 'some'"),
    ):
        path.write_bytes(data)
        with pytest.raises(SchemeError, match=problem) as raised:
            scheme_of(str(path), Parameters.named(["a"]))
        assert str(path) in str(raised.value)
    path.write_text('{"name": "größe", "rules": [{"match": "größe"}]}', encoding="utf-8-sig")
    assert Scheme.from_file(path) == Scheme("größe", (Rule("größe"),))
    for name in ("x" * 5000, "a\0b", "\udcff"):
        with pytest.raises(SchemeError, match="unknown scheme"):
            scheme_of(name, Parameters.named(["a"]))


def test_a_manifest_that_is_no_text(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "b.pock").mkdir()
    (tmp_path / "b.pock" / "manifest.json").write_bytes(b'{"format": "\xff"}')
    with pytest.raises(BundleError, match=r"manifest\.json is not UTF-8 text: byte 0xff in line 1, column 13"):
        pock.load(tmp_path / "b.pock")


def test_arguments() -> None:
    check_argument("größe", PockError)
    with pytest.raises(PockError, match=r"the argument '--a=\\udcff' is not UTF-8 text"):
        check_argument("--a=\udcff", PockError)


def test_programs(tmp_path: Path) -> None:
    path = tmp_path / "p.mlir"
    path.write_bytes(b"module {\n  // \xe9\n}\n")
    command = [sys.executable, "-m", "pock_mlir.tools.pock_opt"]
    for arguments, name in (([str(path)], str(path)), ([], "<stdin>")):
        result = subprocess.run([*command, *arguments], input=path.read_bytes(), capture_output=True, check=False)
        assert result.returncode == 1
        assert result.stderr.decode().startswith(f"pock-opt: {name} is not UTF-8 text: byte 0xe9 in line 2, column 6;")
    path.write_text("module {}\n")
    result = subprocess.run([*command, str(path), b"--pock-autodiff=function=\xff"], capture_output=True, check=False)
    assert result.returncode == 1
    assert result.stderr.decode().endswith("is not UTF-8 text\n")
    path.write_text("pock.gradient @f(%x: tensor<2xf32>) -> tensor<2xf32> {\n}\n")
    result = subprocess.run([*command, str(path)], capture_output=True, check=False)
    assert result.returncode == 1
    assert b"error: not valid as a module" in result.stderr

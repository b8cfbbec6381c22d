"""Every field of every record in a manifest: what is missing or of another type is refused, by its name and place."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.mlp_bundle import write_mlp_bundle

from pock_mlir.bundle import Manifest
from pock_mlir.bundle.seal import seal
from pock_mlir.errors import BundleError

# Fields that hold data of other modules, and those that older bundles or such without a value lack.
_FREE = {"optimizer", "scheme", "loss", "precision"}
_MAY_LACK = {
    *{"optimizer", "schedule", "scheme", "loss", "precision", "accumulate", "statistics", "cpu_features", "adapters"},
    *{"range", "ignore", "permutation", "stored_dtype", "aliases", "views", "owner", "loss_names", "parameter", "slot"},
    *{"saved_bytes", "peak_at", "file", "line", "module"},
}
_WRONG: tuple[Any, ...] = (None, True, 7, -7, 0.5, "?", ["?"], [-1], [{}], {"?": "?"}, {"?": {}})


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A manifest in which every field has a value, and no two values are of one kind by chance."""
    path = tmp_path_factory.mktemp("fields") / "m.pock"
    write_mlp_bundle(path)
    document = json.loads((path / "manifest.json").read_text())
    del document["sha256"]
    parameter, state = document["parameters"][0], document["state"][1]
    view = {"name": "view", "shape": parameter["shape"], "order": [0, 1], "axes": [0, 1], "trained": True}
    parameter |= {"views": [view], "stored_dtype": "bfloat16", "loss_names": ["shared"]}
    document["signatures"][0]["inputs"][0] |= {"range": [0, 8], "ignore": -100}
    document["schedule"] = {"name": "constant", "warmup_steps": 1, "warmup_start": 0.0}
    origin = {"op": "matmul", "parameter": "fc1.weight", "module": "fc1", "file": "model.py", "line": 7}
    peak_at = {"function": "train_step", "dispatch": 2, "dispatches": 5, "origin": origin}
    document["memory"] |= {"saved_bytes": 64, "peak_at": peak_at}
    assert state["parameter"] and state["slot"]
    return document


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the fields of records stand."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        place = (*path, key)
        if isinstance(key, str) and path != ("files",):
            yield place
        if not {*_FREE, "statistics", "schedule"} & {key}:
            yield from _places(item, place)


def _named(path: tuple[str | int, ...], message: str) -> bool:
    """Whether a message leads to the field: `m: parameters[0]: field 'shape': ...`, or deeper."""
    where = "m" + "".join(f"[{key}]" if isinstance(key, int) else f": {key}" for key in path[:-1])
    return message.startswith((f"{where}: field '{path[-1]}': ", f"{where}: {path[-1]}"))


def test_a_manifest_is_written_as_it_was_read(document: dict[str, Any]) -> None:
    assert seal(Manifest.from_json(document, "m").to_json()) == seal(document)


def test_a_missing_field_is_named(document: dict[str, Any]) -> None:
    for path in _places(document):
        changed = copy.deepcopy(document)
        _record(changed, path).pop(path[-1])
        if path[-1] in _MAY_LACK:
            Manifest.from_json(changed, "m")
        elif path[-1] not in ("format", "format_version"):
            with pytest.raises(BundleError, match="missing") as caught:
                Manifest.from_json(changed, "m")
            assert _named(path, str(caught.value)), (path, str(caught.value))


def test_a_value_of_another_type_is_named(document: dict[str, Any]) -> None:
    """What is taken is what stands there."""
    refused = 0
    for path in _places(document):
        if path[-1] in ("format", "format_version", *_FREE):
            continue
        for wrong in _WRONG:
            changed = copy.deepcopy(document)
            _record(changed, path)[path[-1]] = wrong
            try:
                taken = Manifest.from_json(changed, "m").to_json()
            except BundleError as error:
                refused += 1
                assert "\n" not in str(error)
                is_contradiction = "does not exist" in str(error) or "no signature" in str(error)
                assert is_contradiction or _named(path, str(error)), (path, wrong, str(error))
                assert str(error).endswith("; the bundle is damaged, compile it again")
            else:
                found = _record(taken, path).get(path[-1])
                assert found == wrong and type(found) is type(wrong), (path, wrong, found)
    assert refused > 400


def _record(document: Any, path: tuple[str | int, ...]) -> dict[str | int, Any]:
    for key in path[:-1]:
        document = document[key]
    return document


def test_wrong_views(document: dict[str, Any]) -> None:
    for change, message in (
        ({"order": [0, 0]}, r"parameters\[0\]: views\[0\]: field 'order': \[0, 0\] is not a permutation of the 2 axes"),
        ({"axes": [0]}, "field 'axes': .* is not a permutation of the 2 axes"),
        ({"shape": [1, 1]}, "field 'shape': .* has not as many elements as the parameter"),
    ):
        changed = copy.deepcopy(document)
        changed["parameters"][0]["views"][0] |= change
        with pytest.raises(BundleError, match=message):
            Manifest.from_json(changed, "m")


def test_wrong_adapters(document: dict[str, Any]) -> None:
    symbols = [spec["symbol"] for spec in document["parameters"]]
    for names, message in (
        (("fc3", *symbols[:2]), r"adapters\[0\]: field 'weight': the parameter 'fc3' does not exist"),
        (symbols[:1] * 3, r"adapters\[0\]: field 'weight': factors of .* are no adapter of"),
    ):
        adapter = dict(zip(("weight", "a", "b"), names, strict=True)) | {"factor": 1.0, "transposed": False}
        with pytest.raises(BundleError, match=message):
            Manifest.from_json(document | {"adapters": [adapter]}, "m")


def test_a_contradiction_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"cannot write the bundle .*b\.pock: accumulate is 0"):
        write_mlp_bundle(tmp_path / "b.pock", accumulate=0)

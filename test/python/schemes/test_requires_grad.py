"""What the model itself has frozen stays frozen, whatever the scheme, unless the scheme says so."""

from __future__ import annotations

import pytest
from torch import nn

import pock_mlir as pock
from pock_mlir.errors import SchemeError
from pock_mlir.frontends.torch.module_tree import module_parameters
from pock_mlir.schemes import Rule, resolve, scheme_of


def _model() -> nn.Module:
    """Three layers, the first of which is frozen, and the bias of the last."""
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2))
    model[0].requires_grad_(False)
    model[2].bias.requires_grad_(False)
    return model


def _trained(scheme, model: nn.Module | None = None) -> list[str]:
    parameters = module_parameters(_model() if model is None else model)
    return list(resolve(scheme_of(scheme, parameters), parameters).model)


@pytest.mark.parametrize(
    ("scheme", "trained"),
    [
        ("full", ["1.weight", "1.bias", "2.weight"]),
        ("bias", ["1.bias"]),
        ("last-blocks:1", ["2.weight"]),
        ("last-blocks:3", ["1.weight", "1.bias", "2.weight"]),
        (pock.Scheme("own", (Rule("*.weight"),)), ["1.weight", "2.weight"]),
        (pock.Scheme("own", (Rule("0.*"),), unfreeze=("0.weight",)), ["0.weight"]),
        (
            pock.Scheme("own", default="full", unfreeze=("*",)),
            ["0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias"],
        ),
    ],
)
def test_schemes_narrow_what_the_model_leaves(scheme, trained):
    assert _trained(scheme) == trained


@pytest.mark.parametrize(
    ("scheme", "message"),
    [
        (pock.Scheme("own", (Rule("1.*"), Rule("0.*"))), r"'0\.\*' matches only parameters that the model has frozen"),
        (pock.Scheme("own", (Rule("1.*"),), unfreeze=("9.*",)), r"'9\.\*' matches no parameter"),
    ],
)
def test_rules_for_what_is_frozen_are_errors(scheme, message):
    with pytest.raises(SchemeError, match=message):
        _trained(scheme)


def test_blocks_that_are_frozen_whole_are_an_error():
    model = _model()
    model[2].requires_grad_(False)
    with pytest.raises(SchemeError, match=r"last-blocks:1.*frozen.*'2\.weight'"):
        _trained("last-blocks:1", model)


def test_a_model_that_is_frozen_whole_is_an_error():
    with pytest.raises(SchemeError, match="all parameters of the model are frozen"):
        _trained("full", _model().requires_grad_(False))


def test_unfreeze_is_read_from_yaml_and_kept(tmp_path):
    path = tmp_path / "scheme.yaml"
    path.write_text("rules:\n  - match: '0.*'\nunfreeze: ['0.bias']\n")
    scheme = pock.Scheme.from_file(path)
    assert _trained(scheme) == ["0.bias"]
    assert pock.Scheme.from_json(scheme.to_json(), "again").unfreeze == ("0.bias",)
    path.write_text("rules:\n  - match: '0.*'\nunfreeze: 0\n")
    with pytest.raises(SchemeError, match=r"yaml, line 3: field 'unfreeze': expected a list of strings, found 0"):
        pock.Scheme.from_file(path)

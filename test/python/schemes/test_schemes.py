"""Schemes as data: rules of wrong types, names in full, and the names of tied parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import pock_mlir as pock
from pock_mlir.errors import SchemeError
from pock_mlir.schemes import Parameters, resolve, scheme_of

RULE: Any = pock.Rule
SCHEME: Any = pock.Scheme


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RULE(3), "a scheme rule's pattern must be a string, got int"),
        (lambda: RULE("a", 3), "unknown update '3'"),
        (lambda: RULE("a", ["full"]), "unknown update"),
        (lambda: SCHEME(3), "a scheme's name must be a string, got int"),
        (lambda: SCHEME("s", "head.*"), "rules must be a list of rules, got str"),
        (lambda: SCHEME("s", {"head.*": "full"}), "rules must be a list of rules, got dict"),
        (lambda: SCHEME("s", ("head.*",)), "a rule must be a pock_mlir.Rule, such as .* got str"),
        (lambda: SCHEME("s", [("head.*", "full")]), "a rule must be a pock_mlir.Rule, such as .* got tuple"),
        (lambda: SCHEME("s", [RULE("a"), None]), "a rule must be a pock_mlir.Rule, such as .* got NoneType"),
        (lambda: SCHEME("s", unfreeze="head.*"), "unfreeze must be a list of patterns"),
        (lambda: SCHEME("s", unfreeze=[3]), "unfreeze must be a list of patterns"),
        (lambda: SCHEME("s", default=["full"]), "unknown default"),
    ],
)
def test_wrong_types_are_refused(make: Any, message: str) -> None:
    with pytest.raises(SchemeError, match=message):
        make()


@pytest.mark.parametrize("scheme", [3, None, ["head.*"], {"rules": []}])
def test_what_is_no_scheme(scheme: Any) -> None:
    with pytest.raises(SchemeError, match=r"the scheme must be a name, a path or a pock_mlir.Scheme"):
        scheme_of(scheme, Parameters.named(["w"]))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "expects a mapping with a list 'rules'"),
        ({}, "field 'rules': missing"),
        ({"rules": {"a": "full"}}, "field 'rules': expected a list, found {'a': 'full'}"),
        ({"rules": ["a"]}, r"rules\[0\]: expected an object, found 'a'"),
        ({"rules": [{"match": "a"}, {"update": "full"}]}, r"rules\[1\]: field 'match': missing"),
        ({"rules": [{"match": ["a"]}]}, r"rules\[0\]: field 'match': expected a string, found \['a'\]"),
        (
            {"rules": [{"match": "a", "ubdate": "full"}]},
            r"rules\[0\]: unknown key 'ubdate'; the keys are match, update",
        ),
        ({"rules": [], "rule": []}, "unknown key 'rule'; the keys are name, rules, default, unfreeze"),
        ({"rules": [], "default": None}, "field 'default': expected a string, found None"),
        ({"rules": [], "unfreeze": "a"}, "field 'unfreeze': expected a list of strings, found 'a'"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(data: Any, message: str) -> None:
    with pytest.raises(SchemeError, match=f"^here: {message}"):
        pock.Scheme.from_json(data, "here")


def trained(scheme: pock.Scheme, *parameters: Any) -> list[str]:
    """The names of what a scheme trains of parameters with these names, frozen ones, aliases."""
    return list(resolve(scheme, Parameters.named(*parameters)).model)


def test_rules_may_be_a_list() -> None:
    scheme = pock.Scheme("s", [pock.Rule("a.*"), pock.Rule("a.b", "frozen")])
    assert trained(scheme, ["a.b", "a.c", "d"]) == ["a.c"]
    assert pock.Scheme.from_json(scheme.to_json(), "here") == scheme


def test_a_name_in_full_is_no_pattern() -> None:
    names = ["w*", "wx", "[w]", "w", "w?"]
    for name in names:
        assert trained(pock.Scheme("s", (pock.Rule(name),)), names) == [name]
    assert trained(pock.Scheme("s", (pock.Rule("w[*]"),)), names) == ["w*"]
    assert trained(pock.Scheme("s", (pock.Rule("w*"),)), names[1:]) == ["wx", "w", "w?"]


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(5, 3)
        self.middle = nn.Linear(3, 3)
        self.head = nn.Linear(3, 5, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(torch.tanh(self.middle(self.embedding(x))))


@pytest.mark.parametrize("pattern", ["head.weight", "head.*", "embedding.weight", "emb*"])
def test_a_tied_parameter_by_any_of_its_names(pattern: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model, x, y = Tied(), torch.arange(4), torch.arange(1, 5)
    scheme = pock.Scheme("tied", (pock.Rule(pattern),))
    step = pock.compile(model, (x,), y, optimizer=pock.SGD(lr=0.5), scheme=scheme)
    assert step.trained == ("embedding.weight",)
    session = pock.load(step.save(tmp_path / "model.pock"))
    optimizer = torch.optim.SGD([model.head.weight], lr=0.5)
    for _ in range(3):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert abs(session.train_step(x.numpy(), y.numpy()) - loss.item()) < 1e-5
    state = session.state_dict()
    for name, tensor in model.state_dict().items():
        np.testing.assert_allclose(state[name], tensor.numpy(), rtol=1e-5, atol=1e-6, err_msg=name)


def test_the_last_rule_that_matches_any_name_decides() -> None:
    aliases = {"embedding.weight": ["head.weight"]}
    rules = (pock.Rule("*"), pock.Rule("head.*", "frozen"))
    assert trained(pock.Scheme("s", rules), ["embedding.weight", "w"], (), aliases) == ["w"]
    assert trained(pock.Scheme("s", rules[::-1]), ["embedding.weight", "w"], (), aliases) == ["embedding.weight", "w"]

"""Ops that do more than their schema or torch's decomposition of them says: statistics kept, dropout between layers,
rows of a table scaled down in place.
"""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from support.own_draws import OwnDraws
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import orthogonal

import pock_mlir as pock
from pock_mlir.frontends.torch.decompositions import decompositions
from pock_mlir.passes.forward.convert_torch_to_pock import torch_op

from .compare import assert_agrees, train_both

NOT_FOR_MODELS = {torch.ops.aten._batch_norm_impl_index.default, torch.ops.aten._batch_norm_impl_index_backward.default}


class InstanceNormed(nn.Module):
    """Every form of instance normalisation with running statistics: modules, functional, one buffer used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.plain = nn.Conv2d(3, 4, 3), nn.InstanceNorm2d(4, affine=True)
        self.kept = nn.InstanceNorm2d(4, affine=True, track_running_stats=True)
        self.still = nn.InstanceNorm2d(4, momentum=None, track_running_stats=True)
        self.rows = nn.InstanceNorm1d(4, momentum=0.3, eps=1e-3, track_running_stats=True)
        self.register_buffer("mean", torch.zeros(4))
        self.register_buffer("variance", torch.ones(4))
        self.head = nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.still(self.kept(self.plain(self.stem(x)) + 0.5))
        for momentum in (0.3, 0.2):
            x = F.instance_norm(F.gelu(x), self.mean, self.variance, momentum=momentum, use_input_stats=self.training)
        x = F.gelu(x) + self.mean[:, None, None]
        return self.head(F.gelu(self.rows(x.flatten(2))).mean(2))


def test_instance_norm_keeps_its_statistics(tmp_path: Path) -> None:
    torch.manual_seed(0)
    run = train_both(
        InstanceNormed().train(),
        [((2 * torch.randn(2, 3, 7, 7) + 1,), (torch.randint(0, 3, (2,)),)) for _ in range(3)],
        tmp_path,
        optimizer=pock.SGD(lr=0.1, momentum=0.9),
        torch_optimizer=lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
    )
    assert_agrees(run)
    for name, buffer in run.reference.named_buffers():
        np.testing.assert_allclose(run.session.state_dict()[name], buffer.numpy(), rtol=1e-4, atol=1e-5, err_msg=name)
    for name in ("kept.running_mean", "rows.running_var", "mean", "variance"):
        assert not np.array_equal(run.session.state_dict()[name], InstanceNormed().state_dict()[name].numpy()), name


def test_no_converted_op_hides_a_change() -> None:
    """A composite op that is kept whole and whose schema does not tell that it changes statistics would lose them."""
    table, hiding = decompositions(torch_op.names()), set()
    for name in torch._C._dispatch_get_all_op_names():
        space, _, rest = name.partition("::")
        is_composite = torch._C._dispatch_has_kernel_for_dispatch_key(name, "CompositeImplicitAutograd")
        if space == "aten" and is_composite and "." not in rest:
            op = getattr(torch.ops.aten, rest).default
            if not op._schema.is_mutable and any("running" in a.name for a in op._schema.arguments):
                hiding.add(op)
    # torch.export itself takes batch_norm apart, into an op that returns the statistics.
    assert hiding - set(table) - {torch.ops.aten.batch_norm.default} <= NOT_FOR_MODELS
    assert torch.ops.aten.instance_norm.default in hiding


class Recurrent(nn.Module):
    """Recurrent networks with dropout between their layers."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(4, 3, num_layers=3, dropout=0.25, proj_size=2)
        self.gru = nn.GRU(2, 3, num_layers=2, dropout=0.5, bidirectional=True, batch_first=True, bias=False)
        self.rnn = nn.RNN(6, 3, num_layers=2, dropout=0.25, nonlinearity="relu")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x, (h, c) = self.lstm(x)
        x, g = self.gru(x)
        x, r = self.rnn(x)
        return x.mean(0) + sum(end.square().mean() for end in (h, c, g, r))


def test_recurrent_networks_drop_between_their_layers(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = Recurrent().train()
    reference = copy.deepcopy(model)
    batches = [(torch.randn(3, 2, 4), torch.randint(0, 3, (2,))) for _ in range(3)]
    step = pock.compile(model, batches[0][:1], batches[0][1:], optimizer=pock.SGD(lr=0.5), seed=7)
    session = pock.load(step.save(tmp_path / "model.pock"), threads=1)
    optimizer = torch.optim.SGD(reference.parameters(), lr=0.5)
    for index, (x, classes) in enumerate(batches):
        optimizer.zero_grad()
        with OwnDraws(7, index) as draws:
            loss = F.cross_entropy(reference(x), classes)
        assert draws.stream == 4
        loss.backward()
        optimizer.step()
        assert session.train_step(x.numpy(), classes.numpy()) == pytest.approx(loss.item(), rel=1e-5)
    for name, value in reference.state_dict().items():
        np.testing.assert_allclose(session.state_dict()[name], value.numpy(), rtol=1e-4, atol=1e-5, err_msg=name)


class Constrained(nn.Module):
    """Tables whose rows are scaled down where they are looked up, and a layer whose weight stays orthogonal."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(7, 5, max_norm=0.5)
        self.bags = nn.EmbeddingBag(7, 5, max_norm=0.7, norm_type=1.0, mode="sum")
        self.layer = orthogonal(nn.Linear(5, 3), orthogonal_map="householder")

    def forward(self, indices: torch.Tensor) -> torch.Tensor:
        return self.layer(self.table(indices).mean(1) + self.bags(indices))


def test_rows_of_a_largest_norm_and_orthogonal_weights(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model, reference = Constrained(), Constrained()
    reference.load_state_dict(model.state_dict())
    batches = [(torch.randint(0, 7, (4, 2)), torch.randint(0, 3, (4,))) for _ in range(3)]
    step = pock.compile(model, batches[0][:1], batches[0][1:], optimizer=pock.SGD(lr=0.5))
    session = pock.load(step.save(tmp_path / "model.pock"), threads=1)
    optimizer = torch.optim.SGD(reference.parameters(), lr=0.5)
    for indices, classes in batches:
        optimizer.zero_grad()
        loss = F.cross_entropy(reference(indices), classes)
        loss.backward()
        optimizer.step()
        assert session.train_step(indices.numpy(), classes.numpy()) == pytest.approx(loss.item(), rel=1e-5)
    for name, value in reference.state_dict().items():
        np.testing.assert_allclose(session.state_dict()[name], value.numpy(), rtol=1e-4, atol=1e-5, err_msg=name)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (nn.Embedding(7, 5, max_norm=0.5, norm_type=3.0), ["aten.embedding_renorm", "norm_type=3.0", "module"]),
        (orthogonal(nn.Embedding(70, 66), orthogonal_map="householder"), ["aten.linalg_householder_product"]),
        (orthogonal(nn.Embedding(5, 5), orthogonal_map="cayley"), ["aten._linalg_solve_ex", "parametrizations"]),
        (orthogonal(nn.Embedding(5, 5), orthogonal_map="matrix_exp"), ["aten.linalg_matrix_exp", "parametrizations"]),
    ],
)
def test_what_is_not_done_is_refused_by_name(model: nn.Module, words: list[str]) -> None:
    with pytest.raises(pock.PockError) as caught:
        pock.compile(
            nn.Sequential(model),
            (torch.zeros(3, dtype=torch.long),),
            loss=lambda outputs: outputs.square().mean(),
            optimizer=pock.SGD(lr=0.1),
        )
    for word in words:
        assert word in str(caught.value), str(caught.value)


def test_a_cumulative_average_is_refused_by_name() -> None:
    model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3, momentum=None))
    with pytest.raises(pock.PockError, match=r"module '1': BatchNorm1d\(momentum=None\).*eval\(\)"):
        pock.compile(model, (torch.randn(5, 4),), (torch.randint(0, 3, (5,)),), optimizer=pock.SGD(lr=0.1))


class BatchMean(nn.Module):
    """Uses the batch's statistics, which batch normalisation gives beside its result."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result, mean, _ = torch.native_batch_norm(self.layer(x), None, None, None, None, True, 0.1, 1e-5)
        return result + mean


def test_a_result_that_is_not_computed_is_refused_where_it_is_used() -> None:
    with pytest.raises(pock.PockError, match=r"uses result 1 of aten\._native_batch_norm.*test_hidden_changes\.py"):
        pock.compile(BatchMean(), (torch.randn(5, 4),), (torch.randint(0, 3, (5,)),), optimizer=pock.SGD(lr=0.1))

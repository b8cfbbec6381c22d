"""That PyTorch's private names still do what compat/torch.py says."""

from __future__ import annotations

import operator
from typing import Any

import pytest
import torch
from support.canaries import canary, without_canary
from torch import nn
from torch.nn.utils import rnn

from pock_mlir.compat import torch as compat
from pock_mlir.compat.torch import Replaceable
from pock_mlir.frontends.torch.patches import patched

aten = torch.ops.aten
X = torch.linspace(-2.0, 2.0, 6).reshape(2, 3)


class Called(Exception):
    """By what stands in the place of a function of torch's."""


def called(*_: Any, **__: Any) -> Any:
    raise Called


def is_called(function: Replaceable, user: Any) -> bool:
    """Whether what a user of torch does comes to the function, looked up at that time."""
    with patched(*function, called):
        try:
            user()
        except Called:
            return True
    return False


def traced(run: Any) -> torch.export.ExportedProgram:
    class Model(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return run(x)

    return torch.export.export(Model(), (X,))


@canary(compat, "OpOverload", api="torch._ops.OpOverload")
def test_op_overload() -> None:
    ops = [node.target for node in traced(torch.relu).graph.nodes if node.op == "call_function"]
    assert ops == [aten.relu.default] and isinstance(ops[0], compat.OpOverload) and ops[0].namespace == "aten"
    assert not isinstance(aten.relu, compat.OpOverload)


@canary(compat, "decomposition_table", api="torch._decomp.decomposition_table")
def test_decomposition_table() -> None:
    rule = compat.decomposition_table[aten.hardsigmoid.default]
    assert torch.allclose(rule(X), torch.nn.functional.hardsigmoid(X))
    needed = {aten.lstm.input, aten.lstm.data, aten.gru.input, aten.rnn_tanh.data, aten.rnn_relu.input}
    assert needed <= set(compat.decomposition_table)


@canary(compat, "schema_of", api="OpOverload._schema")
def test_schema_of() -> None:
    schema = compat.schema_of(aten.add.Tensor)
    assert (schema.name, schema.overload_name, schema.is_mutable) == ("aten::add", "Tensor", False)
    assert compat.schema_of(aten.relu.default).overload_name == ""
    in_place, view = compat.schema_of(aten.relu_.default), compat.schema_of(aten.view.default)
    assert in_place.is_mutable and in_place.arguments[0].is_write and not schema.arguments[0].is_write
    assert view.returns[0].alias_info is not None and not view.returns[0].alias_info.is_write
    assert schema.returns[0].alias_info is None
    assert compat.schema_of(operator.getitem) is None


@canary(compat, "is_into_aten", api="the module of a rule in torch._decomp.decomposition_table")
def test_is_into_aten() -> None:
    assert compat.is_into_aten(compat.decomposition_table[aten.hardsigmoid.default])
    references = [rule for rule in compat.decomposition_table.values() if not compat.is_into_aten(rule)]
    assert {rule.__module__.partition(".")[0] for rule in references} == {"torch"}


NETWORKS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn_tanh": nn.RNN, "rnn_relu": lambda *s: nn.RNN(*s, nonlinearity="relu")}


@pytest.mark.parametrize("name", NETWORKS)
@canary(compat, "native_functions", api="torch._VF")
def test_native_functions_of_networks(name: str) -> None:
    network, sequence = NETWORKS[name](3, 4), X.reshape(2, 1, 3)
    assert is_called(Replaceable(compat.native_functions, name), lambda: network(sequence))
    assert network(sequence)[0].shape == (2, 1, 4)


@canary(compat, "native_functions", api="torch._VF")
def test_native_functions_of_products() -> None:
    assert is_called(Replaceable(compat.native_functions, "einsum"), lambda: torch.einsum("ij,kj->ik", X, X))
    assert is_called(Replaceable(compat.native_functions, "tensordot"), lambda: torch.tensordot(X, X.T, 1))


@canary(compat, "pytree", api="torch.utils._pytree")
def test_pytree() -> None:
    tree = ({"a": X, "b": [X, 2]},)
    leaves = compat.pytree.tree_flatten_with_path(tree)[0]
    assert [tuple(getattr(entry, "idx", getattr(entry, "key", None)) for entry in path) for path, _ in leaves] == [
        (0, "a"),
        (0, "b", 0),
        (0, "b", 1),
    ]
    first = leaves[0][0]
    assert isinstance(first[0], compat.pytree.SequenceKey) and isinstance(first[1], compat.pytree.MappingKey)
    assert compat.pytree.GetAttrKey("name").name == "name"
    doubled = compat.pytree.tree_map_only(torch.Tensor, lambda x: 2 * x, tree)
    assert torch.equal(doubled[0]["b"][0], 2 * X) and doubled[0]["b"][1] == 2
    assert len(compat.pytree.tree_leaves(tree)) == 3


@canary(compat, "FakeTensor", api="torch._subclasses.fake_tensor.FakeTensor")
def test_fake_tensor() -> None:
    kinds = []
    traced(lambda x: kinds.append((type(x), type(x + 1))) or x + 1)
    assert kinds and {kind for pair in kinds for kind in pair} == {compat.FakeTensor}
    assert not isinstance(X, compat.FakeTensor)


@canary(compat, "unset_fake_temporarily", api="torch._subclasses.fake_tensor.unset_fake_temporarily")
def test_unset_fake_temporarily() -> None:
    numbers = []

    def run(x: torch.Tensor) -> torch.Tensor:
        with compat.unset_fake_temporarily():
            numbers.append(X.tolist())
        return x + 1

    traced(run)
    assert numbers and all(each == X.tolist() for each in numbers)


@pytest.mark.parametrize("device", ["cpu", "meta"])
@canary(compat, "changes_of", api="Tensor._version")
def test_changes_of(device: str) -> None:
    x = torch.zeros(3, device=device)
    before = compat.changes_of(x)
    _ = x + 1
    assert compat.changes_of(x) == before
    x[1:].add_(1)
    assert compat.changes_of(x) == before + 1


@pytest.mark.parametrize("device", ["cpu", "meta"])
@canary(compat, "storage_key", api="UntypedStorage._cdata")
def test_storage_key(device: str) -> None:
    x, y = torch.zeros(3, device=device), torch.zeros(3, device=device)
    assert compat.storage_key(x) == compat.storage_key(x[1:].view(2, 1)) != compat.storage_key(y)


def hook(*_: Any) -> None:
    """Of whatever kind."""


@canary(compat, "gradient_hooks", api="Tensor._backward_hooks")
def test_gradient_hooks() -> None:
    x = nn.Parameter(X)
    assert compat.gradient_hooks(x) == []
    x.register_hook(hook)
    assert compat.gradient_hooks(x) == [hook]


@canary(compat, "accumulated_gradient_hooks", api="Tensor._post_accumulate_grad_hooks")
def test_accumulated_gradient_hooks() -> None:
    x = nn.Parameter(X)
    assert compat.accumulated_gradient_hooks(x) == []
    x.register_post_accumulate_grad_hook(hook)
    assert compat.accumulated_gradient_hooks(x) == [hook] and compat.gradient_hooks(x) == []


@canary(compat, "BatchNorm", api="torch.nn.modules.batchnorm._BatchNorm")
def test_batch_norm() -> None:
    layers = [nn.BatchNorm1d(2), nn.BatchNorm2d(2), nn.BatchNorm3d(2), nn.SyncBatchNorm(2)]
    assert all(isinstance(layer, compat.BatchNorm) for layer in layers)
    assert not isinstance(nn.InstanceNorm1d(2), compat.BatchNorm) and not isinstance(nn.LayerNorm(2), compat.BatchNorm)


@canary(compat, "own_parameters", "own_buffers", "own_modules", api="Module._parameters, ._buffers, ._modules")
def test_own_tables() -> None:
    module = nn.BatchNorm1d(3)
    module.add_module("inner", nn.ReLU())
    assert list(compat.own_parameters(module)) == ["weight", "bias"]
    assert list(compat.own_buffers(module)) == ["running_mean", "running_var", "num_batches_tracked"]
    assert list(compat.own_modules(module)) == ["inner"]
    weight: Any = 2 * X[0]  # no parameter, which an attribute would have to be
    compat.own_parameters(module)["weight"] = weight
    assert module.weight is weight
    del compat.own_buffers(module)["running_mean"]
    assert "running_mean" not in dict(module.named_buffers())


@canary(
    compat,
    *("module_backward_hooks", "module_backward_pre_hooks", "has_full_backward_hooks"),
    api="Module._backward_hooks, ._backward_pre_hooks, ._is_full_backward_hook",
)
def test_module_hooks() -> None:
    full, other = nn.ReLU(), nn.ReLU()
    assert compat.module_backward_hooks(full) == compat.module_backward_pre_hooks(full) == []
    full.register_full_backward_hook(hook)
    other.register_backward_hook(hook)
    assert [compat.module_backward_hooks(module) for module in (full, other)] == [[hook], [hook]]
    assert compat.has_full_backward_hooks(full) and not compat.has_full_backward_hooks(other)
    full.register_full_backward_pre_hook(hook)
    assert compat.module_backward_pre_hooks(full) == [hook] and compat.module_backward_pre_hooks(other) == []


@pytest.mark.parametrize("register", ["register_module_full_backward_hook", "register_module_full_backward_pre_hook"])
@canary(compat, "has_global_backward_hooks", api="torch.nn.modules.module._global_backward_hooks, ..._pre_hooks")
def test_has_global_backward_hooks(register: str) -> None:
    assert not compat.has_global_backward_hooks()
    handle = getattr(torch.nn.modules.module, register)(hook)
    try:
        assert compat.has_global_backward_hooks()
    finally:
        handle.remove()


@canary(compat, "Replaceable", "BACKWARD_HOOK", api="torch.nn.modules.module.BackwardHook")
def test_backward_hook() -> None:
    module = nn.ReLU()
    assert not is_called(compat.BACKWARD_HOOK, lambda: module(X))
    module.register_full_backward_hook(hook)
    module.register_full_backward_pre_hook(hook)
    given, seen = [], []

    class Recorder:
        def __init__(self, *arguments: Any) -> None:
            given.append(arguments)

        def setup_input_hook(self, arguments: Any) -> Any:
            seen.append(arguments)
            return arguments

        def setup_output_hook(self, result: Any) -> Any:
            seen.append(result)
            return result

    with patched(*compat.BACKWARD_HOOK, Recorder):
        y = module(X)
    assert [(each, list(hooks), list(before)) for each, hooks, before in given] == [(module, [hook], [hook])]
    assert len(seen) == 2 and seen[0] == (X,) and seen[1] is y


@canary(compat, "FORMAT_TARGET", api="torch.fx.graph._format_target")
def test_format_target() -> None:
    graph = torch.fx.Graph()
    graph.output(graph.get_attr("part.weight"))
    with patched(*compat.FORMAT_TARGET, lambda base, target: f"here({base!r}, {target!r})"):
        assert "here('self', 'part.weight')" in graph.python_code("self").src


@canary(compat, "PAD_PACKED_SEQUENCE", api="torch._VF._pad_packed_sequence")
def test_pad_packed_sequence() -> None:
    packed = rnn.pack_sequence([X[0], X[1, :2]])
    assert is_called(compat.PAD_PACKED_SEQUENCE, lambda: rnn.pad_packed_sequence(packed))


def total(x: torch.Tensor) -> torch.Tensor:
    return x.sum()


@canary(compat, "FUNC_GRAD", "FUNC_VJP", "FUNC_JVP", api="torch._functorch.eager_transforms")
def test_transforms() -> None:
    users = {
        compat.FUNC_GRAD: [lambda: torch.func.grad(total)(X), lambda: torch.func.grad_and_value(total)(X)],
        compat.FUNC_VJP: [lambda: torch.func.vjp(total, X), lambda: torch.func.jacrev(total)(X)],
        compat.FUNC_JVP: [lambda: torch.func.jvp(total, (X,), (X,)), lambda: torch.func.jacfwd(total)(X)],
    }
    for function, all_users in users.items():
        assert [is_called(function, user) for user in all_users] == [True, True], function


@canary(compat, "source_lines", api="the text in Node.meta['stack_trace']")
def test_source_lines() -> None:
    class Model(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(x)

    program = torch.export.export(Model(), (X,))
    (node,) = (node for node in program.graph.nodes if node.op == "call_function")
    assert compat.source_lines(node)[-1] == (__file__, Model.forward.__code__.co_firstlineno + 1)
    assert compat.source_lines(torch.fx.Graph().placeholder("x")) == []


def error_of(model: nn.Module) -> Exception:
    with pytest.raises(Exception) as raised:
        torch.export.export(model, (X,)).run_decompositions()
    return raised.value


@canary(compat, "depends_on_data", api="the text of torch.export's errors")
@pytest.mark.parametrize("run", [lambda x: x if x.sum() > 0 else -x, lambda x: x[: int(x.sum())] + 1])
def test_depends_on_data(run: Any) -> None:
    class Model(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return run(x)

    error = error_of(Model())
    assert compat.depends_on_data(error) and not compat.mixes_dtypes(error)


@canary(compat, "mixes_dtypes", api="the text of _assert_tensor_metadata's error")
def test_mixes_dtypes() -> None:
    with pytest.raises(RuntimeError) as raised:
        aten._assert_tensor_metadata.default(X, dtype=torch.float64)
    assert compat.mixes_dtypes(raised.value) and not compat.depends_on_data(raised.value)


@canary(compat, "changes_one_of_several", api="the text of torch.export's errors")
def test_changes_one_of_several() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            memory = torch.zeros(3)
            self.one: torch.Tensor
            self.other: torch.Tensor
            self.register_buffer("one", memory)
            self.register_buffer("other", memory[:])

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.one.add_(1)
            return x + self.other

    assert compat.changes_one_of_several(error_of(Model()))


def test_each_name_has_a_canary() -> None:
    assert without_canary(compat) == []

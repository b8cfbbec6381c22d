"""Compares an exported program with the model that it was traced from: the loss, every gradient, every buffer.

torch.export records what it sees, which is not always what the model does; and decompositions have defects of their
own. Both are run by torch, on the example batch and from the same random seed: whatever is lost on the way to the
compiler shows as a difference, whether anybody has thought of it before or not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind, OutputKind
from torch.fx import Interpreter, Node

from pock_mlir.compat.torch import decomposition_table, own_buffers, own_parameters, pytree
from pock_mlir.errors import CompileError
from pock_mlir.frontends.reference import StepResult, compare
from pock_mlir.frontends.torch.arguments import as_array
from pock_mlir.frontends.torch.markers import COTANGENT, CUSTOM_VJP, STOP_GRADIENT

TOLERANCE = {torch.float64: 1e-6, torch.float32: 1e-3}
"""By the least precise type that the program computes in; relative to the largest element of a tensor."""
_NARROW = 5e-2
# How often a step is run from parameters that are off by rounding, to see what it makes of that.
_SHAKEN_RUNS = 3
# Ops without a derivative in torch, whose decompositions have one.
_DECOMPOSED = (torch.ops.aten._native_batch_norm_legit_functional.default,)


def verify_export(
    module: torch.nn.Module, arguments: tuple[Any, ...], program: ExportedProgram, trained: set[str], *, seed: int = 0
) -> str:
    """Raises CompileError where a program's step is not that of the module that it was traced from.

    `module` takes `arguments` and returns the loss; `trained` names the parameters (of the module) whose gradients
    count. The module is as before afterwards. Returns what was done: "verified", or why it could not be.
    """
    skipped = obstacle(module)
    if skipped:
        return f"not verified: {skipped}"
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(seed)
        try:
            expected = run_module(module, arguments, trained)
        except Exception as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise CompileError(f"the model itself fails on the example batch: {reason}") from error
        torch.manual_seed(seed)
        try:
            found = run_program(program, arguments, trained, _first_names(module))
        except (RuntimeError, NotImplementedError) as error:
            return f"not verified: torch cannot run the decomposed program ({str(error).strip().splitlines()[0]})"
    tolerance = _tolerance(program)
    try:
        compare(expected, found, tolerance, "the traced model", _LOST)
    except CompileError:
        # What is zero but for rounding differs by all of it: the gradient of a bias before batch normalisation, the
        # running mean behind one without a shift.
        compare(with_rounding(module, arguments, expected, seed), found, tolerance, "the traced model", _LOST)
    return "verified"


def with_rounding(
    module: torch.nn.Module, arguments: tuple[Any, ...], expected: StepResult, seed: int = 0
) -> StepResult:
    """A result of the module's step, with what its gradients and its state are off by: the step is run once more in
    float64, and from parameters that are off by rounding, because where it meets a kink (a ReLU's, with many elements
    at zero) two runs may agree by chance. As it was, where that cannot be.
    """
    trained = set(expected.gradients)
    generator = torch.Generator().manual_seed(seed)

    def shaken(tensor: torch.Tensor) -> torch.Tensor:
        noise = torch.randn(tensor.shape, generator=generator, dtype=torch.float64).to(tensor.device)
        return (tensor.double() * (1 + torch.finfo(tensor.dtype).eps / 2 * noise)).to(tensor.dtype)

    doubled = pytree.tree_map_only(torch.Tensor, lambda t: t.double() if t.is_floating_point() else t, arguments)
    try:
        with _changed(module.parameters(), torch.Tensor.double), _changed(module.buffers(), torch.Tensor.double):
            torch.manual_seed(seed)
            exact = run_module(module, doubled, trained)
        runs = [expected]
        for _ in range(_SHAKEN_RUNS):
            with _changed(module.parameters(), shaken):
                torch.manual_seed(seed)
                runs.append(run_module(module, arguments, trained))
    except Exception:  # a model with types of its own
        return expected
    return dataclasses.replace(
        expected,
        rounding=_largest_errors([run.gradients for run in runs], exact.gradients),
        state_rounding=_largest_errors([run.state for run in runs], exact.state),
    )


@contextmanager
def _changed(tensors: Iterable[torch.Tensor], change: Callable[[torch.Tensor], torch.Tensor]) -> Iterator[None]:
    """Floating-point tensors hold other values."""
    floats = [tensor for tensor in {id(t): t for t in tensors}.values() if tensor.is_floating_point()]
    stored = [tensor.data for tensor in floats]
    try:
        for tensor in floats:
            tensor.data = change(tensor.data)
        yield
    finally:
        for tensor, data in zip(floats, stored, strict=True):
            tensor.data = data


def _largest_errors(
    runs: Sequence[Mapping[str, np.ndarray | None]], exact: Mapping[str, np.ndarray | None]
) -> dict[str, float]:
    errors: dict[str, float] = {}
    for name, right in exact.items():
        values = [value for run in runs if (value := run.get(name)) is not None]
        if right is not None and right.size and np.issubdtype(right.dtype, np.floating) and values:
            with np.errstate(invalid="ignore"):
                errors[name] = max(float(np.abs(value - right).max()) for value in values)
    return errors


def obstacle(module: torch.nn.Module) -> str | None:
    """Why the two steps cannot be run here."""
    tensors = {id(t): t for _, t in _named_state(module)}.values()
    if any(t.is_meta for t in tensors):
        return "the model is on the meta device"
    needed = 4 * sum(t.numel() * t.element_size() for t in tensors)  # two copies, with their gradients
    available = _available_bytes()
    if available is not None and needed > available:
        return f"two steps in torch need {needed >> 20} MiB, {available >> 20} are free"
    return None


def _available_bytes() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable")), None)


def run_module(module: torch.nn.Module, arguments: tuple[Any, ...], trained: set[str]) -> StepResult:
    """The step as PyTorch runs it; parameters and buffers are put back."""
    parameters = {name: p for name, p in module.named_parameters() if name in trained}
    with _kept(module):
        loss = module(*_copied(arguments))
        for parameter in parameters.values():
            parameter.grad = None
        if loss.requires_grad:
            loss.backward()  # as training does: reentrant checkpoints refuse autograd.grad
        gradients = {name: None if p.grad is None else as_array(p.grad) for name, p in parameters.items()}
        state = {name: as_array(t.detach().clone()) for name, t in _named_state(module)}
    return StepResult(as_array(loss), gradients, state)


def run_program(
    program: ExportedProgram, arguments: tuple[Any, ...], trained: set[str], first_names: Mapping[str, str]
) -> StepResult:
    """The step of a decomposed program, markers of `markers` included; tensors of several names have the first
    of `first_names`.
    """
    signature = program.graph_signature
    given = iter(pytree.tree_leaves((arguments, {})))
    placeholders: list[Any] = []
    state: dict[str, torch.Tensor] = {}
    for spec in signature.input_specs:
        name = spec.target or ""
        target = first_names.get(name, name)
        if spec.kind == InputKind.USER_INPUT:
            value = next(given)
            placeholders.append(value.detach().clone() if isinstance(value, torch.Tensor) else value)
        elif target in state:
            placeholders.append(state[target])
        else:
            source = program.state_dict.get(name, program.constants.get(name))
            placeholders.append(source.detach().clone() if isinstance(source, torch.Tensor) else source)
            if spec.kind in (InputKind.PARAMETER, InputKind.BUFFER):
                state[target] = placeholders[-1].requires_grad_(target in trained)
    leaves = {name: value for name, value in state.items() if name in trained}
    results = _Run(program.graph_module).run(*placeholders)
    loss = next(
        v for spec, v in zip(signature.output_specs, results, strict=True) if spec.kind == OutputKind.USER_OUTPUT
    )
    for spec, value in zip(signature.output_specs, results, strict=True):
        if spec.kind in (OutputKind.BUFFER_MUTATION, OutputKind.PARAMETER_MUTATION):
            state[first_names.get(spec.target or "", spec.target or "")] = value
    found: Sequence[torch.Tensor | None] = [None] * len(leaves)
    if loss.requires_grad:
        found = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True)
    gradients = {name: None if g is None else as_array(g) for name, g in zip(leaves, found, strict=True)}
    return StepResult(as_array(loss), gradients, {name: as_array(value) for name, value in state.items()})


def _first_names(module: torch.nn.Module) -> dict[str, str]:
    first: dict[int, str] = {}
    named = [*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False)]
    return {name: first.setdefault(id(tensor), name) for name, tensor in named}


class _Run(Interpreter):
    """Runs a program under autograd, with the gradients that its markers say."""

    def __init__(self, module: torch.fx.GraphModule) -> None:
        super().__init__(module, garbage_collect_values=False)
        self._cotangents: dict[Node, torch.Tensor] = {}
        self._deferred: set[Node] = set()

    def run_node(self, n: Node) -> Any:
        if n.target is COTANGENT or (
            n.target is not CUSTOM_VJP and any(i in self._deferred for i in n.all_input_nodes)
        ):
            self._deferred.add(n)  # of the backward pass
            return None
        if n.op != "call_function":
            return super().run_node(n)
        if n.target is STOP_GRADIENT:
            return self.env[n.args[0]].detach()  # pyright: ignore[reportArgumentType]
        if n.target is CUSTOM_VJP:
            return self._custom_vjp(n)
        if n.target is torch.ops.aten.view.default:  # of a value that has other strides than in the trace
            return self.env[n.args[0]].reshape(n.args[1])  # pyright: ignore[reportArgumentType]
        if n.target is torch.ops.aten.copy.default:  # which has no derivative
            target, source = (self.env[argument] for argument in n.args[:2])  # pyright: ignore[reportArgumentType]
            # What was there before gets a gradient of zeros.
            return torch.where(torch.tensor(True), source.to(target.dtype).expand(target.shape), target)
        if n.target in _DECOMPOSED:
            arguments, keywords = self.fetch_args_kwargs_from_env(n)
            return decomposition_table[n.target](*arguments, **keywords)
        if n.target is torch.ops.aten.rrelu_with_noise_functional.default:  # whose gradient reads the old noise
            arguments, keywords = self.fetch_args_kwargs_from_env(n)
            return torch.ops.aten.rrelu_with_noise.default(*arguments, **keywords), arguments[1]
        return super().run_node(n)

    def _custom_vjp(self, n: Node) -> torch.Tensor:
        value, cotangent, source, gradient = n.args
        run = self

        class Link(torch.autograd.Function):
            @staticmethod
            def forward(ctx: Any, value: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
                return value.view_as(value)

            @staticmethod
            def backward(ctx: Any, *cotangents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
                run._cotangents[cotangent] = cotangents[0]  # pyright: ignore[reportArgumentType]
                return cotangents[0], run._later(gradient, {})

        return Link.apply(self.env[value], self.env[source])  # pyright: ignore[reportArgumentType]

    def _later(self, node: Any, known: dict[Node, Any]) -> Any:
        """The value of a node of the backward pass, with the cotangents that are there by now."""
        if node not in self._deferred:
            return self.env[node]
        if node.target is COTANGENT:
            like = self.env[node.args[0]]
            return self._cotangents.get(node, torch.zeros_like(like))
        if node not in known:
            arguments, keywords = pytree.tree_map(
                lambda v: self._later(v, known) if isinstance(v, Node) else v, (tuple(node.args), dict(node.kwargs))
            )
            known[node] = node.target(*arguments, **keywords)
        return known[node]


# The module's own step.


@contextmanager
def _kept(module: torch.nn.Module) -> Iterator[None]:
    """Parameters and buffers come back as they were, in value and identity, and so do the gradients."""
    gradients = [(parameter, parameter.grad) for parameter in module.parameters()]
    entries: list[tuple[dict[str, Any], str, Any]] = []
    for each in module.modules():
        for table in (own_parameters(each), own_buffers(each)):
            entries += [(table, name, tensor) for name, tensor in table.items()]
    values = {id(t): t.detach().clone() for _, _, t in entries if isinstance(t, torch.Tensor)}
    try:
        yield
    finally:
        for parameter, gradient in gradients:
            parameter.grad = gradient
        with torch.no_grad():
            for table, name, tensor in entries:
                table[name] = tensor
                if isinstance(tensor, torch.Tensor) and not _is_same(tensor, values[id(tensor)]):
                    tensor.copy_(values[id(tensor)])


def _is_same(a: torch.Tensor, b: torch.Tensor) -> bool:
    return bool(torch.equal(a, b)) or bool(torch.allclose(a, b, rtol=0, atol=0, equal_nan=True))


def _copied(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return pytree.tree_map(lambda v: v.detach().clone() if isinstance(v, torch.Tensor) else v, arguments)


def _named_state(module: torch.nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    yield from module.named_parameters()
    yield from module.named_buffers()


# What counts as a difference.


def _tolerance(program: ExportedProgram) -> float:
    types = {
        value.dtype
        for node in program.graph.nodes
        for value in pytree.tree_leaves(node.meta.get("val"))
        if isinstance(value, torch.Tensor) and value.is_floating_point()
    }
    return max((TOLERANCE.get(type, _NARROW) for type in types), default=_NARROW)


_LOST = (
    "Something in forward or the loss was lost when torch.export traced it: write it in another way, "
    'or look at it with verify="off"'
)

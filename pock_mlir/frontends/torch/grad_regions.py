"""Regions without gradients in exported programs, made explicit before the program is decomposed.

torch.export keeps what ran under `torch.no_grad()` as a region of its own, which its decompositions dissolve: the
program would then be differentiated where the user's is not. Here each region is inlined, and what leaves it passes
`pock.stop_gradient`.

What such a region changes in place, and what is changed through a detached alias (`.data`), keeps its gradient: the
value is another, the cotangent goes to what was there before (`pock.custom_vjp`). That is how autograd sees it, for
parameters and for tensors inside the model alike.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Sequence
from typing import Any

import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind
from torch.fx import Graph, GraphModule, Node

from pock_mlir.compat.torch import schema_of
from pock_mlir.errors import CompileError
from pock_mlir.frontends.torch.markers import COTANGENT, CUSTOM_VJP, STOP_GRADIENT, new_id
from pock_mlir.frontends.torch.user_code import node_place

_REGION = torch.ops.higher_order.wrap_with_set_grad_enabled
_DETACH = torch.ops.aten.detach.default
# In-place ops whose functional form has another name.
_FUNCTIONAL = {"normal_": "normal_functional"}


def explicit_gradients(program: ExportedProgram) -> None:
    """Inlines the regions of a program that is not yet decomposed. Raises CompileError for a hook that comes late."""
    without_gradient = {
        spec.arg.name
        for spec in program.graph_signature.input_specs
        if spec.kind != InputKind.PARAMETER and hasattr(spec.arg, "name")
    }
    for module in list(program.graph_module.modules()):
        if isinstance(module, GraphModule):
            detached = _inline_regions(module)
            _rewrite_hidden_changes(module.graph, detached, without_gradient)
            _check_hooks(module.graph)
            module.graph.lint()
            module.recompile()


# Regions.


def _inline_regions(module: GraphModule) -> set[Node]:
    """Dissolves the regions of one graph; returns the nodes that ran without gradients."""
    detached: set[Node] = set()
    for node in list(module.graph.nodes):
        if node.op == "call_function" and node.target is _REGION:
            enabled, body, *arguments = node.args
            with module.graph.inserting_before(node):
                outputs = _inline(module, _body(module, body), arguments, bool(enabled), detached)
            _replace_results(node, outputs)
    return detached


def _body(module: GraphModule, reference: Any) -> GraphModule:
    body = module.get_submodule(str(reference.target))
    assert isinstance(body, GraphModule)
    return body


def _inline(
    module: GraphModule, body: GraphModule, arguments: Sequence[Any], enabled: bool, detached: set[Node]
) -> list[Any]:
    """Copies a region's nodes before the current insertion point of the module's graph; returns its results."""
    graph = module.graph
    values: dict[Any, Any] = {}
    placeholders = iter(arguments)
    for node in body.graph.nodes:
        if node.op == "placeholder":
            values[node] = next(placeholders)
        elif node.op == "output":
            return [_leave(graph, values.get(r, r), detached) for r in node.args[0]]
        elif node.op == "call_function" and node.target is _REGION:
            inner_enabled, inner, *rest = node.args
            given = [_leave(graph, values.get(a, a), detached) if inner_enabled else values.get(a, a) for a in rest]
            values[node] = _inline(module, _body(body, inner), given, bool(inner_enabled), detached)
        elif node.target is operator.getitem and isinstance(values.get(node.args[0]), list):
            values[node] = values[node.args[0]][node.args[1]]  # a result of an inner region
        elif node.op == "get_attr":
            values[node] = node if all(user.target is _REGION for user in node.users) else _adopt(module, body, node)
        else:
            copy = graph.node_copy(node, lambda n: values[n])
            values[node] = copy
            if not enabled:
                detached.add(copy)
    raise AssertionError("a region without an output")


def _adopt(module: GraphModule, body: GraphModule, reference: Node) -> Node:
    """A reference from the module's graph to what the region's refers to: the body of a region of another kind."""
    part = body.get_submodule(str(reference.target))
    names = (f"region_{number}" for number in itertools.count())
    name = next(name for name in names if not hasattr(module, name))
    module.add_submodule(name, part)
    node = module.graph.get_attr(name)
    node.meta = dict(reference.meta)
    return node


def _leave(graph: Graph, value: Any, detached: set[Node]) -> Any:
    """What a value that was computed without gradients is outside."""
    if not isinstance(value, Node) or value not in detached or not _is_float(value):
        return value
    if _chain(value)[-1] in detached:
        return _add(graph, STOP_GRADIENT, (value,), value)
    # Of something outside: what it is after a change in place, or a detached alias.
    return value if _is_in_place(value) else _add(graph, _DETACH, (value,), value)


def _replace_results(node: Node, outputs: Sequence[Any]) -> None:
    for user in list(node.users):
        index: Any = user.args[1]
        user.replace_all_uses_with(outputs[index])
        user.graph.erase_node(user)
    node.graph.erase_node(node)


# Changes in place that autograd does not see.


def _rewrite_hidden_changes(graph: Graph, detached: set[Node], without_gradient: set[str]) -> None:
    for node in list(graph.nodes):
        if not _is_in_place(node):
            continue
        target = node.args[0]
        chain = _chain(target)
        base = chain[-1]
        hidden = node in detached or any(link.target is _DETACH for link in chain)
        if not hidden or base in detached or not _is_float(target) or _is_marker(node.args[1:]):
            continue
        if base.op == "placeholder" and base.name in without_gradient:
            _stop_gradients(graph, node)
        else:
            _rewrite_change(graph, node, chain)


def _stop_gradients(graph: Graph, node: Node) -> None:
    """A buffer has no gradient of its own; it gets none from what it is changed by."""
    target, *values = node.args
    with graph.inserting_before(node):
        stopped = [_add(graph, STOP_GRADIENT, (v,), v) if isinstance(v, Node) and _is_float(v) else v for v in values]
    node.args = (target, *stopped)


def _rewrite_change(graph: Graph, node: Node, chain: Sequence[Node]) -> None:
    """op_(target, ...) as target.copy_(op(target, ...)), where the gradient of the copy goes to what was there."""
    target = chain[0]
    with graph.inserting_before(node):
        alias: Node = chain[-1]
        for link in reversed(chain[:-1]):
            if link.target is not _DETACH and not _is_in_place(link):
                alias = _add(graph, link.target, (alias, *link.args[1:]), link, link.kwargs)
        value = _add(graph, _functional(node), node.args, node, node.kwargs)
        value = _add(graph, STOP_GRADIENT, (value,), node)
        cotangent = _add(graph, COTANGENT, (value, new_id()), node)
        changed = _add(graph, CUSTOM_VJP, (value, cotangent, alias, cotangent), node)
        _add(graph, torch.ops.aten.copy_.default, (alias, changed), node)
    node.replace_all_uses_with(target)
    graph.erase_node(node)


def _functional(node: Node) -> Any:
    op: Any = node.target
    name: str = schema_of(op).name.removeprefix("aten::")
    packet: Any = getattr(torch.ops.aten, _FUNCTIONAL.get(name) or name.removesuffix("_"), None)
    overload = schema_of(op).overload_name or "default"
    if packet is None or not hasattr(packet, overload):
        raise CompileError(f"aten.{name} changes a tensor in place under no_grad, which is not traced{_place(node)}")
    return getattr(packet, overload)


def _check_hooks(graph: Graph) -> None:
    """A hook acts on all uses of a tensor; those before its registration are out of reach."""
    position = {node: i for i, node in enumerate(graph.nodes)}
    for node in graph.nodes:
        if node.target is not torch.ops.aten.copy_.default or not _is_marker(node.args[1:2]):
            continue
        tensor, marker = node.args[:2]
        value = marker.args[0]
        if marker.args[2] is not tensor or value.target is not STOP_GRADIENT or value.args[0] is not tensor:
            continue  # a change in place, of ours
        own = _own_nodes(marker)
        early = [user for user in tensor.users if position[user] < position[node] and user not in own]
        if any(user.target not in (_DETACH, STOP_GRADIENT, COTANGENT) for user in early):
            raise CompileError(
                f"a hook is registered on a tensor that was used before{_place(node)}: register it right after "
                "the tensor is computed"
            )


def _own_nodes(marker: Node) -> set[Node]:
    """What computes a hooked gradient from its cotangent."""
    own, pending = {marker}, [marker.args[3]]
    while pending:
        node = pending.pop()
        if isinstance(node, Node) and node not in own:
            own.add(node)
            pending += node.all_input_nodes
    return own


# Nodes.


def _add(graph: Graph, target: Any, arguments: Any, like: Node, keywords: Any = None) -> Node:
    node = graph.call_function(target, tuple(arguments), dict(keywords or {}))
    node.meta = dict(like.meta)
    return node


def _schema(node: Any) -> Any:
    return schema_of(node.target) if isinstance(node, Node) and node.op == "call_function" else None


def _is_in_place(node: Any) -> bool:
    """Whether a node changes its first argument and returns it."""
    schema = _schema(node)
    return (
        schema is not None
        and schema.name.endswith("_")
        and bool(schema.arguments)
        and schema.arguments[0].is_write
        and len(schema.returns) == 1
    )


def _is_view(node: Any) -> bool:
    schema = _schema(node)
    if schema is None or len(schema.returns) != 1 or not schema.arguments:
        return False
    alias = schema.returns[0].alias_info
    return alias is not None and not alias.is_write and isinstance(node.args[0], Node)


def _chain(node: Node) -> list[Node]:
    """A tensor, what it is a view of, ... up to the tensor that has the storage."""
    chain: list[Any] = [node]
    while _is_view(chain[-1]) or _is_in_place(chain[-1]):
        chain.append(chain[-1].args[0])
    return chain


def _is_marker(arguments: Sequence[Any]) -> bool:
    return bool(arguments) and isinstance(arguments[0], Node) and arguments[0].target is CUSTOM_VJP


def _is_float(node: Node) -> bool:
    value = node.meta.get("val")
    return isinstance(value, torch.Tensor) and value.is_floating_point()


def _place(node: Node) -> str:
    path, file, line = node_place(node)
    parts = [f"in module '{path}'"] * bool(path) + [f"at {file}:{line}"] * (file is not None)
    return f" ({' '.join(parts)})" if parts else ""

"""Imports traced programs into one module of the torch dialect, with parameters as pock symbols and the user's modules
as locations.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import OutputKind, OutputSpec
from torch_mlir import ir
from torch_mlir.extras.fx_importer import ContextCache, FxImporter, FxImporterHooks, GraphNodeImporter, InputInfo

from pock_mlir.compat.torch_mlir import set_location_cache, tensor_type
from pock_mlir.contract import CONSTANT, ELEMENTS, LOSS, MODEL, PARAMETER, Owner, name_of, owner_of, symbol_of
from pock_mlir.dialects import load_dialects, state
from pock_mlir.dialects.parameter_view import parameter_view
from pock_mlir.dialects.torch_types import SIGNED, UNSIGNED, complex_part, stored_tensor
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import reshape
from pock_mlir.errors import CompileError
from pock_mlir.frontends.owners import described, path_of
from pock_mlir.frontends.torch.export import TracedModel
from pock_mlir.frontends.torch.named_state import named_state, parts
from pock_mlir.frontends.torch.shared_storage import View, shared_views
from pock_mlir.frontends.torch.user_code import node_place
from pock_mlir.passes.analyses.functions import find_function, operations_of


class ParameterTable:
    """The parameters and buffers of a model and its loss by symbol, with the further symbols of tied ones.

    `views` are those that have no memory of their own: see `share_memory`.

    What both have is the model's. Raises CompileError for a parameter of the loss that is a buffer of the model.
    """

    def __init__(self, model: torch.nn.Module, loss: object = None) -> None:
        self.tensors: dict[str, torch.Tensor] = {}
        self.kinds: dict[str, str] = {}
        self.aliases: dict[str, list[str]] = {}
        self.canonical: dict[str, str] = {}
        self.views: dict[str, View] = {}
        self._parts = model, loss
        persistent = {
            symbol_of(name, owner) for owner, part in parts(model, loss) for name in part.state_dict(keep_vars=True)
        }
        first: dict[int, str] = {}
        for kind, symbol, tensor in named_state(model, loss, every_name=True):
            owner = first.setdefault(id(tensor), symbol)
            self.canonical[symbol] = owner
            if owner == symbol:
                self._add(kind if symbol in persistent else CONSTANT, symbol, tensor)
            elif kind == PARAMETER and self.kinds[owner] != PARAMETER:
                raise CompileError(
                    f"the parameter {described(symbol)} is the buffer {described(owner)}: make it a parameter of "
                    "the model, or give the loss a copy"
                )
            else:
                self.aliases[owner].append(symbol)

    def _add(self, kind: str, symbol: str, tensor: torch.Tensor) -> None:
        # Complex numbers, which no bundle holds, are constants in pairs of real ones; in a loss that is no more than
        # their being left out of its state dictionary.
        if tensor.is_complex() and (kind == CONSTANT or (owner_of(symbol) == LOSS and not tensor.requires_grad)):
            kind, tensor = CONSTANT, _pairs(tensor)
        self.kinds[symbol], self.tensors[symbol], self.aliases[symbol] = kind, tensor, []

    def names_of(self, owner: Owner) -> dict[str, list[str]]:
        """The own parameters of the model or of the loss, by first name, with their further names."""
        return {
            name_of(symbol): self.names_in(owner, symbol)[1:]
            for symbol, kind in self.kinds.items()
            if kind == PARAMETER and owner_of(symbol) == owner
        }

    def names_in(self, owner: Owner, symbol: str) -> list[str]:
        """What a tensor is called in the model or in the loss."""
        return [name_of(each) for each in (symbol, *self.aliases[symbol]) if owner_of(each) == owner]

    def share_memory(self, trained: Collection[str]) -> None:
        """Makes views of those that lie in the memory of another one, where one of them is trained (symbols): raises
        CompileError as `shared_views` does, and for views that are both the model's and the loss's.
        """
        self.views = shared_views(*self._parts, trained)
        for symbol, view in self.views.items():
            if len({owner_of(each) for each in (symbol, *self.aliases[symbol])}) > 1:
                raise CompileError(
                    f"{described(symbol)} is a view of the memory of {described(view.of)}, and the loss has it too, "
                    "which is not supported; give the loss a submodule or parameter with memory of its own"
                )


def _pairs(tensor: torch.Tensor) -> torch.Tensor:
    return torch.view_as_real(tensor.resolve_conj())


def import_traced(traced: TracedModel, parameters: ParameterTable) -> ir.Module:
    """A module with a function for each of the programs, and a `pock.parameter` for everything in the table,
    used or not.
    """
    context = ir.Context()
    load_dialects(context)
    with context, ir.Location.unknown():
        module = ir.Module.create()
        with ir.InsertionPoint(module.body):
            for symbol, tensor in parameters.tensors.items():
                if symbol not in parameters.views:
                    _declare(symbol, tensor, parameters)
            for symbol, view in parameters.views.items():
                _declare_view(symbol, view, parameters)
        for name, program in traced.programs.items():
            _check_numbers(program)
            importer = FxImporter(module=module, hooks=_Hooks(parameters))
            set_location_cache(importer, lambda tracker: _ModuleLocations(context, tracker))
            try:
                with _changes_as_results(program) as changed:
                    importer.import_program(program, func_name=name)
            except NotImplementedError as error:
                raise CompileError(f"the model cannot be imported: {str(error).splitlines()[0]}") from error
            symbols = [parameters.canonical[target] for target in changed]
            _refuse_shared_changes(symbols, parameters)
            _assign_results(find_function(module.operation, name), symbols)
    return module


def _check_numbers(program: ExportedProgram) -> None:
    """Raises CompileError where an op takes a complex number, which the importer cannot write."""
    for node in program.graph.nodes:
        if any(isinstance(argument, complex) for argument in (*node.args, *node.kwargs.values())):
            path, file, line = node_place(node)
            raise CompileError(
                f"a complex number as in torch.add(x, y, alpha=1j) is not supported (in module '{path}' at "
                f"{file}:{line}); multiply by it, or make a tensor of its parts by torch.complex"
            )


@contextmanager
def _changes_as_results(program: ExportedProgram) -> Iterator[list[str]]:
    """For a while, the new values of parameters and buffers that a program changes are further results, after those of
    the user; yields what they belong to.
    """
    signature, specs = program.graph_signature, program.graph_signature.output_specs
    results = [spec for spec in specs if spec.kind == OutputKind.USER_OUTPUT]
    changes = [s for s in specs if s.kind in (OutputKind.BUFFER_MUTATION, OutputKind.PARAMETER_MUTATION)]
    signature.output_specs = [*results, *(OutputSpec(OutputKind.USER_OUTPUT, spec.arg, None) for spec in changes)]
    try:
        yield [spec.target or "" for spec in changes]
    finally:
        signature.output_specs = specs


def _assign_results(function: ir.Operation, symbols: Sequence[str]) -> None:
    """The last results become what is assigned to these parameters and buffers, at the end: after all reads."""
    if not symbols:
        return
    terminator = operations_of(function)[-1].operation
    values = list(terminator.operands)
    kept, new = values[: -len(symbols)], values[-len(symbols) :]
    with function.context, terminator.location, ir.InsertionPoint(terminator):
        for symbol, value in zip(symbols, new, strict=True):
            tensor = stored_tensor(value.type)
            converted = ir.Operation.create("torch_c.to_builtin_tensor", [tensor], [value]).results[0]
            with ir.Location.name(path_of(symbol)):
                state.assign(symbol, converted)
        ir.Operation.create("func.return", [], kept)
    terminator.erase()
    type = ir.FunctionType(ir.TypeAttr(function.attributes["function_type"]).value)
    kept_type = ir.FunctionType.get(type.inputs, [v.type for v in kept], context=function.context)
    function.attributes["function_type"] = ir.TypeAttr.get(kept_type)


def _refuse_shared_changes(changed: Sequence[str], parameters: ParameterTable) -> None:
    """Raises CompileError where forward changes what lies in one memory with others: a trace does not know of them."""
    for symbol in changed:
        root = parameters.views[symbol].of if symbol in parameters.views else symbol
        sharing = {root, *(other for other, view in parameters.views.items() if view.of == root)} - {symbol}
        if sharing:
            raise CompileError(
                f"forward changes {described(symbol)}, which lies in one memory with {described(min(sharing))}: the "
                "trace does not show that both change; tie them as one parameter, with the view or transpose in forward"
            )


def _declare_view(symbol: str, view: View, parameters: ParameterTable) -> None:
    with ir.Location.name(path_of(symbol)):
        op = parameter_view(
            symbol,
            view.of,
            shape=list(view.shape),
            order=list(view.order),
            axes=list(view.axes),
            kind=parameters.kinds[symbol],
        )
    _name(op, symbol, parameters)


def _name(op: ir.OpView, symbol: str, parameters: ParameterTable) -> None:
    """The user's names, and whose they are."""
    attributes, own = op.operation.attributes, owner_of(symbol)
    attributes["framework_name"] = ir.StringAttr.get(name_of(symbol))
    if own == LOSS:
        attributes["owner"] = ir.StringAttr.get(LOSS)
    for attribute, names in (
        ("aliases", parameters.names_in(own, symbol)[1:]),
        ("loss_names", parameters.names_in(LOSS, symbol) if own == MODEL else []),
    ):
        if names:
            attributes[attribute] = ir.ArrayAttr.get([ir.StringAttr.get(name) for name in names])


def _declare(symbol: str, tensor: torch.Tensor, parameters: ParameterTable) -> None:
    element, kind = _ELEMENTS.get(tensor.dtype), parameters.kinds[symbol]
    if tensor.is_complex():
        raise CompileError(
            f"{kind} {described(symbol)} is of complex numbers, which are not supported; keep their parts as "
            "[..., 2] and use torch.view_as_complex, or make it a buffer with persistent=False"
        )
    may_train = kind == PARAMETER and (owner_of(symbol) == MODEL or tensor.requires_grad)
    if element is None or (may_train and tensor.dtype not in _TRAINABLE):
        raise CompileError(
            f"{kind} {described(symbol)} has dtype {tensor.dtype}, which is not supported; "
            f"convert it, for example by {owner_of(symbol)}.float()"
        )
    type = ir.RankedTensorType.get(list(tensor.shape), ir.Type.parse(element))
    with ir.Location.name(path_of(symbol)):
        op = state.parameter(symbol, type, kind=kind)
    _name(op, symbol, parameters)
    if tensor.dtype == torch.uint8:
        op.operation.attributes[UNSIGNED] = ir.UnitAttr.get()
    if tensor.dtype == torch.bfloat16:  # of which numpy has no arrays
        op.operation.attributes["framework_element"] = ir.TypeAttr.get(ir.F32Type.get())


_ELEMENTS = {getattr(torch, dtype): element for dtype, element in ELEMENTS.items()}
_TRAINABLE = (torch.float32, torch.float64)


class _Hooks(FxImporterHooks):
    """Parameters and buffers become reads of their symbols instead of constants in the program."""

    def __init__(self, parameters: ParameterTable) -> None:
        self._parameters = parameters

    def resolve_input(self, gni: GraphNodeImporter, value: Any, info: InputInfo) -> ir.Value:
        symbol = self._parameters.canonical[info.input_spec.target or ""]
        part = complex_part(info.ir_type)
        if symbol in self._parameters.views:
            with ir.Location.name(path_of(symbol)):
                return _from_builtin(self._read_view(symbol), info.ir_type)
        with ir.Location.name(path_of(symbol)):
            if part is None:
                return _from_builtin(state.read(symbol, stored_tensor(info.ir_type)), info.ir_type)
            pairs = ir.RankedTensorType.get([*part.shape, 2], part.element_type)
            return _as_complex(
                _from_builtin(state.read(symbol, pairs), tensor_type(pairs.shape, str(pairs.element_type)))
            )

    def _read_view(self, symbol: str) -> ir.Value:
        """The value of a parameter in another one's memory."""
        view = self._parameters.views[symbol]
        tensor = self._parameters.tensors[view.of]
        type = ir.RankedTensorType.get(list(tensor.shape), ir.Type.parse(_ELEMENTS[tensor.dtype]))
        memory = transpose(state.read(view.of, type, symbol), view.order)
        sizes = [view.shape[view.axes.index(d)] for d in range(len(view.shape))]
        return transpose(reshape(memory, sizes), view.axes)

    def resolve_literal(self, gni: GraphNodeImporter, literal: Any, info: InputInfo | None) -> ir.Value | None:
        """Tensor constants as plain attributes (the default, resources, cannot be looked into)."""
        if not isinstance(literal, torch.Tensor):
            return None
        if literal.is_complex():
            return _as_complex(self.resolve_literal(gni, _pairs(literal), None))
        element = _ELEMENTS.get(literal.dtype)
        if element is None:
            raise CompileError(f"a tensor constant has dtype {literal.dtype}, which is not supported; convert it")
        constant = _constant(literal, ir.Type.parse(element))
        spelled = "ui8" if literal.dtype == torch.uint8 else SIGNED.get(element, element)
        return _from_builtin(constant, tensor_type(literal.shape, spelled))


def _constant(literal: torch.Tensor, element: ir.Type) -> ir.Value:
    values = literal.detach().cpu()
    type = ir.RankedTensorType.get(list(literal.shape), element)
    if isinstance(element, (ir.F16Type, ir.BF16Type)):  # whose arrays MLIR's bindings do not read
        return ir.Operation.create("arith.truncf", [type], [_constant(values.float(), ir.F32Type.get())]).results[0]
    # numpy's contiguous copies have at least one dimension.
    array = np.ascontiguousarray(values.numpy()).reshape(literal.shape)
    attribute = ir.DenseElementsAttr.get(array.view(np.int8) if array.dtype == np.uint8 else array, type=type)
    return ir.Operation.create("arith.constant", [type], [], {"value": attribute}).results[0]


def _from_builtin(value: ir.Value, type: ir.Type) -> ir.Value:
    return ir.Operation.create("torch_c.from_builtin_tensor", [type], [value]).results[0]


def _as_complex(pairs: ir.Value | None) -> ir.Value:
    """The complex numbers that pairs of real ones [..., 2] stand for."""
    assert pairs is not None
    type = stored_tensor(pairs.type)
    assert type is not None
    numbers = tensor_type(type.shape[:-1], str(type.element_type), is_complex=True)
    return ir.Operation.create("torch.aten.view_as_complex", [numbers], [pairs]).results[0]


class _ModuleLocations(ContextCache):
    """Locations that name the module of the user's model and the line in its code:
    loc("encoder.layer.0"("model.py":12:0)).
    """

    def __init__(self, context: ir.Context, tracker: Any) -> None:
        super().__init__(context, py_attr_tracker=tracker)
        self._context = context

    def get_node_location(self, node: torch.fx.Node) -> ir.Location | None:
        if not node.meta.get("stack_trace") and not node.meta.get("nn_module_stack"):
            return None
        path, file, line = node_place(node)
        location = (
            ir.Location.unknown(self._context)
            if file is None or line is None
            else ir.Location.file(file, line, 0, context=self._context)
        )
        return location if not path else ir.Location.name(path, location, context=self._context)

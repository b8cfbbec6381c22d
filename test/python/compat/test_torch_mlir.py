"""That the private names of torch-mlir and of MLIR's bindings still do what compat/torch_mlir.py says."""

from __future__ import annotations

import sys

import pytest
import torch
from support.canaries import canary, without_canary
from torch_mlir import ir
from torch_mlir.dialects.ext import partition_fields
from torch_mlir.extras.fx_importer import ContextCache, FxImporter
from torch_mlir.passmanager import PassManager

from pock_mlir.compat import torch_mlir as compat
from pock_mlir.compat.torch_mlir import TensorType
from pock_mlir.dialects import load_dialects
from pock_mlir.dialects.conv2d import Conv2dOp
from pock_mlir.dialects.traits import Pure


@canary(compat, "register_dialect", api="torch_mlir._mlir_libs._torchMlir.register_dialect")
def test_register_dialect() -> None:
    with ir.Context() as context:
        with pytest.raises(ir.MLIRError):
            ir.Type.parse("!torch.int")
        compat.register_dialect(context)
        assert str(ir.Type.parse("!torch.int")) == "!torch.int"


class Searches:
    """The modules that are looked for while it is first in sys.meta_path."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        self.names.append(name)


@canary(compat, "without_op_classes", api="the search for torch_mlir.dialects.<name>")
def test_without_op_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    searches, name = Searches(), "torch_mlir.dialects.canary"
    monkeypatch.setattr(sys, "meta_path", [searches, *sys.meta_path])
    try:
        for _ in range(2):
            with ir.Context() as context, ir.Location.unknown():
                context.allow_unregistered_dialects = True
                _ = ir.Operation.create("canary.op").opview
            assert (name in searches.names) == (name not in sys.modules)
            searches.names.clear()
            compat.without_op_classes("canary")
    finally:
        sys.modules.pop(name, None)


@canary(compat, "fields_of", "declared_traits", api="OpView._fields, ._traits of a dialect in Python")
def test_fields_and_traits() -> None:
    operands, attributes, results, regions = partition_fields(compat.fields_of(Conv2dOp))
    assert [[field.name for field in fields] for fields in (operands, results, regions)] == [
        ["image", "weight"],
        ["result"],
        [],
    ]
    assert {field.name: field.constraint for field in attributes}["groups"] is ir.IntegerAttr
    assert Pure in compat.declared_traits(Conv2dOp)


@canary(compat, "set_location_cache", api="FxImporter._cc, ._py_attr_tracker")
def test_set_location_cache() -> None:
    class Here(ContextCache):
        def get_node_location(self, node: torch.fx.Node) -> ir.Location:
            return ir.Location.name("here", context=self.context)

        context: ir.Context

    def make(tracker: object) -> Here:
        cache = Here(context, py_attr_tracker=tracker)  # pyright: ignore[reportArgumentType]
        cache.context = context
        return cache

    program = torch.export.export(torch.nn.Softplus(), (torch.zeros(2),))
    context = ir.Context()
    load_dialects(context)
    with context, ir.Location.unknown():
        importer = FxImporter(module=ir.Module.create())
        compat.set_location_cache(importer, make)
        importer.import_program(program, func_name="f")
        (op,) = (
            o for o in importer.module.body.operations[0].body.blocks[0] if o.operation.name == "torch.aten.softplus"
        )
        assert str(op.location) == 'loc("here")'


TYPES = {
    "!torch.vtensor<[2,3],f32>": TensorType((2, 3), "f32"),
    "!torch.vtensor<[],si64>": TensorType((), "si64"),
    "!torch.vtensor<[0],ui8>": TensorType((0,), "ui8"),
    "!torch.tensor<[1],i1>": TensorType((1,), "i1"),
    "!torch.vtensor<[?,3],bf16>": TensorType((None, 3), "bf16"),
    "!torch.vtensor<[4],complex<f64>>": TensorType((4,), "f64", is_complex=True),
    "!torch.vtensor<*,f32>": None,
    "!torch.vtensor<[2],unk>": TensorType((2,), "unk"),
    "!torch.int": None,
    "tensor<2xf32>": None,
}


@canary(compat, "TensorType", "tensor_type", api="the text of !torch.vtensor")
def test_tensor_types() -> None:
    context = ir.Context()
    load_dialects(context)
    with context:
        for text, tensor in TYPES.items():
            type = ir.Type.parse(text)
            assert TensorType.of(type) == tensor, text
            if tensor is not None and None not in tensor.shape and "vtensor" in text:
                shape = [size for size in tensor.shape if size is not None]
                assert compat.tensor_type(shape, tensor.element, is_complex=tensor.is_complex) == type
        assert [name for name in dir(compat.ir) if "ValueTensor" in name] == [], "the bindings have classes by now"


def error_of(text: str) -> compat.PassParseError:
    with ir.Context(), pytest.raises(ValueError) as raised:
        PassManager("builtin.module").add(text)
    return compat.parse_error(raised.value)


@canary(compat, "PassParseError", "parse_error", api="the text of a ValueError of PassManager.add")
def test_parse_error() -> None:
    unknown, anchored = error_of("cse,no-such-pass"), error_of("convert-torch-to-tmtensor")
    assert (unknown.column, unknown.is_unknown, unknown.anchor) == (5, True, None)
    assert unknown.message.startswith("'no-such-pass' does not refer")
    assert (anchored.is_unknown, anchored.anchor) == (False, "func.func")
    option = error_of("canonicalize{no-such-option=1}")
    assert not option.is_unknown and option.anchor is None and "no-such-option" in option.message


def test_each_name_has_a_canary() -> None:
    assert without_canary(compat) == []

"""That the private names of IREE's compiler still do what compat/iree_compiler.py says."""

from __future__ import annotations

import pytest
from iree.compiler import ir
from iree.compiler.api import Session
from support.canaries import canary, without_canary

from pock_mlir.compat import iree_compiler as compat

PROGRAM = """
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = arith.addf %x, %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
"""
DEVICE = (
    '#hal.device.target<"local", [#hal.executable.target<"llvm-cpu", "embedded-elf-x86_64", '
    '{cpu = "znver4", cpu_features = "+avx", nested = {a = "}>]>"}}>]> : !hal.device'
)


@canary(
    compat,
    *("compile_from_phase", "compile_to_phase"),
    api="iree.compiler.api.ctypes_dl._dylib, Invocation._inv_p, ireeCompilerInvocationSetCompile...Phase",
)
def test_phases() -> None:
    session = Session()
    session.set_flags("--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu")
    with session.context, ir.Location.unknown():
        module = ir.Module.parse(PROGRAM).operation
    seen = []
    for first, last in ((None, "flow"), ("flow", "stream")):
        invocation = session.invocation()
        invocation.import_module(module)
        if first is not None:
            compat.compile_from_phase(invocation, first)
        compat.compile_to_phase(invocation, last)
        assert invocation.execute()
        module = invocation.export_module()
        seen.append({dialect for dialect in ("flow", "stream", "vm") if f"{dialect}.executable " in str(module)})
    assert seen == [{"flow"}, {"stream"}]


CHAIN = """
!t = tensor<64x64xf32>
func.func @f(%x: !t) -> !t {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : !t
  %init = linalg.fill ins(%zero : f32) outs(%empty : !t) -> !t
  %0 = linalg.matmul ins(%x, %x : !t, !t) outs(%init : !t) -> !t
  %1 = linalg.matmul ins(%0, %x : !t, !t) outs(%init : !t) -> !t
  %2 = linalg.matmul ins(%1, %0 : !t, !t) outs(%init : !t) -> !t
  return %2 : !t
}
"""


@canary(compat, "SCHEDULE_COMMANDS", "PLACE_COMMANDS", api="the passes of IREE's stream phase")
def test_the_stream_phase_in_two() -> None:
    """The two pipelines are the whole phase, and between them stands every slice."""
    session = Session()
    session.set_flags("--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu")
    with session.context, ir.Location.unknown():
        module = ir.Module.parse(CHAIN).operation
    invocation = session.invocation()
    invocation.import_module(module)
    compat.compile_to_phase(invocation, "flow")
    assert invocation.execute()
    flow = invocation.export_module()
    whole, halves = session.invocation(), flow.clone().operation
    whole.import_module(flow)
    compat.compile_from_phase(whole, "flow")
    compat.compile_to_phase(whole, "stream")
    assert whole.execute()
    for pipeline, is_packed in ((compat.SCHEDULE_COMMANDS, False), (compat.PLACE_COMMANDS, True)):
        half = session.invocation()
        half.import_module(halves)
        assert half.execute_text_pass_pipeline(pipeline)
        halves = half.export_module()
        assert ("stream.resource.pack" in str(halves)) != is_packed
    assert str(halves) == str(whole.export_module())


@canary(compat, "executable_options", "with_executable_options", api="the text of #hal.device.target")
def test_executable_options() -> None:
    context = Session().context
    with context:
        device = ir.Attribute.parse(DEVICE)
        options = compat.executable_options(device)
        assert options is not None and [named.name for named in options] == ["cpu", "cpu_features", "nested"]
        assert ir.StringAttr(options["cpu"]).value == "znver4"
        other = ir.DictAttr.get({"cpu": ir.StringAttr.get("generic")})
        changed = compat.with_executable_options(device, other)
        assert compat.executable_options(changed) == other and changed.typeid == device.typeid
        assert compat.with_executable_options(changed, options) == device
        assert compat.executable_options(ir.StringAttr.get("device")) is None
        with pytest.raises(ValueError, match="no device"):
            compat.with_executable_options(ir.StringAttr.get("device"), other)
        assert not hasattr(device, "executable_targets"), "the bindings have a class by now"


@canary(compat, "resource_lifetime", api="the text of !stream.resource")
def test_resource_lifetime() -> None:
    with Session().context:
        for lifetime in ("variable", "constant", "transient", "external"):
            assert compat.resource_lifetime(ir.Type.parse(f"!stream.resource<{lifetime}>")) == lifetime
        assert compat.resource_lifetime(ir.Type.parse("!stream.timepoint")) is None
        assert compat.resource_lifetime(ir.IndexType.get()) is None


@canary(compat, "binding_access", api="the text of !iree_tensor_ext.dispatch.tensor")
def test_binding_access() -> None:
    with Session().context as context:
        context.dialects["iree_tensor_ext"]
        for access in ("readonly", "writeonly", "readwrite"):
            type = ir.Type.parse(f"!iree_tensor_ext.dispatch.tensor<{access}:tensor<2x3xf32>>")
            found = compat.binding_access(type)
            assert found is not None
            assert (found[0], str(found[1])) == (access, "tensor<2x3xf32>")
        assert compat.binding_access(ir.IndexType.get()) is None


def test_each_name_has_a_canary() -> None:
    assert without_canary(compat) == []

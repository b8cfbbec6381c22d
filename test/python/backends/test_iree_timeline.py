"""What a function holds, read from the places in IREE's stream phase, against what is placed there by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from iree.compiler import ir
from iree.compiler.api import Session

from pock_mlir.backends.iree.compiler.timeline import timeline_of
from pock_mlir.bundle import Timeline
from pock_mlir.errors import CompileError

CONSTANTS = (0, 4, 32, 64, 128, 192, 256)


def executable(name: str, *spans: tuple[int, str, str, str]) -> str:
    """One whose function binds two resources and takes a number: spans are binding, offset, access and tensor."""
    lines = [
        f"%{index} = stream.binding.subspan %b{binding}[{offset}] : !stream.binding"
        f" -> !iree_tensor_ext.dispatch.tensor<{access}:tensor<{tensor}>>"
        for index, (binding, offset, access, tensor) in enumerate(spans)
    ]
    body = "\n      ".join(lines)
    return f"""
  stream.executable private @{name} {{
    stream.executable.export public @run workgroups() -> (index, index, index) {{
      %c1 = arith.constant 1 : index
      stream.return %c1, %c1, %c1 : index, index, index
    }}
    builtin.module {{
    func.func @run(%b0: !stream.binding, %b1: !stream.binding, %number: i32) {{
      %c0 = arith.constant 0 : index
      %c64 = arith.constant 64 : index
      %given = arith.index_castui %number : i32 to index
      {body}
      return
    }}
    }}
  }}"""


def dispatch(name: str, number: str, first: str, second: str, note: str = "") -> str:
    types = {"%w": ("variable", 64), "%t": ("transient", 256), "%loss": ("external", 4)}
    bound = [
        f"{access} {value}[%c0 for %c{size}] : !stream.resource<{kind}>{{%c{size}}}"
        for access, value, (kind, size) in (
            ("ro" if value == "%w" and "update" not in name else "rw", value, types[value]) for value in (first, second)
        )
    ]
    location = (
        f' loc(fused<{{pock.op = "{note.split()[0]}", pock.parameter = "{note.split()[1]}"}}>["m"])' if note else ""
    )
    return f"stream.cmd.dispatch @{name}::@run(%{number} : i32) {{\n {', '.join(bound)}\n }}{location}"


def program(*commands: str, executables: str) -> str:
    constants = "\n".join(f"    %c{value} = arith.constant {value} : index" for value in CONSTANTS)
    numbers = "\n".join(f"    %n{value} = arith.constant {value} : i32" for value in CONSTANTS)
    body = "\n".join(commands)
    return f"""
module {{
  util.global private mutable @w : !stream.resource<variable>{executables}
  util.func public @train_step(%unknown: i32) -> !stream.resource<external> {{
{constants}
{numbers}
    %zero = arith.constant 0 : i32
    %high = arith.constant 2147483648 : index
    %nhigh = arith.constant -2147483648 : i32
    %w0 = util.global.load @w : !stream.resource<variable>
    %now = stream.timepoint.immediate => !stream.timepoint
    %l0, %lt = stream.resource.alloca uninitialized await(%now)
        => !stream.resource<external>{{%c4}} => !stream.timepoint
    %t0, %tt = stream.resource.alloca uninitialized await(%now)
        => !stream.resource<transient>{{%c256}} => !stream.timepoint
    %both = stream.timepoint.join max(%lt, %tt) => !stream.timepoint
    %done = stream.cmd.execute await(%both) => with(%w0 as %w: !stream.resource<variable>{{%c64}},
        %l0 as %loss: !stream.resource<external>{{%c4}}, %t0 as %t: !stream.resource<transient>{{%c256}}) {{
{body}
    }} => !stream.timepoint
    %ready = stream.timepoint.await %done => %l0 : !stream.resource<external>{{%c4}}
    util.return %ready : !stream.resource<external>
  }}
}}"""


EXECUTABLES = "".join(
    [
        executable("forward", (0, "%c0", "readonly", "16xf32"), (1, "%given", "writeonly", "16xf32")),
        executable("scale", (0, "%given", "readwrite", "16xf32"), (1, "%c0", "readonly", "16xf32")),
        executable("measure", (0, "%given", "readonly", "16xf32"), (1, "%c0", "writeonly", "f32")),
        executable("backward", (0, "%c0", "readonly", "16xf32"), (1, "%c64", "writeonly", "16xf32")),
        executable("update_w", (0, "%given", "readonly", "16xf32"), (1, "%c0", "readwrite", "16xf32")),
    ]
)


@pytest.fixture
def context() -> Iterator[ir.Context]:
    with Session().context as context:
        for dialect in ("util", "stream", "iree_tensor_ext"):
            context.dialects[dialect]
        yield context


def read(*commands: str, transients: int = 256) -> Timeline:
    text = program(*commands, executables=EXECUTABLES)
    with ir.Location.unknown():
        module = ir.Module.parse(text.replace("%c256 = arith.constant 256", f"%c256 = arith.constant {transients}"))
    module = module.operation
    function = next(op.operation for op in module.regions[0].blocks[0].operations if op.operation.name == "util.func")
    return timeline_of(module, function, "train_step", "IREE")


def test_values_live_between_writes(context: ir.Context) -> None:
    timeline = read(
        dispatch("forward", "n0", "%w", "%t"),  # 0: makes A at 0
        dispatch("scale", "n0", "%t", "%w"),  # 1: A becomes B, in place
        dispatch("measure", "n0", "%t", "%loss"),  # 2: the loss, of B
        dispatch("backward", "n0", "%t", "%t", "matmul w"),  # 3: the gradient at 64, of B
        dispatch("update_w", "n64", "%t", "%w", "update w"),  # 4: of the gradient
        # 5: over half of B and half of the gradient
        "stream.cmd.fill %zero, %t[%c32 for %c64] : i32 -> !stream.resource<transient>{%c256}",
        "stream.cmd.copy %t[%c64], %t[%c192], %c32 : !stream.resource<transient>{%c256}"
        " -> !stream.resource<transient>{%c256}",  # 6: reads the second half of what was filled
    )
    assert timeline.loss_at == 2
    found = [(value.first, value.last, value.bytes, value.category) for value in timeline.held]
    assert found == [
        (0, 0, 64, "transient"),  # A, which B takes the place of
        (1, 3, 64, "saved"),  # B
        (3, 4, 64, "gradient"),
        (5, 6, 64, "transient"),  # filled
        (6, 6, 32, "transient"),  # the copy
    ]
    assert timeline.total == (64, 64, 64, 128, 64, 64, 96)
    assert (timeline.peak_bytes, timeline.peak_index, timeline.saved_bytes) == (128, 3, 64)
    assert str(timeline.peak_at) == "'matmul, gradient of w' in module 'm' (dispatch 4 of 7 of train_step)"
    assert [origin.op for origin in timeline.origins[:2]] == ["run", "matmul"]


def test_a_part_that_is_left_is_read_on(context: ir.Context) -> None:
    """Half of a value is written over, the other half is used later."""
    timeline = read(
        dispatch("forward", "n0", "%w", "%t"),  # 0: 64 bytes at 0
        "stream.cmd.fill %zero, %t[%c0 for %c32] : i32 -> !stream.resource<transient>{%c256}",  # 1: over the first half
        "stream.cmd.copy %t[%c32], %t[%c128], %c32 : !stream.resource<transient>{%c256}"
        " -> !stream.resource<transient>{%c256}",  # 2: reads the second half
    )
    found = [(value.first, value.last, value.bytes) for value in timeline.held]
    assert found == [(0, 0, 32), (0, 2, 32), (1, 1, 32), (2, 2, 32)]


def test_places_beyond_two_gibibytes(context: ir.Context) -> None:
    """Their offsets are negative where they come as constants of 32 bits."""
    timeline = read(
        dispatch("forward", "nhigh", "%w", "%t"),
        "stream.cmd.copy %t[%high], %t[%c128], %c32 : !stream.resource<transient>{%c256}"
        " -> !stream.resource<transient>{%c256}",
        transients=2**32,
    )
    assert [(value.first, value.last, value.bytes) for value in timeline.held] == [(0, 1, 64), (1, 1, 32)]


def test_what_cannot_be_read_is_refused(context: ir.Context) -> None:
    with pytest.raises(CompileError, match="the place of a transient is not known"):
        read(dispatch("forward", "unknown", "%w", "%t"))

"""A lowered step to a module of IREE's virtual machine."""

from __future__ import annotations

import io

from torch_mlir import ir

from pock_mlir.backends.backend import Artifact, Program
from pock_mlir.backends.iree.compiler.device import resolve_target
from pock_mlir.backends.iree.compiler.direct_allocation import allocate_directly, allocates_on_queue
from pock_mlir.backends.iree.compiler.hand_over import hand_over
from pock_mlir.backends.iree.compiler.memory_plan import loaded_parameters, plan_memory
from pock_mlir.backends.iree.compiler.session import IreeCompiler
from pock_mlir.bundle import MODULE_FILE, TargetSpec
from pock_mlir.passes.machinery.calls import calls
from pock_mlir.passes.machinery.pipeline import run_pipeline
from pock_mlir.targets import Target

PASSES = calls("pock-adapt-to-iree", "pock-expand-f64-math", "cse", "canonicalize")
"""What IREE needs of a lowered step, and others need not."""

FLAGS = (
    # Without reassociation a reduction over the last dimension runs one element at a time.
    "--iree-llvmcpu-reassociate-fp-reductions",
    # float64 stays float64; IREE would else compute in float32, and crash on in-place updates.
    "--iree-input-demote-f64-to-f32=false",
)


class IreeBackend:
    """A `Backend`."""

    name = "IREE"

    def resolve(self, target: Target) -> TargetSpec:
        return resolve_target(target).spec

    def compile(self, program: Program, target: Target) -> Artifact:
        """Up to IREE's stream phase, where the memory plan is read, then to the end."""
        machine = resolve_target(target)
        buffer = io.BytesIO()
        adapted(program.module).write_bytecode(buffer)
        compiler = IreeCompiler(FLAGS)
        stream = compiler.to_stream(hand_over(buffer.getvalue(), compiler.context, machine.device))
        memory, timelines = plan_memory(
            stream,
            input_bytes=program.input_bytes,
            parameter_bytes=program.parameter_bytes,
            state_bytes=program.state_bytes,
            stage=self.name,
        )
        loaded = loaded_parameters(stream)
        allocate_directly(stream)
        on_queue = allocates_on_queue(stream)
        files = {MODULE_FILE: compiler.to_vm_bytecode(stream)}
        return Artifact(files, memory, timelines, machine.spec, loaded, on_queue)


def adapted(module: ir.Operation) -> ir.Operation:
    """A copy of a lowered step in the forms that IREE compiles."""
    copy = module.operation.clone().operation
    run_pipeline(copy, PASSES)
    return copy

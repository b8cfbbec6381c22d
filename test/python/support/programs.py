"""Compiles modules in linalg and upstream dialects the way the driver does, and runs their functions."""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from typing import Any

import iree.runtime as rt
import numpy as np
from torch_mlir import ir

from pock_mlir.backends.iree.compiler.backend import FLAGS, adapted
from pock_mlir.backends.iree.compiler.device import resolve_target
from pock_mlir.backends.iree.compiler.hand_over import hand_over
from pock_mlir.backends.iree.compiler.session import IreeCompiler
from pock_mlir.targets import get_target


class Program:
    """A compiled module without state, whose functions run on the host."""

    def __init__(self, module: ir.Module, flags: Sequence[str] = ()) -> None:
        bytecode = io.BytesIO()
        adapted(module.operation).write_bytecode(bytecode)
        compiler = IreeCompiler([*FLAGS, *flags])
        device = resolve_target(get_target("host")).device
        code = compiler.to_vm_bytecode(compiler.to_stream(hand_over(bytecode.getvalue(), compiler.context, device)))
        config = _config()
        vm_module = rt.VmModule.copy_buffer(config.vm_instance, code)
        context = rt.SystemContext(config=config)
        context.add_vm_module(vm_module)
        self._functions: Any = context.modules[vm_module.name]

    def run(self, function: str, *arrays: np.ndarray) -> list[np.ndarray]:
        """The results of a function."""
        results = self._functions[function](*[np.ascontiguousarray(a).reshape(np.shape(a)) for a in arrays])
        results = results if isinstance(results, list | tuple) else [results]
        return [np.array(r.to_host() if isinstance(r, rt.DeviceArray) else r) for r in results]


@functools.cache
def _config() -> rt.Config:
    return rt.Config(device=rt.get_driver("local-sync").create_default_device(allocators=["caching"]))

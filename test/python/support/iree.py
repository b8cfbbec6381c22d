"""Runs MLIR modules on the host through IREE, for tests: compiled in process, executed synchronously."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import iree.runtime as rt
import numpy as np
from iree.compiler.api import Invocation, Output, Session, Source

FLAGS = (
    "--iree-hal-target-device=local",
    "--iree-hal-local-target-device-backends=llvm-cpu",
    "--iree-llvmcpu-target-cpu=host",
)


def run_module(module: Any, function: str, *arrays: np.ndarray, flags: Sequence[str] = ()) -> list[np.ndarray]:
    """Calls `function` of a module (an ir.Module or its text) and returns its results.

    A module is compiled once for all calls, so tests of many small functions should put them into one module.
    """
    invoke = load_module(str(module), tuple(flags))[function]
    results = invoke(*[np.ascontiguousarray(a) for a in arrays])
    results = results if isinstance(results, list | tuple) else [results]
    return [np.array(r.to_host() if isinstance(r, rt.DeviceArray) else r) for r in results]


@functools.lru_cache(maxsize=8)
def load_module(text: str, flags: tuple[str, ...] = ()) -> Any:
    """The functions of a module, by name: compiled and loaded on the host's synchronous device."""
    config = _config()
    module = rt.VmModule.copy_buffer(config.vm_instance, compile_module(text, flags))
    context = rt.SystemContext(config=config)
    context.add_vm_module(module)
    return context.modules[module.name]


def compile_module(text: str, flags: Sequence[str] = ()) -> bytes:
    """Compiles the text of a module for the host. The compiler's diagnostics go to stderr, which pytest captures."""
    with Session() as session:
        session.set_flags(*FLAGS, *flags)
        with Invocation(session) as invocation, Output.open_membuffer() as output:
            invocation.enable_console_diagnostics()
            if (
                not invocation.parse_source(Source.wrap_buffer(session, text.encode() + b"\0"))
                or not invocation.execute()
            ):
                raise RuntimeError("IREE failed to compile the module")
            invocation.output_vm_bytecode(output)
            return bytes(output.map_memory())


@functools.cache
def _config() -> rt.Config:
    return rt.Config(device=rt.get_driver("local-sync").create_default_device(allocators=["caching"]))

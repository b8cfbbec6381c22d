"""`--mlir-print-ir-before=<pass>` and `--mlir-print-ir-after=<pass>`: dumps around chosen passes.

MLIR's Python bindings print around all passes or none, so these dumps are passes of their own between the others.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import partial

from torch_mlir import ir

from pock_mlir.passes.machinery.pipeline import PythonStep, Step
from pock_mlir.tools.pock_opt.options import Options, UsageError
from pock_mlir.tools.pock_opt.shorthand import find_pass

_PRINT_PASS = "print-ir"


def check_pass_names(options: Options) -> None:
    """Raises UsageError for a name that no pass has."""
    flags = {
        "--mlir-print-ir-before": options.mlir_print_ir_before,
        "--mlir-print-ir-after": options.mlir_print_ir_after,
    }
    for flag, names in flags.items():
        for name in names:
            if find_pass(name) is None:
                raise UsageError(f"for the {flag} option: Cannot find option named '{name}'!")


def with_dumps(steps: Sequence[Step], options: Options) -> list[Step]:
    """Puts a printing step before and after each step that the options name."""
    return [dumped for step in steps for dumped in _surround(step, options)]


def _surround(step: Step, options: Options) -> Iterator[Step]:
    if step.name in options.mlir_print_ir_before:
        yield _print_step(step, "Before", options)
    yield step
    if step.name in options.mlir_print_ir_after:
        yield _print_step(step, "After", options)


def _print_step(step: Step, when: str, options: Options) -> PythonStep:
    header = f"// -----// IR Dump {when} {step.name}: {step.name} //----- //"
    return PythonStep(step.path, _PRINT_PASS, "Prints the IR", partial(_print_ir, header, options))


def _print_ir(header: str, options: Options, operation: ir.Operation) -> None:
    while options.mlir_print_ir_module_scope and operation.parent is not None:
        operation = operation.parent.operation
    print(header, file=sys.stderr)
    print(
        operation.get_asm(
            print_generic_op_form=options.mlir_print_op_generic,
            enable_debug_info=options.mlir_print_debuginfo,
            use_local_scope=True,
            large_elements_limit=options.mlir_elide_elementsattrs_if_larger,
            large_resource_limit=options.mlir_elide_resource_strings_if_larger,
        ),
        file=sys.stderr,
        flush=True,
    )

"""The main program of pock-opt: read, parse, run passes, write."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from torch_mlir import ir

from pock_mlir.dialects import load_dialects
from pock_mlir.errors import PockError
from pock_mlir.passes.machinery.diagnostics import Diagnostic
from pock_mlir.passes.machinery.pipeline import PassError, PassPipeline, PipelineError, pipeline_steps
from pock_mlir.text import check_argument
from pock_mlir.tools.pock_opt.dumps import check_pass_names, with_dumps
from pock_mlir.tools.pock_opt.expectations import check_diagnostics
from pock_mlir.tools.pock_opt.listing import list_passes
from pock_mlir.tools.pock_opt.options import PROGRAM, Options, UsageError, help_text, parse_command_line
from pock_mlir.tools.pock_opt.rendering import render
from pock_mlir.tools.pock_opt.shorthand import find_pass
from pock_mlir.tools.pock_opt.source import Source, read_source


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the tool and returns its exit code."""
    try:
        options = parse_command_line(sys.argv[1:] if arguments is None else arguments, find_pass)
        check_pass_names(options)
        for text in (options.pass_pipeline or "", *options.pass_elements):
            check_argument(text, PockError)
    except (UsageError, PockError) as error:
        return _fail(f"{PROGRAM}: {error}")
    if options.help or options.list_passes:
        print(help_text() if options.help else list_passes())
        return 0
    try:
        source = read_source(options.input)
    except OSError as error:
        return _fail(f"cannot open input file '{options.input}': {error.strerror}")
    except UsageError as error:
        return _fail(str(error))
    try:
        return _process(source, options)
    except PipelineError as error:
        return _fail(f"<unknown>:0: error: {error}")
    except UsageError as error:
        return _fail(str(error))


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


def _process(source: Source, options: Options) -> int:
    """Processes each part of the input and writes what came of it."""
    context = ir.Context()
    context.emit_error_diagnostics = True
    context.allow_unregistered_dialects = options.allow_unregistered_dialect
    load_dialects(context)
    with context:
        pipeline = _build_pipeline(options)
        parts = source.split() if options.split_input_file else [source]
        results = [_process_part(part, pipeline, options) for part in parts]
    succeeded = all(result.succeeded for result in results)
    if succeeded or options.output == "-":
        try:
            _write([result.output for result in results if result.output is not None], options.output)
        except OSError as error:
            return _fail(f"cannot open output file '{options.output}': {error.strerror}")
    return 0 if succeeded else 1


@dataclass
class _Result:
    """What came of one part: its output, if it got that far, and whether all was as it should be."""

    output: bytes | None = None
    succeeded: bool = False
    diagnostics: list[Diagnostic] = field(default_factory=list)


def _process_part(source: Source, pipeline: PassPipeline, options: Options) -> _Result:
    result = _Result()

    def handle(diagnostic: ir.Diagnostic) -> bool:
        result.diagnostics.append(Diagnostic.from_mlir(diagnostic))
        if not options.verify_diagnostics:
            print(render(result.diagnostics[-1], source), file=sys.stderr, flush=True)
        return True

    handler = ir.Context.current.attach_diagnostic_handler(handle)
    try:
        module = source.parse()
        pipeline.run(module.operation)
        result.output = _serialize(module.operation, options)
        result.succeeded = True
    except (ir.MLIRError, PassError):  # the diagnostics tell why
        if not result.diagnostics:  # but for text after the name of an op that has no syntax of its own
            print(
                f"{source.name}: error: not valid as a module: an op in it is not written as it must be",
                file=sys.stderr,
            )
    finally:
        handler.detach()
    if options.verify_diagnostics:
        problems = check_diagnostics(source, result.diagnostics)
        for problem in problems:
            print(problem, file=sys.stderr)
        result.succeeded = not problems
    return result


def _build_pipeline(options: Options) -> PassPipeline:
    text = options.pass_pipeline if options.pass_pipeline is not None else ",".join(options.pass_elements)
    pipeline = PassPipeline("builtin.module", with_dumps(pipeline_steps(text), options))
    pipeline.manager.enable_verifier(options.verify_each)
    print_after = options.mlir_print_ir_after_all
    print_after |= options.mlir_print_ir_after_change or options.mlir_print_ir_after_failure
    if options.mlir_print_ir_before_all or print_after:
        pipeline.manager.enable_ir_printing(
            print_before_all=options.mlir_print_ir_before_all,
            print_after_all=print_after,
            print_module_scope=options.mlir_print_ir_module_scope,
            print_after_change=options.mlir_print_ir_after_change,
            print_after_failure=options.mlir_print_ir_after_failure,
            large_elements_limit=options.mlir_elide_elementsattrs_if_larger,
            large_resource_limit=options.mlir_elide_resource_strings_if_larger,
            enable_debug_info=options.mlir_print_debuginfo,
            print_generic_op_form=options.mlir_print_op_generic,
            tree_printing_dir_path=options.mlir_print_ir_tree_dir,
        )
    if options.mlir_timing:
        pipeline.manager.enable_timing()
    return pipeline


def _serialize(operation: ir.Operation, options: Options) -> bytes:
    if options.emit_bytecode:
        buffer = io.BytesIO()
        operation.write_bytecode(buffer)
        return buffer.getvalue()
    text = operation.get_asm(
        print_generic_op_form=options.mlir_print_op_generic,
        enable_debug_info=options.mlir_print_debuginfo,
        use_local_scope=options.mlir_print_local_scope,
        large_elements_limit=options.mlir_elide_elementsattrs_if_larger,
        large_resource_limit=options.mlir_elide_resource_strings_if_larger,
    )
    return text.rstrip("\n").encode() + b"\n"


def _write(outputs: Sequence[bytes], path: str) -> None:
    content = b"// -----\n".join(outputs)
    if path == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        Path(path).write_bytes(content)

"""The command line of pock-opt, like that of mlir-opt: `--flag`, `--flag=0`, `--option=value`, `--option value`.

Any other `--name` or `--name=options` is a pass; passes run in the order in which they are given.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, get_type_hints

PROGRAM = "pock-opt"
_PLACEHOLDERS: dict[Any, str] = {
    str: "=<text>",
    str | None: "=<text>",
    int | None: "=<number>",
    tuple[str, ...]: "=<pass,...>",
}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class UsageError(Exception):
    """A command line that makes no sense; the message is what the user sees."""


def _option(default: Any, text: str, flag: str | None = None) -> Any:
    return field(default=default, metadata={"help": text, "flag": flag})


@dataclass
class Options:
    """What the user asked for; the flag of a field is its name with dashes unless stated."""

    input: str = "-"
    pass_elements: list[str] = field(default_factory=list)
    output: str = _option("-", "file to write, '-' for standard output", flag="-o")
    help: bool = _option(False, "show this help")
    pass_pipeline: str | None = _option(None, "pipeline to run, such as 'builtin.module(cse,func.func(canonicalize))'")
    list_passes: bool = _option(False, "list the passes and pipelines of pock_mlir with their options")
    split_input_file: bool = _option(False, "treat the parts between lines '// -----' as separate inputs")
    verify_diagnostics: bool = _option(False, "check the diagnostics against 'expected-error' comments")
    verify_each: bool = _option(True, "verify the IR after each pass")
    allow_unregistered_dialect: bool = _option(False, "accept operations of unknown dialects")
    emit_bytecode: bool = _option(False, "write bytecode instead of text")
    mlir_print_ir_before_all: bool = _option(False, "print the IR before each pass")
    mlir_print_ir_after_all: bool = _option(False, "print the IR after each pass")
    mlir_print_ir_after_change: bool = _option(False, "print the IR after each pass that changed it")
    mlir_print_ir_after_failure: bool = _option(False, "print the IR after a pass that failed")
    mlir_print_ir_before: tuple[str, ...] = _option((), "print the IR before these passes")
    mlir_print_ir_after: tuple[str, ...] = _option((), "print the IR after these passes")
    mlir_print_ir_module_scope: bool = _option(False, "print the whole module in these dumps")
    mlir_print_ir_tree_dir: str | None = _option(None, "write these dumps as files below a directory")
    mlir_timing: bool = _option(False, "report how long each pass took")
    mlir_print_op_generic: bool = _option(False, "print operations in generic form")
    mlir_print_debuginfo: bool = _option(False, "print locations")
    mlir_print_local_scope: bool = _option(False, "print without aliases for attributes, types and locations")
    mlir_elide_elementsattrs_if_larger: int | None = _option(None, "elide constants with more elements than this")
    mlir_elide_resource_strings_if_larger: int | None = _option(None, "elide resources of more characters than this")


_FIELDS: dict[str, dataclasses.Field[Any]] = {
    f.metadata["flag"] or "--" + f.name.replace("_", "-"): f for f in dataclasses.fields(Options) if f.metadata
}
_TYPES = get_type_hints(Options)


def parse_command_line(arguments: Sequence[str], find_pass: Callable[[str], str | None]) -> Options:
    """Parses the command line; `find_pass` turns a pass and its options into a pipeline element, None if unknown."""
    options, inputs = Options(), []
    remaining = list(arguments)
    while remaining:
        argument = remaining.pop(0)
        if argument == "-" or not argument.startswith("-"):
            inputs.append(argument)
            continue
        name, equals, value = argument.partition("=")
        option = _FIELDS.get(_canonical(name))
        if option is not None:
            _store(options, option, value if equals else None, remaining)
            continue
        element = find_pass(f"{name.lstrip('-')}{{{value}}}" if equals else name.lstrip("-"))
        if element is None:
            raise UsageError(_unknown(name))
        options.pass_elements.append(element)
    if len(inputs) > 1:
        raise UsageError(f"Too many positional arguments specified!\nCan specify at most 1: see '{PROGRAM} --help'")
    if options.pass_pipeline is not None and options.pass_elements:
        raise UsageError("--pass-pipeline cannot be combined with individual passes")
    if options.emit_bytecode and options.split_input_file:
        raise UsageError("--emit-bytecode cannot be combined with --split-input-file")
    options.input = inputs[0] if inputs else "-"
    return options


def help_text() -> str:
    """The text of --help."""
    lines = [f"USAGE: {PROGRAM} [options] [--pass[=options] ...] [input file]", "", "OPTIONS:"]
    for flag, option in _FIELDS.items():
        shown = flag + _PLACEHOLDERS.get(_TYPES[option.name], "")
        lines.append(f"  {shown:<46} {option.metadata['help']}")
    return "\n".join(lines)


def _canonical(name: str) -> str:
    """Accepts `-option` for `--option`, as LLVM does."""
    return name if name == "-o" else "--" + name.lstrip("-")


def _store(options: Options, option: dataclasses.Field[Any], value: str | None, remaining: list[str]) -> None:
    """Stores the value of an option, which may be the next argument unless the option is a flag."""
    flag = option.metadata["flag"] or "--" + option.name.replace("_", "-")
    type = _TYPES[option.name]
    if type is bool:
        setattr(options, option.name, True if value is None else _boolean(flag, value))
        return
    if value is None:
        if not remaining:
            raise UsageError(f"for the {flag} option: requires a value!")
        value = remaining.pop(0)
    if type == tuple[str, ...]:
        setattr(options, option.name, (*getattr(options, option.name), *value.split(",")))
    elif type == int | None:
        setattr(options, option.name, _integer(flag, value))
    else:
        setattr(options, option.name, value)


def _boolean(flag: str, value: str) -> bool:
    if value.lower() not in _BOOLEANS:
        raise UsageError(f"for the {flag} option: '{value}' is invalid value for boolean argument! Try 0 or 1")
    return _BOOLEANS[value.lower()]


def _integer(flag: str, value: str) -> int:
    if not value.isdecimal():
        raise UsageError(f"for the {flag} option: '{value}' value invalid for uint argument!")
    return int(value)


def _unknown(name: str) -> str:
    from pock_mlir.passes.machinery.registry import registered_passes, registered_pipelines

    known = [*_FIELDS, *("--" + info.name for info in (*registered_passes(), *registered_pipelines()))]
    message = f"Unknown command line argument '{name}'.  Try: '{PROGRAM} --help'"
    similar = difflib.get_close_matches(_canonical(name), known, n=1)
    return f"{message}\n{PROGRAM}: Did you mean '{similar[0]}'?" if similar else message

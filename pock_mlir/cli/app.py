"""The application: its commands and how it reports errors."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from pock_mlir.cli import compile as compile_command
from pock_mlir.cli import coverage as coverage_command
from pock_mlir.cli import export as export_command
from pock_mlir.cli import inspect as inspect_command
from pock_mlir.cli import predict as predict_command
from pock_mlir.cli import schemes as schemes_command
from pock_mlir.cli import targets as targets_command
from pock_mlir.cli import train as train_command
from pock_mlir.errors import PockError
from pock_mlir.version import __version__

app = typer.Typer(
    help="Compile the training step of a model ahead of time, and run it without a framework.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("compile")(compile_command.compile_)
app.command("coverage")(coverage_command.coverage)
app.command("train")(train_command.train)
app.command("predict")(predict_command.predict)
app.command("export")(export_command.export)
app.command("inspect")(inspect_command.inspect)
app.command("schemes")(schemes_command.schemes)
app.command("targets")(targets_command.targets)


def _print_version(value: bool) -> None:
    if value:
        print(f"pock_mlir {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    show_traceback: Annotated[
        bool, typer.Option("--traceback", help="Show where in pock_mlir an error was raised.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """The options before the command; `run` looks for --traceback itself, since it outlives the command."""


def run(arguments: Sequence[str]) -> int:
    """Runs a command and returns the exit code.

    It is 0, 1 for an error that the user can mend, 2 for wrong usage, 130 after Ctrl-C.
    """
    try:
        app(args=list(arguments), prog_name="pock")
    except PockError as error:
        if "--traceback" in arguments:
            traceback.print_exception(error)
        print(f"pock: {error}", file=sys.stderr)
        return 1
    except SystemExit as finished:
        return finished.code if isinstance(finished.code, int) else 0
    return 0

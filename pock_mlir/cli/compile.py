"""`pock compile`: a model to a bundle."""

from __future__ import annotations

import inspect
from ast import literal_eval
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pock_mlir.cli.figures import readable_bytes, timing_table
from pock_mlir.cli.model_spec import ModelSpec, load_model_spec
from pock_mlir.errors import CompileError, MissingDependencyError
from pock_mlir.optimizers import OPTIMIZERS
from pock_mlir.schedules import SCHEDULES, make_schedule
from pock_mlir.targets import get_target


def compile_(
    spec: Annotated[
        str,
        typer.Argument(
            help="FILE.py[:ATTRIBUTE] or PACKAGE.MODULE[:ATTRIBUTE]; the attribute (default: pock_model) is "
            "a dictionary with model, inputs, targets and loss, or a function that returns one."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the bundle.")],
    loss: Annotated[str | None, typer.Option(help="The name of a loss, e.g. cross_entropy or mse.")] = None,
    optimizer: Annotated[str | None, typer.Option(help=f"One of {', '.join(OPTIMIZERS)}.")] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate; `pock train --lr` can change it.")] = None,
    momentum: Annotated[float | None, typer.Option(help="Momentum (sgd, rmsprop).")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="Weight decay.")] = None,
    clip_norm: Annotated[float | None, typer.Option(help="Scale the gradients down to this norm at most.")] = None,
    accumulate: Annotated[int | None, typer.Option(min=1, help="Batches per update.")] = None,
    optimizer_option: Annotated[
        list[str] | None,
        typer.Option("--optimizer-option", "-O", help="NAME=VALUE, any option of the optimizer: betas=0.9,0.99"),
    ] = None,
    schedule: Annotated[
        str | None, typer.Option(help=f"How the learning rate changes: {', '.join(SCHEDULES)}.")
    ] = None,
    total_steps: Annotated[int | None, typer.Option(help="Updates until its end (linear, cosine).")] = None,
    warmup_steps: Annotated[int | None, typer.Option(help="Updates in which the rate rises first.")] = None,
    final: Annotated[float | None, typer.Option(help="The last rate as a fraction (linear, cosine).")] = None,
    schedule_option: Annotated[
        list[str] | None,
        typer.Option("--schedule-option", "-S", help="NAME=VALUE, any option of the schedule: every=100"),
    ] = None,
    scheme: Annotated[
        str | None, typer.Option(help="What is trained: a name that `pock schemes` lists, or a YAML file.")
    ] = None,
    precision: Annotated[
        str | None, typer.Option(help="What tensors are stored in: f32, bf16 or f16 (all compute in float32).")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of dropout and other random numbers (default 0).")] = None,
    target: Annotated[str | None, typer.Option(help="The machine to compile for; `pock targets` lists them.")] = None,
    verify: Annotated[
        str | None,
        typer.Option(help="What is compared with the model in torch: export (default), compiled, or off."),
    ] = None,
    dispatches: Annotated[
        bool | None,
        typer.Option(
            "--dispatches/--no-dispatches", help="Cut the step into pieces here (default), or by the backend."
        ),
    ] = None,
    recompute: Annotated[
        bool | None,
        typer.Option(
            "--recompute/--no-recompute",
            help="Whether the backward pass computes again what follows cheaply from less (default: yes).",
        ),
    ] = None,
    timing: Annotated[bool, typer.Option("--timing", help="Show what each stage and pass took.")] = False,
) -> None:
    """Compile the training step of a model into a bundle."""
    if target is not None:
        get_target(target)
    model_spec = load_model_spec(spec)
    options = {
        "lr": lr,
        "momentum": momentum,
        "weight_decay": weight_decay,
        "clip_norm": clip_norm,
        "accumulate": accumulate,
    }
    choices = {
        "scheme": scheme,
        "target": target,
        "precision": precision,
        "seed": seed,
        "verify": verify,
        "dispatches": dispatches,
        "recompute": recompute,
    }
    arguments = _arguments(model_spec, loss=loss, **choices)
    arguments |= _optimizer_arguments(optimizer, _given(options) | _parsed(optimizer_option, "--optimizer-option"))
    options = {"total_steps": total_steps, "warmup_steps": warmup_steps, "final": final}
    arguments |= _schedule_arguments(schedule, _given(options) | _parsed(schedule_option, "--schedule-option"))
    console = Console(stderr=True)
    with console.status("compiling"):
        step = _compiler()(**arguments)
        step.save(output)
    if timing:
        console.print(timing_table(step.seconds))
    if step.verification not in ("verified", "off"):
        console.print(step.verification, highlight=False)
    console.print(f"wrote {output}: planned peak {readable_bytes(step.memory.planned_peak_bytes)}", highlight=False)


def _arguments(spec: ModelSpec, **options: str | float | None) -> dict[str, Any]:
    """The arguments of `compile`: the fields of `spec` that are set, with the options of the command line over them."""
    arguments = {name: value for name, value in vars(spec).items() if value is not None}
    return arguments | {name: value for name, value in options.items() if value is not None}


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _parsed(options: Sequence[str] | None, flag: str) -> dict[str, Any]:
    """NAME=VALUE as options by name: numbers, true, false, and tuples of numbers."""
    out: dict[str, Any] = {}
    for text in options or ():
        name, _, value = text.partition("=")
        try:
            out[name.replace("-", "_")] = literal_eval({"true": "True", "false": "False"}.get(value, value))
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            raise CompileError(f"{flag} {text}: expects NAME=VALUE with a number, true or false") from None
    return out


def _optimizer_arguments(name: str | None, options: dict[str, Any]) -> dict[str, Any]:
    """`optimizer` from the options of the command line."""
    if name is None and not options:
        return {}
    if name is None:
        raise CompileError(
            f"--{next(iter(options)).replace('_', '-')} needs --optimizer, one of {', '.join(OPTIMIZERS)}"
        )
    if name not in OPTIMIZERS:
        raise CompileError(f"unknown optimizer '{name}'; the optimizers are {', '.join(OPTIMIZERS)}")
    known = inspect.signature(OPTIMIZERS[name]).parameters
    for option in options:
        if option not in known:
            raise CompileError(
                f"the optimizer '{name}' has no option --{option.replace('_', '-')}; its options are {', '.join(known)}"
            )
    return {"optimizer": OPTIMIZERS[name](**options)}


def _schedule_arguments(name: str | None, options: dict[str, Any]) -> dict[str, Any]:
    """`schedule` from the options of the command line."""
    if name is None and not options:
        return {}
    if name is None:
        raise CompileError(f"--{next(iter(options)).replace('_', '-')} needs --schedule, one of {', '.join(SCHEDULES)}")
    return {"schedule": make_schedule(name, options)}


def _compiler() -> Any:
    try:
        from pock_mlir.compiler import compile as compiler
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            f"compiling needs the package '{error.name}'; install it with: pip install 'pock_mlir[compiler]'"
        ) from error
    return compiler

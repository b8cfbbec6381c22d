"""`pock train`: train a bundle on a data file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pock_mlir.cli.arrays import Samples
from pock_mlir.cli.evaluation import evaluation_samples, metric_name
from pock_mlir.cli.interrupt import Interrupt
from pock_mlir.cli.metrics import MetricsFile
from pock_mlir.cli.plot import check_plotting, plot_losses
from pock_mlir.cli.training import History, Plan, batch_sizes, run_training
from pock_mlir.errors import InputError
from pock_mlir.runtime import Session, load

_INTERRUPTED = 130


def train(
    bundle: Annotated[Path, typer.Argument(help="A bundle.")],
    data: Annotated[
        Path,
        typer.Option(
            help=".npz or .safetensors with an array per input and target, first axis = samples. "
            "A last batch smaller than the compiled batch size is left out."
        ),
    ],
    eval_data: Annotated[Path | None, typer.Option(help="Evaluate on this file after every epoch.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the data; default: 1.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Training steps in all, instead of epochs.")] = None,
    lr: Annotated[
        float | None,
        typer.Option(help="Learning rate (with a schedule: base rate) instead of the compiled or saved one."),
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Where to save parameters and optimizer state at the end.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue from the checkpoint, if the file exists.")] = False,
    metrics: Annotated[Path | None, typer.Option(help="A .jsonl or .csv file that gets a line per step.")] = None,
    plot: Annotated[Path | None, typer.Option(help="A .png, .svg or .pdf file for the plot of the loss.")] = None,
    shuffle: Annotated[bool, typer.Option(help="Shuffle the samples, anew in every epoch.")] = True,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the shuffle.")] = 0,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads; default: all cores.")] = None,
) -> None:
    """Train a bundle. Ctrl-C finishes the current step and saves; the same command with --resume goes on."""
    if epochs is not None and steps is not None:
        raise InputError("give --epochs or --steps, not both")
    if resume and checkpoint is None:
        raise InputError("--resume needs --checkpoint, the file to continue from")
    if checkpoint is not None and not checkpoint.absolute().parent.is_dir():
        raise InputError(f"the directory of the checkpoint {checkpoint} does not exist; create it first")
    if plot is not None:
        check_plotting(plot)
    session = load(bundle, threads=threads)
    samples = Samples(data, (*session.inputs, *session.targets))
    evaluation = evaluation_samples(session, eval_data) if eval_data is not None else None
    if evaluation is not None:
        metric_name(session)
    plan = Plan.make(samples, batch_sizes(session), epochs, steps, shuffle, seed)
    resumed = resume and checkpoint is not None and checkpoint.exists()
    if resumed and checkpoint is not None:
        session.load_checkpoint(checkpoint)
    if lr is not None:
        session.set_lr(lr)
    console = Console(stderr=True, highlight=False)
    with MetricsFile(metrics, append=resumed) as metrics_file, Interrupt() as interrupt:
        history = _train(session, samples, plan, metrics_file, evaluation, interrupt, console)
        if checkpoint is not None:
            session.save_checkpoint(checkpoint)
    if plot is not None and history.losses:
        plot_losses(plot, history.steps, history.losses)
    _report(session, plan, history, checkpoint, console)
    if history.interrupted:
        raise typer.Exit(_INTERRUPTED)


def _train(
    session: Session,
    samples: Samples,
    plan: Plan,
    metrics: MetricsFile,
    evaluation: Samples | None,
    interrupt: Interrupt,
    console: Console,
) -> History:
    columns = (
        TextColumn("training"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.4f}  {task.fields[rate]:.1f} samples/s  ETA"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("training", total=plan.steps, completed=session.train_steps, loss=float("nan"), rate=0.0)
        return run_training(
            session,
            samples,
            plan,
            metrics,
            evaluation=evaluation,
            stop=lambda: interrupt.requested,
            progress=lambda done, loss, rate: bar.update(task, completed=done, loss=loss, rate=rate),
        )


def _report(session: Session, plan: Plan, history: History, checkpoint: Path | None, console: Console) -> None:
    done = session.train_steps
    if not history.losses:
        console.print(f"nothing to do: {done} of {plan.steps} steps were done before")
    elif history.interrupted:
        hint = (
            f"the same command with --resume continues from {checkpoint}"
            if checkpoint
            else "nothing was saved: there was no --checkpoint"
        )
        console.print(f"interrupted after step {done} of {plan.steps}; {hint}")
    else:
        value = f", {metric_name(session)} {history.evaluations[-1][1]:.4f}" if history.evaluations else ""
        saved = f"; saved {checkpoint}" if checkpoint else ""
        console.print(f"{done} steps, loss {history.losses[-1]:.4f}{value}{saved}")

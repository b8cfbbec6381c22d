"""The loop of `pock train`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from pock_mlir.cli.arrays import Samples
from pock_mlir.cli.evaluation import evaluate, metric_name
from pock_mlir.cli.metrics import MetricsFile
from pock_mlir.contract import KEYWORD
from pock_mlir.errors import InputError
from pock_mlir.runtime import Session


@dataclass(frozen=True)
class Plan:
    """What to train: `steps` calls of `train_step` in all, of which a resumed session has done some.

    An epoch is all full batches, and what is left over if the bundle has a training step for a batch of that size.
    """

    steps: int
    steps_per_epoch: int
    shuffle: bool
    seed: int

    @staticmethod
    def make(
        samples: Samples, sizes: Sequence[int], epochs: int | None, steps: int | None, shuffle: bool, seed: int
    ) -> Plan:
        """Without `steps`, `epochs` (default 1) decides; `sizes` are those of the batches that the bundle takes.

        Raises `InputError` for less than one batch.
        """
        per_epoch = samples.full_batches + (samples.count % samples.batch_size in sizes)
        if per_epoch == 0:
            raise InputError(f"the data has {samples.count} samples, less than one batch of {samples.batch_size}")
        return Plan(steps if steps is not None else (epochs or 1) * per_epoch, per_epoch, shuffle, seed)

    def order(self, epoch: int, count: int) -> np.ndarray:
        """The order of the samples in an epoch: it depends on seed and epoch only, so a resumed run continues it."""
        order = np.arange(count)
        if self.shuffle:
            np.random.default_rng((self.seed, epoch)).shuffle(order)
        return order


@dataclass
class History:
    """What happened: the steps (counted from 1) and their losses; `interrupted` after Ctrl-C."""

    steps: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    evaluations: list[tuple[int, float]] = field(default_factory=list)
    interrupted: bool = False


def run_training(
    session: Session,
    samples: Samples,
    plan: Plan,
    metrics: MetricsFile,
    *,
    evaluation: Samples | None,
    stop: Callable[[], bool],
    progress: Callable[[int, float, float], None],
) -> History:
    """Trains from the session's step to the plan's last one, evaluating after every epoch and at the end.

    `stop` is asked after every step; `progress` gets the steps done, the loss and the samples per second. A loss that
    is not finite ends the training with `InputError`, since nothing can be learned after it.
    """
    history = History()
    started = time.perf_counter()
    order = _Order(plan, samples)
    for step in range(session.train_steps, plan.steps):
        lr = session.lr
        before = time.perf_counter()
        loss = train_on(session, samples.batch(order.indices(step)))
        now = time.perf_counter()
        done, rate, epoch = step + 1, samples.batch_size / (now - before), step // plan.steps_per_epoch
        history.steps.append(done)
        history.losses.append(loss)
        metrics.write("train", step=done, epoch=epoch, loss=loss, lr=lr, samples_per_second=rate, seconds=now - started)
        progress(done, loss, rate)
        if not math.isfinite(loss):
            raise InputError(
                f"the loss is {loss} at step {done}; lower the learning rate, and look for outliers in the data"
            )
        history.interrupted = stop()
        if history.interrupted:
            break
        if evaluation is not None and (done % plan.steps_per_epoch == 0 or done == plan.steps):
            value = evaluate(session, evaluation)
            history.evaluations.append((done, value))
            metrics.write("eval", step=done, epoch=epoch, metric=metric_name(session), value=value)
    return history


def batch_sizes(session: Session) -> list[int]:
    """The sizes of the batches, all else alike, that the session trains on."""
    first = session.manifest.train_signatures[0].arguments
    return [
        signature.arguments[0].shape[0]
        for signature in session.manifest.train_signatures
        if all(a.shape[1:] == b.shape[1:] for a, b in zip(signature.arguments, first, strict=True))
    ]


def train_on(session: Session, arrays: Sequence[np.ndarray]) -> float:
    """`Session.train_step` with inputs and targets in order, whatever the model's style."""
    if session.manifest.input_style == KEYWORD:
        count = len(session.inputs)
        named = {spec.name: array for spec, array in zip(session.inputs, arrays[:count], strict=True)}
        return session.train_step(named, *arrays[count:])
    return session.train_step(*arrays)


class _Order:
    """The samples of every step, with one shuffle per epoch."""

    def __init__(self, plan: Plan, samples: Samples):
        self._plan, self._samples = plan, samples
        self._epoch = -1
        self._order = np.empty(0, dtype=np.int64)

    def indices(self, step: int) -> np.ndarray:
        epoch, position = divmod(step, self._plan.steps_per_epoch)
        if epoch != self._epoch:
            self._epoch, self._order = epoch, self._plan.order(epoch, self._samples.count)
        size = self._samples.batch_size
        return self._order[position * size : (position + 1) * size]

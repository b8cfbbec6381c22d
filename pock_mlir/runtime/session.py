"""A session: a bundle that trains and predicts on this machine, with no framework and no compiler."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pock_mlir.backends.executable import Executable, aligned_copy
from pock_mlir.bundle import ArraySpec, Bundle, Manifest, ParameterSpec, Signature, StateSpec
from pock_mlir.contract import (
    APPLY_GRADIENTS,
    CONSTANT,
    DICT,
    KEYWORD,
    LEARNING_RATE,
    LISA_BLOCKS,
    LISA_STEP,
    LOSS,
    MODEL,
    PREDICT,
    SEED,
    SINGLE,
    TRAIN_STEP,
    getter,
    setter,
)
from pock_mlir.errors import BundleError, CheckpointError, InputError, PockError, ScheduleError
from pock_mlir.runtime.adapters import merged, read_adapter, write_adapter
from pock_mlir.runtime.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from pock_mlir.runtime.inputs import check_arguments, order_keywords, select_signature
from pock_mlir.runtime.sampling import sampled_blocks
from pock_mlir.runtime.state import state_layout, state_slices, take_parameters, take_states
from pock_mlir.schedules import Schedule, schedule_from_json


class Session:
    """Training and prediction with one bundle; made by `pock_mlir.load`.

    A method that raises leaves the session as it was. A session is used by one thread at a time.
    """

    def __init__(self, bundle: Bundle, module: Executable):
        self._bundle = bundle
        self._module = module
        # Frozen parameters that do not have the bundle's values, by symbol, as stored.
        self._replaced: dict[str, np.ndarray] = {}
        self._step = 0
        self._pending = 0
        self._last_call = ""
        self._owners = {spec.symbol: spec.owner for spec in bundle.manifest.parameters}
        self._check_functions()
        self._schedule = schedule_from_json(bundle.manifest.schedule)
        self._module.start(bundle.parameters, {}, {})
        self._base_lr = self._compiled_lr()
        self._set_module_lr()
        self._sample_blocks()

    # What the bundle is.

    @property
    def manifest(self) -> Manifest:
        """What was compiled, and for what."""
        return self._bundle.manifest

    @property
    def inputs(self) -> tuple[ArraySpec, ...]:
        """Names, shapes and dtypes of the inputs, in order; with several combinations of shapes, of the first."""
        return self.manifest.inputs

    @property
    def targets(self) -> tuple[ArraySpec, ...]:
        """Names, shapes and dtypes of the targets, in order; with several combinations of shapes, of the first."""
        return self.manifest.targets

    @property
    def outputs(self) -> tuple[ArraySpec, ...]:
        """Names, shapes and dtypes of what `predict` returns, in order."""
        return self.manifest.outputs

    @property
    def threads(self) -> int:
        """The number of threads that compute."""
        return self._module.threads

    # Training and prediction.

    def train_step(self, *arrays: Any) -> float:
        """One training step on a batch; returns the loss before the update.

        Takes the inputs in order (for a model with keyword inputs: one dictionary), then the targets, as numpy arrays
        or tensors of exactly the compiled shapes and dtypes (one of the combinations of shapes, where there are more
        than one). With gradient accumulation every
        `manifest.accumulate`-th call updates. Raises `InputError` before anything runs.
        """
        signature, arguments = self._arguments(arrays, self.manifest.train_signatures, TRAIN_STEP)
        (loss,) = self._run(signature.function, arguments)
        self._pending += 1
        if self._pending >= self.manifest.accumulate:
            if self.manifest.accumulate > 1:
                self._module.call_measured(APPLY_GRADIENTS)
            self._pending = 0
            self._step += 1
            self._sample_blocks()
            if self._schedule is not None:
                self._set_module_lr()
        return float(loss)

    def predict(self, *arrays: Any) -> Any:
        """The model's outputs for a batch, with the current parameters.

        Takes the inputs as `train_step` does. Returns an array, a tuple or a dictionary of arrays, as the model does.
        Raises `InputError`.
        """
        signature, arguments = self._arguments(arrays, self.manifest.predict_signatures, PREDICT)
        results = self._run(signature.function, arguments)
        if [array.shape for array in results] != [spec.shape for spec in signature.outputs]:
            raise BundleError(
                f"the bundle {self._bundle.path} is damaged: its module returns other outputs than its manifest says; "
                "compile it again"
            )
        outputs = [array.astype(spec.dtype, copy=False) for array, spec in zip(results, signature.outputs, strict=True)]
        if self.manifest.output_style == SINGLE:
            return outputs[0]
        if self.manifest.output_style == DICT:
            return {spec.name: array for spec, array in zip(signature.outputs, outputs, strict=True)}
        return tuple(outputs)

    @property
    def step(self) -> int:
        """The number of optimizer updates so far, those before a loaded checkpoint included."""
        return self._step

    @property
    def lr(self) -> float:
        """The learning rate of the next update: the base rate, times the schedule's factor for the current `step`."""
        return float(self._module.call(getter(LEARNING_RATE))[0])

    @property
    def active_blocks(self) -> tuple[int, ...]:
        """The numbers of the model's blocks that the next update trains, where they are sampled ("lisa:..."); else
        none.
        """
        return () if self.manifest.sampling is None else sampled_blocks(self.manifest.sampling, self._step)

    @property
    def base_lr(self) -> float:
        """The rate that the schedule multiplies: the compiled one, or what `set_lr` set. Without a schedule: `lr`."""
        return self._base_lr

    @property
    def schedule(self) -> Schedule | None:
        """The schedule of the learning rate: the compiled one, or what `set_schedule` or a checkpoint set."""
        return self._schedule

    def set_lr(self, lr: float) -> None:
        """Sets the base learning rate, from the next update on.

        Without a schedule that is the learning rate. With one, the schedule goes on where it is and multiplies the new
        base rate: `lr` becomes `lr` given here times `schedule.factor(step)`, also within the warm-up. To train at a
        fixed rate, call `set_schedule(None)` too. Raises `InputError` unless it is a finite number, zero or more.
        """
        try:
            value = float(lr)
        except (TypeError, ValueError):
            raise InputError(f"the learning rate is {lr!r}, it must be a number") from None
        if not math.isfinite(value) or value < 0:
            raise InputError(f"the learning rate is {value}, it must be finite and not negative")
        self._base_lr = value
        self._set_module_lr()

    def set_schedule(self, schedule: Schedule | None) -> None:
        """Replaces the schedule, from the next update on; None: the base rate stays.

        The session's `step` counts on, so the new schedule is entered at its factor for that step. A checkpoint keeps
        it. Raises `ScheduleError` for what is no schedule.
        """
        if schedule is not None and not isinstance(schedule, Schedule):
            raise ScheduleError(
                f"the schedule is {schedule!r}; it must be one such as CosineSchedule(total_steps=1000), or None"
            )
        self._schedule = schedule
        self._set_module_lr()

    def set_seed(self, seed: int) -> None:
        """Sets the seed of dropout and other random numbers, an integer from 0 to 2^31 - 1.

        What a step draws depends on the seed and on the number of steps before it, which stays. Without effect for a
        model that draws nothing. Raises `InputError`.
        """
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 1 << 31:
            raise InputError(f"the seed is {seed!r}, it must be an integer from 0 to {(1 << 31) - 1}")
        if self._module.has(setter(SEED)):
            self._module.call(setter(SEED), [np.asarray(seed, dtype=np.int32)])

    @property
    def train_steps(self) -> int:
        """The number of calls of `train_step` so far, those before a loaded checkpoint included."""
        return self._step * self.manifest.accumulate + self._pending

    # State.

    def state_dict(self) -> dict[str, np.ndarray]:
        """Copies of all parameters and buffers of the model, trained or not, in the framework's layout.

        The keys are the framework's names; a tensor with several names (tied weights) stands under each of them.
        """
        return self._state_dict(MODEL)

    def loss_state_dict(self) -> dict[str, np.ndarray]:
        """Copies of all parameters and buffers of a loss that is a module, as `state_dict` has the model's: under the
        loss's names, with what it shares with the model. Empty for other losses.
        """
        return self._state_dict(LOSS)

    def load_state_dict(self, values: Mapping[str, Any], strict: bool = True) -> None:
        """Replaces parameters and buffers of the model; the optimizer's state and the step stay.

        `values` maps framework names to arrays or tensors in the framework's layout; floating-point numbers of other
        widths (float16, bfloat16, float64) are cast, as `Module.load_state_dict` does. With `strict` every
        parameter must be there and nothing else. Raises `StateError` before anything changes.
        """
        self._load_state_dict(values, MODEL, strict)

    def load_loss_state_dict(self, values: Mapping[str, Any], strict: bool = True) -> None:
        """Replaces parameters and buffers of the loss, as `load_state_dict` those of the model. Raises `StateError`."""
        self._load_state_dict(values, LOSS, strict)

    def merged_state_dict(self) -> dict[str, np.ndarray]:
        """`state_dict` for the model without adapters: what each adds is added to the weight that it adapts."""
        return merged(self.manifest, self._values(self.manifest.model_parameters))

    def save_adapter(self, folder: str | Path) -> None:
        """Writes the adapters of a bundle that was compiled with "lora:...", and the modules that it trains in full,
        into a folder in PEFT's layout (`PeftModel.from_pretrained(model, folder)`). Raises `StateError`.
        """
        write_adapter(folder, self.manifest, self._values(self.manifest.model_parameters))

    def load_adapter(self, folder: str | Path) -> None:
        """Replaces the adapters, and what else an adapter of PEFT holds, by those in a folder that PEFT or
        `save_adapter` wrote; the optimizer's state and the step stay. Raises `StateError` before anything changes.
        """
        self._restart(read_adapter(folder, self.manifest), {})

    def save_checkpoint(self, path: str | Path) -> None:
        """Writes the parameters of model and loss, optimizer state, step, learning rate and schedule to a safetensors
        file, atomically.

        Raises `CheckpointError` if the disk refuses; an old file at `path` then stays as it is.
        """
        parameters = {spec.symbol: spec for spec in self.manifest.parameters}
        states: dict[str, dict[str, np.ndarray]] = {MODEL: {}, LOSS: {}}
        for spec, array in zip(self.manifest.state, self._states(), strict=True):
            layout = state_layout(spec, parameters)
            states[self._owner(spec)][spec.name] = layout.to_framework(array) if layout else array
        checkpoint = Checkpoint(
            self._by_name(self.manifest.model_parameters),
            states[MODEL],
            self._step,
            self._pending,
            self.lr,
            self._bundle.identity,
            self._base_lr,
            self._schedule,
            loss_parameters=self._by_name(self.manifest.loss_parameters),
            loss_states=states[LOSS],
            slices=state_slices(self.manifest.state, parameters),
        )
        write_checkpoint(path, checkpoint)

    def load_checkpoint(self, path: str | Path, optimizer: bool = True, loss: bool = True) -> None:
        """Continues from a checkpoint that `save_checkpoint` wrote with this or another compilation of the model.

        Its learning rate and schedule replace the session's: training goes on as it would have where the checkpoint was
        written. (Call `set_lr` and `set_schedule` afterwards for others.)

        With `optimizer=False` only the parameters and buffers are taken: the bundle may then have another optimizer
        or scheme. With `loss=False` nothing of the loss is taken, whose parameters and their optimizer state stay: the
        bundle may then have another loss. Raises `CheckpointError`, with the first mismatches, before anything changes.
        """
        checkpoint = read_checkpoint(path)
        what = f"the checkpoint {path}"
        specs = self.manifest.model_parameters
        values = take_parameters(checkpoint.parameters, specs, strict=True, what=what, error=CheckpointError)
        if loss:
            values |= self._take_loss(checkpoint, what)
        if not optimizer:
            self._restart(values, {})
            return
        states = take_states(
            {**checkpoint.states, **checkpoint.loss_states} if loss else checkpoint.states,
            [spec for spec in self.manifest.state if loss or self._owner(spec) == MODEL],
            {spec.symbol: spec for spec in self.manifest.parameters},
            slices=checkpoint.slices,
            what=what,
            error=CheckpointError,
        )
        self._restart(values, states)
        self._step, self._pending = checkpoint.step, checkpoint.pending
        self._base_lr = checkpoint.base_lr
        if checkpoint.has_schedule:
            self._schedule = checkpoint.schedule
        self._set_module_lr()

    # Memory.

    @property
    def measured_peak_bytes(self) -> int:
        """The most device memory that was held at any moment of `train_step` and `predict` so far; 0 before the first.

        Parameters, optimizer state, transients, the arrays of the call, and what the device's allocator keeps for
        reuse: the allocator's figure, and `mapped_parameter_bytes`, which it does not count. Raises `PockError` where
        this cannot be measured: on the threaded CPU device, for a module that allocates on the queue (docs/bundle.md).
        """
        if self.manifest.allocates_on_queue and not self._module.counts_queue_allocations:
            raise PockError(
                f"the bundle {self._bundle.path} allocates transients in a way that the device '{self._module.driver}' "
                "does not count; compile it again, or load it with threads=1 to measure"
            )
        return self._module.peak_bytes

    @property
    def measured_live_bytes(self) -> int:
        """The device memory that is held now: the device allocator's figure and `mapped_parameter_bytes`."""
        return self._module.held_bytes + self._module.mapped_bytes

    @property
    def mapped_parameter_bytes(self) -> int:
        """The size of the frozen parameters that are used where they lie in the mapped file, without a copy.

        The operating system reads their pages when they are first used, and may drop them when memory is short.
        """
        return self._module.mapped_bytes

    # Inside.

    def _check_functions(self) -> None:
        needed = [
            *(signature.function for signature in self.manifest.signatures),
            setter(LEARNING_RATE),
            *(getter(spec.symbol) for spec in self.manifest.state),
        ]
        needed += [getter(spec.symbol) for spec in self.manifest.parameters if spec.mutable]
        needed += [APPLY_GRADIENTS] * (self.manifest.accumulate > 1)
        missing = next((name for name in needed if not self._module.has(name)), None)
        if missing is not None:
            raise BundleError(f"{self._bundle.module_path} lacks the function '{missing}'; compile the bundle again")

    def _compiled_lr(self) -> float:
        rate = next((spec.init for spec in self.manifest.state if spec.name == LEARNING_RATE), None)
        if rate is None:
            raise BundleError(f"{self._bundle.path} lacks the state '{LEARNING_RATE}'; compile the bundle again")
        return rate

    def _set_module_lr(self) -> None:
        """The module's rate is that of the next update at all times: what a checkpoint holds is consistent."""
        factor = 1.0 if self._schedule is None else self._schedule.factor(self._step)
        self._module.call(setter(LEARNING_RATE), [np.asarray(self._base_lr * factor, dtype=np.float32)])

    def _sample_blocks(self) -> None:
        """At the start of a period: the module has at all times the blocks of the next update."""
        sampling = self.manifest.sampling
        if sampling is not None and self._step % sampling.every == 0:
            self._module.call(setter(LISA_BLOCKS), [np.asarray(self.active_blocks, dtype=np.float32)])
            self._module.call(setter(LISA_STEP), [np.asarray(0, dtype=np.float32)])

    def _arguments(
        self, arrays: Sequence[Any], signatures: Sequence[Signature], call: str
    ) -> tuple[Signature, list[np.ndarray]]:
        """The signature whose shapes the arrays have, and the arrays as its function takes them."""
        values = list(arrays)
        if self.manifest.input_style == KEYWORD:
            if not values:
                raise InputError(f"{call} takes a dictionary of inputs first, got nothing")
            values[:1] = order_keywords(values[0], signatures[0].inputs, call)
        signature = select_signature(values, signatures, call)
        return signature, check_arguments(values, signature.arguments, call)

    def _run(self, name: str, arguments: Sequence[np.ndarray]) -> list[np.ndarray]:
        if name != self._last_call:  # the other function's transients, which the allocator keeps for reuse
            self._module.trim()
            self._last_call = name
        return self._module.call_measured(name, arguments)

    def _state_dict(self, owner: str) -> dict[str, np.ndarray]:
        specs = self._specs_of(owner)
        values = self._values(specs)
        return {name: array for spec in specs for name, array in spec.named(values[spec.symbol], owner).items()}

    def _load_state_dict(self, values: Mapping[str, Any], owner: str, strict: bool) -> None:
        what = "the state dictionary"
        self._restart(take_parameters(values, self._specs_of(owner), owner=owner, strict=strict, what=what), {})

    def _take_loss(self, checkpoint: Checkpoint, what: str) -> dict[str, np.ndarray]:
        """The values of the loss's own parameters and buffers in a checkpoint, by symbol as stored.

        One of a version that knew none fits a loss of which a step changes nothing.
        """
        specs = self.manifest.loss_parameters
        if checkpoint.loss_parameters is None and not any(spec.mutable for spec in specs):
            return {}
        return take_parameters(
            checkpoint.loss_parameters or {},
            specs,
            owner=LOSS,
            strict=True,
            what=what,
            error=CheckpointError,
            advice="; load_checkpoint(..., loss=False) leaves the loss as it is",
        )

    def _specs_of(self, owner: str) -> list[ParameterSpec]:
        """What has a name in the state dictionary of the model or of the loss."""
        return [spec for spec in self.manifest.parameters if spec.kind != CONSTANT and spec.names_in(owner)]

    def _owner(self, state: StateSpec) -> str:
        """Whose parameter a state belongs to; the model's are those of none."""
        return self._owners.get(state.parameter or "", MODEL)

    def _by_name(self, specs: Sequence[ParameterSpec]) -> dict[str, np.ndarray]:
        """Copies of the parameters of one owner, and of views of them, by first name, in the framework's layout."""
        values = self._values(specs)
        views = {view.name: view.of_parameter(values[spec.symbol]) for spec in specs for view in spec.views}
        return {spec.name: values[spec.symbol] for spec in specs} | views

    def _values(self, specs: Sequence[ParameterSpec]) -> dict[str, np.ndarray]:
        """Copies of parameters by symbol, in the framework's layout."""
        values = {spec.symbol: spec.to_framework(self._stored(spec)) for spec in specs}
        self._module.trim()  # the getters' copies
        return values

    def _stored(self, spec: ParameterSpec) -> np.ndarray:
        if self._module.has(getter(spec.symbol)):
            return self._get(spec)
        return np.array(self._replaced.get(spec.symbol, self._bundle.parameter(spec)))

    def _states(self) -> list[np.ndarray]:
        return [self._get(spec) for spec in self.manifest.state]

    def _get(self, spec: ParameterSpec | StateSpec) -> np.ndarray:
        (array,) = self._module.call(getter(spec.symbol))
        return array.view(spec.storage_dtype if isinstance(spec, ParameterSpec) else spec.dtype)

    def _restart(self, parameters: Mapping[str, np.ndarray], states: Mapping[str, np.ndarray]) -> None:
        """Makes a new context with the given values, by symbol as stored, and the current ones for the rest.

        Goes back to the current values if that fails.
        """
        mutable = {
            spec.symbol: self._get(spec) for spec in self.manifest.parameters if self._module.has(getter(spec.symbol))
        }
        current_states = {spec.symbol: array for spec, array in zip(self.manifest.state, self._states(), strict=True)}
        frozen = {symbol: aligned_copy(array) for symbol, array in parameters.items() if symbol not in mutable}
        replaced = self._replaced | frozen
        changed = {symbol: parameters.get(symbol, array) for symbol, array in mutable.items()}
        try:
            self._module.start(self._bundle.parameters, replaced | changed, current_states | dict(states))
        except PockError:
            self._module.start(self._bundle.parameters, self._replaced | mutable, current_states)
            raise
        self._replaced = replaced

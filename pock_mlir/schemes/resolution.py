"""Resolves a scheme on the parameters of a model and its loss: what of each training changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.contract import FULL, SLICE
from pock_mlir.errors import SchemeError
from pock_mlir.schemes.choices import FIRST, MAGNITUDE, RANDOM, choose_largest, choose_random, count_channels
from pock_mlir.schemes.parameters import ChannelAxes, Parameter, Parameters
from pock_mlir.schemes.rule import BIAS, INPUT, NORM, OUTPUT, WEIGHT, Rule
from pock_mlir.schemes.scheme import Scheme
from pock_mlir.schemes.selectors import Selector

LOSS_PREFIX = "loss:"
"""What a pattern on the names of the loss's own parameters begins with."""

Update = str | ChannelSlice
"""What training changes of a parameter that it does change: all ("full"), or these channels."""


@dataclass(frozen=True)
class Resolved:
    """What a scheme trains: of the model and of the loss, by first names, in their order; what is frozen is not there.

    `scheme` is the scheme as data that says the same of any model of this structure, whatever its values: channels that
    were chosen by values, or at random, stand in it as indices.
    """

    scheme: Scheme
    model: Mapping[str, Update]
    loss: Mapping[str, Update]


def resolve(scheme: Scheme, model: Parameters, loss: Parameters | None = None) -> Resolved:
    """What a scheme trains of a model, and of the loss's own parameters, which are trained unless a rule says
    otherwise.

    Raises SchemeError, with the place in the file: for a rule that matches nothing, or only what the model has frozen;
    for slices that a parameter has not, or of which two take different channels of one parameter; and if nothing would
    be trained.
    """
    loss = loss or Parameters()
    on_loss, on_model = _Owner("the loss", scheme, loss, LOSS_PREFIX), _Owner("the model", scheme, model)
    model_names = {name for parameter in model.all for name in parameter.axes}
    is_of_loss = {rule: _is_of_loss(rule.match, model_names) for rule in scheme.rules}
    unfreeze: tuple[list[str], list[str]] = [], []
    for pattern in scheme.unfreeze:
        unfreeze[_is_of_loss(pattern, model_names)].append(pattern)
    of_loss = on_loss.decide([rule for rule in scheme.rules if is_of_loss[rule]], unfreeze[1], FULL)
    of_model = on_model.decide([rule for rule in scheme.rules if not is_of_loss[rule]], unfreeze[0], scheme.default)
    if not of_model and not of_loss:
        if all(parameter.is_frozen for parameter in model.all) and not unfreeze[0]:
            raise SchemeError(
                "all parameters of the model are frozen (requires_grad=False): nothing would be trained; set "
                "requires_grad of what shall be, or name it in a scheme's 'unfreeze'"
            )
        raise scheme.error("trains no parameter of the model; give at least one rule with update 'full'")
    rules = [each for rule in scheme.rules for each in (on_loss if is_of_loss[rule] else on_model).spelled_out(rule)]
    return Resolved(dataclasses.replace(scheme, rules=rules), of_model, of_loss)


def _is_of_loss(pattern: str, model_names: Iterable[str]) -> bool:
    """Whether a pattern is on the names of the loss's parameters; one that is in full a name of the model's is not."""
    return pattern.startswith(LOSS_PREFIX) and pattern not in model_names


@dataclass(frozen=True)
class _Decision:
    """The rule that decides for a parameter, and the names of the parameter that it matches."""

    rule: Rule
    names: tuple[str, ...]


class _Owner:
    """The model or the loss, and what a scheme's rules decide for its parameters."""

    def __init__(self, whose: str, scheme: Scheme, parameters: Parameters, prefix: str = "") -> None:
        self._whose, self._scheme, self._parameters, self._prefix = whose, scheme, parameters, prefix
        self._slices: dict[Rule, dict[str, ChannelSlice]] = {}

    def decide(self, rules: Sequence[Rule], unfreeze: Sequence[str], default: str) -> dict[str, Update]:
        """What training changes, by first name."""
        names = self._names_matching
        thawed = {parameter.name for pattern in unfreeze for parameter, _ in names(pattern, "unfreeze")}
        kept = {p.name for p in self._parameters.all if p.is_frozen} - thawed
        decided: dict[str, _Decision] = {}
        for rule in rules:
            matching = self._matching(rule)
            if rule.trains and kept.issuperset(parameter.name for parameter, _ in matching):
                raise self._error(
                    rule,
                    f"{rule.shown} matches only parameters that {self._whose} has frozen, such as "
                    f"'{matching[0][0].name}' (requires_grad=False); set requires_grad of what shall be trained, or "
                    "name it in the scheme's 'unfreeze'",
                )
            for parameter, matched in matching:
                self._refuse_overlap(parameter, decided.get(parameter.name), rule)
                decided[parameter.name] = _Decision(rule, matched)
        self._refuse_overruled(rules, decided)
        out: dict[str, Update] = {}
        for parameter in self._parameters.all:
            decision = decided.get(parameter.name)
            trains = default == FULL if decision is None else decision.rule.trains
            if parameter.name in kept or not trains:
                continue
            if decision is not None and decision.rule.update == SLICE:
                out[parameter.name] = self._slice(parameter, decision)
            else:
                out[parameter.name] = FULL
        return out

    def spelled_out(self, rule: Rule) -> list[Rule]:
        """The rule, or for one that chooses by values or at random one for each parameter, by indices."""
        if rule.update != SLICE or rule.choose in (None, FIRST):
            return [rule]
        chosen = self._slices.get(rule, {})
        return [
            Rule(f"{self._prefix}{name}", SLICE, of=rule.of, indices=part.indices, place=rule.place)
            for name, part in chosen.items()
        ]

    def _error(self, rule: Rule, problem: str) -> SchemeError:
        return self._scheme.error(problem, rule.place)

    def _names_matching(self, pattern: str, key: str) -> list[tuple[Parameter, tuple[str, ...]]]:
        """The parameters of which one of the names is the pattern, or else matches it, with these names."""
        text = pattern.removeprefix(self._prefix)
        parameters = self._parameters.all
        exact = [(parameter, (text,)) for parameter in parameters if text in parameter.axes]
        found = exact or [
            (parameter, names)
            for parameter in parameters
            if (names := tuple(name for name in parameter.axes if fnmatchcase(name, text)))
        ]
        if not found:
            place = self._scheme.places.get(key, "")
            raise self._scheme.error(f"the pattern '{pattern}' matches no parameter; {self._hint}", place)
        return found

    def _matching(self, rule: Rule) -> list[tuple[Parameter, tuple[str, ...]]]:
        """What a rule is about: by its pattern, its selectors and its kind."""
        try:
            found = self._names_matching(rule.match, "")
            blocks = self._selected(rule.blocks, "blocks", self._parameters.blocks)
            layers = self._selected(rule.layers, "layers", self._parameters.layers)
        except SchemeError as error:
            raise SchemeError(f"{rule.place}: {error}" if rule.place else str(error)) from None
        kind = BIAS if rule.update == BIAS else rule.only
        found = [
            (parameter, names)
            for parameter, names in found
            if (blocks is None or parameter.block in blocks)
            and (layers is None or parameter.layer in layers)
            and _is_kind(parameter, kind)
        ]
        if not found:
            raise self._error(rule, f"{rule.shown} matches no parameter")
        return found

    def _selected(self, text: str | None, of: str, count: int) -> frozenset[int] | None:
        """The numbers of a selector; None: it selects all."""
        if text is None:
            return None
        selector = Selector(text, of)
        try:
            return selector.numbers(count) | ({count} if selector.has_head else set())
        except SchemeError as error:
            raise self._scheme.error(str(error)) from None

    def _refuse_overlap(self, parameter: Parameter, before: _Decision | None, rule: Rule) -> None:
        if before is None or not before.rule.update == rule.update == SLICE:
            return
        if before.rule.selection != rule.selection:
            other = f" ({before.rule.place})" if before.rule.place else ""
            raise self._error(
                rule,
                f"'{self._prefix}{parameter.name}' is sliced by two rules, by {rule.shown} and before by "
                f"{before.rule.shown}{other}; of slices none overrules another: let one rule match it",
            )

    def _refuse_overruled(self, rules: Sequence[Rule], decided: Mapping[str, _Decision]) -> None:
        """A slice of which later rules leave nothing is a mistake."""
        deciding = [decision.rule for decision in decided.values()]
        for rule in rules:
            if rule.update == SLICE and not any(rule.selection == other.selection for other in deciding):
                raise self._error(rule, f"{rule.shown} slices nothing: later rules overrule it for all that it matches")

    def _slice(self, parameter: Parameter, decision: _Decision) -> Update:
        rule = decision.rule
        axis = self._axis(parameter, decision)
        channels = parameter.shape[axis]
        if rule.indices is not None:
            indices: Sequence[int] = rule.indices
            if indices[-1] >= channels:
                raise self._slice_error(
                    rule, parameter, f"index {indices[-1]} is out of range: it has {channels} {rule.of} channels"
                )
        else:
            indices = self._choose(rule, parameter, axis, channels)
        part = ChannelSlice.from_indices(axis, indices)
        self._slices.setdefault(rule, {})[decision.names[0]] = part
        return FULL if part.size == channels else part

    def _axis(self, parameter: Parameter, decision: _Decision) -> int:
        """The axis of the channels; of a tied parameter by the module of the name that the rule matches."""
        rule = decision.rule
        axes = {_axis_of(parameter.axes[name], rule.of): name for name in decision.names}
        if len(axes) > 1:
            names = " and ".join(repr(name) for name in axes.values())
            problem = f"it is tied, and its {rule.of} channels are others by each of {names}: match one of them"
            raise self._slice_error(rule, parameter, problem)
        (axis, name), *_ = axes.items()
        known = parameter.axes[name]
        if axis is None or axis >= len(parameter.shape):
            problem = f"of shape {list(parameter.shape)} in a {known.module}, it has no {rule.of} channels"
            raise self._slice_error(rule, parameter, problem)
        grouped, whole = (OUTPUT, INPUT) if known.grouped_output else (INPUT, OUTPUT)
        if rule.of == grouped and known.groups > 1 and parameter.shape[axis] == 1:
            problem = f"each of its {known.groups} groups has one {grouped} channel; slice its {whole} channels"
            raise self._slice_error(rule, parameter, problem)
        return axis

    def _choose(self, rule: Rule, parameter: Parameter, axis: int, channels: int) -> list[int]:
        assert rule.ratio is not None
        count = count_channels(rule.ratio, channels)
        if rule.choose == FIRST:
            return list(range(count))
        if rule.choose == RANDOM:
            return choose_random(count, channels, rule.seed or 0, parameter.name)
        return choose_largest(count, self._scores(rule, parameter), axis)

    def _scores(self, rule: Rule, parameter: Parameter) -> np.ndarray:
        """What the elements of a parameter count for."""
        known = self._parameters
        if rule.choose == MAGNITUDE:
            if known.value is None:
                raise self._slice_error(rule, parameter, "its values are not known here: choose 'first' or 'random'")
            return np.square(known.value(parameter.name).astype(np.float64))
        if known.importance is None:
            problem = "to choose by gradient takes a calibration set: give compile calibration=[(inputs, targets), ...]"
            raise self._slice_error(rule, parameter, problem)
        return known.importance(parameter.name)

    def _slice_error(self, rule: Rule, parameter: Parameter, problem: str) -> SchemeError:
        return self._error(rule, f"{rule.shown} cannot slice '{self._prefix}{parameter.name}': {problem}")

    @property
    def _hint(self) -> str:
        if self._parameters.all:
            return f"{self._whose}'s are named like '{self._prefix}{self._parameters.all[0].name}'"
        shared = " (what it shares with the model has the model's name)" if self._prefix else ""
        return f"{self._whose} has no parameters of its own{shared}"


def _is_kind(parameter: Parameter, kind: str | None) -> bool:
    return {BIAS: parameter.is_bias, NORM: parameter.is_norm, WEIGHT: parameter.is_layer_weight}.get(kind or "", True)


def _axis_of(axes: ChannelAxes, of: str | None) -> int | None:
    return axes.output if of == OUTPUT else axes.input

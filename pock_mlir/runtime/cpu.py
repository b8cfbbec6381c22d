"""Whether this processor can run the code of a bundle."""

from __future__ import annotations

from pock_mlir.bundle import TargetSpec
from pock_mlir.errors import TargetError, listed
from pock_mlir.machine import Machine, architecture, this_machine
from pock_mlir.targets import TARGETS, Target


def check_target(target: TargetSpec, bundle: str, machine: Machine | None = None) -> None:
    """Raises `TargetError` if the bundle named `bundle` was compiled for a processor that `machine` (this one) is not.

    Of the target's features those are looked for that code generation uses (`pock_mlir.machine`).
    """
    machine = this_machine() if machine is None else machine
    if machine.architecture != architecture(target.triple):
        raise TargetError(
            f"the bundle {bundle} was compiled for {architecture(target.triple)} ({target.triple}), this machine is "
            f"{machine.architecture}; {_advice(machine)}"
        )
    missing = machine.lacks(target.cpu_features)
    if missing:
        raise TargetError(
            f"the bundle {bundle} was compiled for the CPU '{target.cpu}', this CPU lacks {listed(missing)}; "
            + _advice(machine)
        )


def fitting_target(machine: Machine) -> Target | None:
    """The target of `pock targets` that uses most of what the machine has, for compiling on another one."""
    named = (target for target in TARGETS.values() if target.isa.triple)
    here = (target for target in named if architecture(target.isa.triple) == machine.architecture)
    fitting = (target for target in here if not machine.lacks(target.isa.needs))
    return max(fitting, key=lambda target: len(target.isa.needs), default=None)


def _advice(machine: Machine) -> str:
    target = fitting_target(machine)
    here = "compile it on this machine with target 'host'"
    return here if target is None else f"compile it with target '{target.name}', or {here.removeprefix('compile it ')}"

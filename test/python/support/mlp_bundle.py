"""A small bundle written by hand: a 2-layer MLP with mean squared error and SGD with momentum, as IREE MLIR.

It tests the runtime without the project's own compiler. The layout of the weights is the transposed framework layout.
"""

from __future__ import annotations

import functools
import platform
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from iree.compiler import ir

from pock_mlir.backends.iree.compiler.direct_allocation import allocate_directly
from pock_mlir.backends.iree.compiler.session import IreeCompiler
from pock_mlir.bundle import (
    ArraySpec,
    Manifest,
    MemoryPlan,
    ParameterSpec,
    Signature,
    StateSpec,
    TargetSpec,
    write_bundle,
)

MOMENTUM = 0.9


@dataclass(frozen=True)
class Mlp:
    """Sizes and options; `output = relu(x @ fc1) @ fc2 + bias`, the bias is frozen, fc1 too if `freeze_fc1`."""

    batch: int = 4
    inputs: int = 3
    hidden: int = 5
    outputs: int = 2
    accumulate: int = 1
    freeze_fc1: bool = False

    def weights(self) -> dict[str, tuple[int, int]]:
        """Stored shapes."""
        return {"fc1.weight": (self.inputs, self.hidden), "fc2.weight": (self.hidden, self.outputs)}

    def trained(self) -> list[str]:
        return ["fc2.weight"] if self.freeze_fc1 else ["fc1.weight", "fc2.weight"]

    def initial(self, seed: int = 0) -> dict[str, np.ndarray]:
        """Framework names and layouts."""
        rng = np.random.default_rng(seed)
        values = {
            name: rng.standard_normal((outputs, inputs), dtype=np.float32) / np.float32(inputs**0.5)
            for name, (inputs, outputs) in self.weights().items()
        }
        return values | {"fc2.bias": rng.standard_normal(self.outputs, dtype=np.float32)}

    def batch_of(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((self.batch, self.inputs), dtype=np.float32)
        return x, rng.standard_normal((self.batch, self.outputs), dtype=np.float32)


class Reference:
    """The same model in numpy, in the framework's layout."""

    def __init__(self, mlp: Mlp, values: dict[str, np.ndarray], lr: float):
        self.mlp, self.values, self.lr = mlp, {name: value.copy() for name, value in values.items()}, lr
        self.momentum = {name: np.zeros_like(values[name]) for name in mlp.trained()}
        self.gradients: list[dict[str, np.ndarray]] = []

    def predict(self, x: np.ndarray) -> np.ndarray:
        return np.maximum(x @ self.values["fc1.weight"].T, 0) @ self.values["fc2.weight"].T + self.values["fc2.bias"]

    def train_step(self, x: np.ndarray, y: np.ndarray) -> float:
        hidden = np.maximum(x @ self.values["fc1.weight"].T, 0)
        difference = hidden @ self.values["fc2.weight"].T + self.values["fc2.bias"] - y
        gradient = 2 * difference / difference.size
        self.gradients.append(
            {
                "fc2.weight": gradient.T @ hidden,
                "fc1.weight": ((gradient @ self.values["fc2.weight"]) * (hidden > 0)).T @ x,
            }
        )
        if len(self.gradients) == self.mlp.accumulate:
            for name, momentum in self.momentum.items():
                momentum[:] = MOMENTUM * momentum + sum(g[name] for g in self.gradients) / self.mlp.accumulate
                self.values[name] -= self.lr * momentum
            self.gradients.clear()
        return float(np.mean(difference**2))


def write_mlp_bundle(
    path: Path, mlp: Mlp | None = None, seed: int = 0, lr: float = 0.1, **manifest: object
) -> Manifest:
    """Writes the bundle; `manifest` overrides fields of its manifest."""
    mlp = mlp or Mlp()
    fields = {**_manifest_fields(mlp, lr), **manifest}
    made = Manifest(**fields)
    values = mlp.initial(seed)
    stored = {spec.name: spec.to_stored(values[spec.name]) for spec in made.parameters}
    return write_bundle(path, made, compile_text(module_text(mlp)), stored)


@functools.cache
def compile_text(text: str) -> bytes:
    """Compiles MLIR for the generic CPU of this machine's architecture, without allocations on the device's queue."""
    compiler = IreeCompiler(
        [
            "--iree-hal-target-device=local",
            "--iree-hal-local-target-device-backends=llvm-cpu",
            "--iree-llvmcpu-target-cpu=generic",
        ]
    )
    program = compiler.to_stream(ir.Module.parse(text, compiler.context))
    allocate_directly(program)
    return compiler.to_vm_bytecode(program)


def _manifest_fields(mlp: Mlp, lr: float) -> dict[str, object]:
    weights = mlp.weights()
    parameters = [
        ParameterSpec(
            name,
            "parameter",
            shape[::-1],
            "float32",
            (1, 0),
            name in mlp.trained(),
            ("tied.weight",) * (name == "fc2.weight"),
            name in mlp.trained(),
        )
        for name, shape in weights.items()
    ]
    parameters.append(ParameterSpec("fc2.bias", "buffer", (mlp.outputs,), "float32"))
    states = [StateSpec("lr", (), "float32", lr)]
    for name in mlp.trained():
        states.append(StateSpec(f"momentum.{name}", weights[name], "float32", 0.0, name, "momentum_buffer"))
        if mlp.accumulate > 1:
            states.append(StateSpec(f"accumulated.{name}", weights[name], "float32", 0.0, name, "accumulated"))
    x = (ArraySpec("x", (mlp.batch, mlp.inputs), "float32"),)
    y, output = ((ArraySpec(name, (mlp.batch, mlp.outputs), "float32"),) for name in ("y", "output"))
    return {
        "input_style": "positional",
        "signatures": (Signature("train_step", x, targets=y), Signature("predict", x, outputs=output)),
        "output_style": "single",
        "parameters": tuple(parameters),
        "state": tuple(states),
        "optimizer": {"name": "sgd", "lr": lr, "momentum": MOMENTUM},
        "scheme": "full",
        "loss": "mse",
        "accumulate": mlp.accumulate,
        "target": TargetSpec("generic", "llvm-cpu", f"{platform.machine()}-unknown-linux-gnu", "generic"),
        "memory": MemoryPlan(0, sum(spec.nbytes for spec in parameters), sum(spec.nbytes for spec in states), 0, 0, 0),
        "statistics": {"ops": {"before-pruning": {"pock.matmul": 5}, "after-pruning": {"pock.matmul": 4}}},
        "producer": "hand-written",
    }


def module_text(mlp: Mlp) -> str:
    """The module: globals, getters, the learning rate's setter, train_step, predict and apply_gradients."""
    return "\n".join(
        [
            "#id = affine_map<(d0,d1)->(d0,d1)>",
            "#scalar = affine_map<(d0,d1)->()>",
            "module @mlp {",
            *_globals(mlp),
            _predict(mlp),
            _train_step(mlp),
            *([_apply_gradients(mlp)] if mlp.accumulate > 1 else []),
            "}",
        ]
    )


def _type(*shape: int) -> str:
    return f"tensor<{''.join(f'{size}x' for size in shape)}f32>"


def _globals(mlp: Mlp) -> list[str]:
    lines = []

    def add(name: str, shape: tuple[int, ...], scope: str, mutable: bool) -> None:
        kind = _type(*shape)
        qualifier = "mutable " if mutable else ""
        lines.append(f'util.global private {qualifier}@"{name}" = #flow.parameter.named<"{scope}"::"{name}"> : {kind}')
        if mutable:
            lines.append(f'func.func @"get.{name}"() -> {kind} {{')
            lines.append(f'  %v = util.global.load @"{name}" : {kind}\n  return %v : {kind}\n}}')

    for name, shape in mlp.weights().items():
        add(name, shape, "parameter", name in mlp.trained())
    add("fc2.bias", (mlp.outputs,), "parameter", False)
    for name in mlp.trained():
        add(f"momentum.{name}", mlp.weights()[name], "state", True)
        if mlp.accumulate > 1:
            add(f"accumulated.{name}", mlp.weights()[name], "state", True)
    add("lr", (), "state", True)
    lines.append('func.func @"set.lr"(%v: tensor<f32>) {\n  util.global.store %v, @lr : tensor<f32>\n  return\n}')
    return lines


def _matmul(result: str, left: tuple[str, str], right: tuple[str, str], kind: str, maps: tuple[str, str]) -> str:
    """`result` of type `kind` from two operands, each a value and its type; `maps` are their indices."""
    indexing = ",".join(f"affine_map<(d0,d1,d2)->({dims})>" for dims in (*maps, "d0,d1"))
    inputs = f"ins({left[0]}, {right[0]} : {left[1]}, {right[1]})"
    return f"""  {result}_e = tensor.empty() : {kind}
  {result}_f = linalg.fill ins(%zero : f32) outs({result}_e : {kind}) -> {kind}
  {result} = linalg.matmul indexing_maps = [{indexing}] {inputs} outs({result}_f : {kind}) -> {kind}"""


def _forward(mlp: Mlp) -> str:
    x, w1, w2 = (_type(*s) for s in ((mlp.batch, mlp.inputs), *mlp.weights().values()))
    hidden, out, bias = _type(mlp.batch, mlp.hidden), _type(mlp.batch, mlp.outputs), _type(mlp.outputs)
    return f"""  %zero = arith.constant 0.0 : f32
  %zeros = arith.constant dense<0.0> : {hidden}
  %w1 = util.global.load @"fc1.weight" : {w1}
  %w2 = util.global.load @"fc2.weight" : {w2}
  %b = util.global.load @"fc2.bias" : {bias}
{_matmul("%p", ("%x", x), ("%w1", w1), hidden, ("d0,d2", "d2,d1"))}
  %h = arith.maximumf %p, %zeros : {hidden}
{_matmul("%q", ("%h", hidden), ("%w2", w2), out, ("d0,d2", "d2,d1"))}
  %o_e = tensor.empty() : {out}
  %o = linalg.broadcast ins(%b : {bias}) outs(%o_e : {out}) dimensions = [0]
  %out = arith.addf %q, %o : {out}"""


def _predict(mlp: Mlp) -> str:
    out = _type(mlp.batch, mlp.outputs)
    return f"""func.func @predict(%x: {_type(mlp.batch, mlp.inputs)}) -> {out} {{
{_forward(mlp)}
  return %out : {out}
}}"""


def _train_step(mlp: Mlp) -> str:
    x, hidden, out = ((mlp.batch, mlp.inputs), (mlp.batch, mlp.hidden), (mlp.batch, mlp.outputs))
    w1, w2 = mlp.weights().values()
    tx, th, to, t1, t2 = (_type(*shape) for shape in (x, hidden, out, w1, w2))
    backward = [_matmul("%g2", ("%h", th), ("%g", to), t2, ("d2,d0", "d2,d1"))]
    if not mlp.freeze_fc1:
        backward.append(f"""{_matmul("%gp", ("%g", to), ("%w2", t2), th, ("d0,d2", "d1,d2"))}
  %on = arith.cmpf ogt, %h, %zeros : {th}
  %gh = arith.select %on, %gp, %zeros : {th.replace("f32", "i1")}, {th}
{_matmul("%g1", ("%x", tx), ("%gh", th), t1, ("d2,d0", "d2,d1"))}""")
    take = _update if mlp.accumulate == 1 else _accumulate
    updates = [take("%g2", "fc2.weight", w2)] + ([] if mlp.freeze_fc1 else [take("%g1", "fc1.weight", w1)])
    return f"""func.func @train_step(%x: {tx}, %y: {to}) -> tensor<f32> {{
{_forward(mlp)}
  %d = arith.subf %out, %y : {to}
  %square = arith.mulf %d, %d : {to}
  %l_e = tensor.empty() : tensor<f32>
  %l_f = linalg.fill ins(%zero : f32) outs(%l_e : tensor<f32>) -> tensor<f32>
  %l = linalg.reduce ins(%square : {to}) outs(%l_f : tensor<f32>) dimensions = [0, 1] (%a: f32, %s: f32) {{
    %t = arith.addf %a, %s : f32
    linalg.yield %t : f32
  }}
  %count = arith.constant dense<{float(mlp.batch * mlp.outputs)}> : tensor<f32>
  %loss = arith.divf %l, %count : tensor<f32>
  %factor = arith.constant dense<{2.0 / (mlp.batch * mlp.outputs)}> : {to}
  %g = arith.mulf %d, %factor : {to}
  {chr(10).join(backward)}
  {chr(10).join(updates)}
  return %loss : tensor<f32>
}}"""


def _apply_gradients(mlp: Mlp) -> str:
    updates = []
    for number, name in enumerate(mlp.trained()):
        shape = mlp.weights()[name]
        updates.append(f'  %a{number} = util.global.load @"accumulated.{name}" : {_type(*shape)}')
        updates.append(_update(f"%a{number}", name, shape, scale=1 / mlp.accumulate, clear=f"accumulated.{name}"))
    return "func.func @apply_gradients() {\n" + "\n".join(updates) + "\n  return\n}"


def _accumulate(gradient: str, name: str, shape: tuple[int, int]) -> str:
    body = "%sum = arith.addf %g, %v0 : f32\n      linalg.yield %sum : f32"
    kind = _type(*shape)
    return _in_place(f"a_{name.replace('.', '_')}", {"g": (gradient, kind)}, [f"accumulated.{name}"], shape, body)


def _update(gradient: str, name: str, shape: tuple[int, int], scale: float = 1.0, clear: str | None = None) -> str:
    """SGD with momentum; with `clear` the gradient is that state, which becomes zero."""
    taken = "%v2" if clear else "%g"
    zero = ", %none : f32, f32, f32" if clear else " : f32, f32"
    body = f"""%scale = arith.constant {scale:e} : f32
      %mu = arith.constant {MOMENTUM:e} : f32
      %none = arith.constant 0.0 : f32
      %gs = arith.mulf {taken}, %scale : f32
      %mm = arith.mulf %v1, %mu : f32
      %m = arith.addf %mm, %gs : f32
      %delta = arith.mulf %m, %lr : f32
      %w = arith.subf %v0, %delta : f32
      linalg.yield %w, %m{zero}"""
    prefix = f"u_{name.replace('.', '_')}"
    reads = {"lr": (f"%{prefix}_rate", "tensor<f32>")} | ({} if clear else {"g": (gradient, _type(*shape))})
    rate = f"  %{prefix}_rate = util.global.load @lr : tensor<f32>\n"
    changed = [name, f"momentum.{name}"] + ([clear] if clear else [])
    return rate + _in_place(prefix, reads, changed, shape, body)


def _in_place(
    prefix: str, reads: dict[str, tuple[str, str]], names: list[str], shape: tuple[int, int], body: str
) -> str:
    """A dispatch that changes the named globals in place.

    `reads` maps names to values and their types. `body` computes an element: %<name> is that of a value read, %v0,
    %v1 ... those of the globals.
    """
    kind = _type(*shape)
    tied = {f"v{i}": (f"%{prefix}_{i}", kind) for i in range(len(names))}
    operands, outputs = reads | tied, ", ".join(value for value, _ in tied.values())
    several = f":{len(names)}" if len(names) > 1 else ""
    result = [f"#{i}" if several else "" for i in range(len(names))]
    types = ", ".join(kind for _, kind in operands.values())
    return "\n".join(
        [
            *(f'  %{prefix}_{i} = util.global.load @"{name}" : {kind}' for i, name in enumerate(names)),
            f"  %{prefix}_u{several} = flow.dispatch.workgroups({', '.join(value for value, _ in operands.values())})",
            f"    : ({types}) -> ({outputs}) = (",
            ",\n".join(f"      %{key}a: {_access(key, reads)}:{t}>" for key, (_, t) in operands.items()) + ") {",
            *(
                f"    %{key}t = {_whole('load', shape, t)} : {_access(key, reads)}:{t}> -> {t}".replace("@", f"%{key}a")
                for key, (_, t) in operands.items()
            ),
            f"    %new{several} = {_elementwise(reads, tied, body)}",
            *(
                f"    {_whole('store', shape, kind)} : {kind} -> {_access(key, reads)}:{kind}>".replace(
                    "@", f"%new{number}, %{key}a"
                )
                for key, number in zip(tied, result, strict=True)
            ),
            "    flow.return\n  }",
            *(
                f'  util.global.store %{prefix}_u{number}, @"{name}" : {kind}'
                for name, number in zip(names, result, strict=True)
            ),
        ]
    )


def _access(key: str, reads: dict[str, tuple[str, str]]) -> str:
    return f"!iree_tensor_ext.dispatch.tensor<{'readonly' if key in reads else 'readwrite'}"


def _whole(action: str, shape: tuple[int, int], kind: str) -> str:
    """A load or store of a whole tensor; `@` stands for the operands."""
    sizes = list(shape) if kind == _type(*shape) else []
    text = f"offsets={[0] * len(sizes)}, sizes={sizes}, strides={[1] * len(sizes)}"
    return f"iree_tensor_ext.dispatch.tensor.{action} @, {text}"


def _elementwise(reads: dict[str, tuple[str, str]], tied: dict[str, tuple[str, str]], body: str) -> str:
    operands = reads | tied
    maps = ", ".join("#scalar" if kind == "tensor<f32>" else "#id" for _, kind in operands.values())
    listed = [", ".join(f"%{key}t" for key in group) for group in (reads, tied)]
    types = [", ".join(kind for _, kind in group.values()) for group in (reads, tied)]
    elements = ", ".join(f"%{key}: f32" for key in operands)
    return f"""linalg.generic {{indexing_maps = [{maps}], iterator_types = ["parallel", "parallel"]}}
        ins({listed[0]} : {types[0]}) outs({listed[1]} : {types[1]}) {{
    ^bb0({elements}):
      {body}
    }} -> ({types[1]})"""

"""What import and each pass take on a large model: a decoder of LLaMA-7B's widths whose weights are never made.

    .venv/bin/python benchmarks/pass_time.py [--layers 32] [--scheme full] [--profile]

The model stands on the meta device. torch.export is shown, but is not ours and not in the sum. Seconds are wall-clock
and, for a machine that others use too, those of the process's CPU; growth is that of the process's peak memory.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import torch
from rich.console import Console
from rich.table import Table
from transformers import LlamaConfig, LlamaForCausalLM

from pock_mlir.contract import symbol_of
from pock_mlir.frontends.torch.export import Examples, TracedModel, trace
from pock_mlir.frontends.torch.importer import ParameterTable, import_traced
from pock_mlir.frontends.torch.module_tree import module_parameters
from pock_mlir.passes.forward.convert_torch_to_pock import torch_op
from pock_mlir.passes.machinery.calls import call, calls
from pock_mlir.passes.machinery.pipeline import run_pipeline
from pock_mlir.schemes import resolve, scheme_of

TOKENS = 128
EXPORT = "torch.export"


class Decoder(torch.nn.Module):
    """LLaMA's decoder with 8 key-value heads and the logits of all tokens."""

    def __init__(self, layers: int) -> None:
        super().__init__()
        config = LlamaConfig(
            vocab_size=32_000,
            hidden_size=4096,
            intermediate_size=11_008,
            num_hidden_layers=layers,
            num_attention_heads=32,
            num_key_value_heads=8,
            max_position_embeddings=TOKENS,
            use_cache=False,
        )
        self.decoder = LlamaForCausalLM(config)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.decoder(input_ids=ids).logits.flatten(0, 1)


class Recorder:
    """Rows of name, wall-clock seconds, CPU seconds, and growth of the peak memory in bytes."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float, float, int]] = []
        self._cpu, self._peak = time.process_time(), _peak_bytes()

    def add(self, name: str, seconds: float) -> None:
        """Records what ended just now; its CPU time and memory count from the row before."""
        cpu, peak = time.process_time(), _peak_bytes()
        self.rows.append((name, seconds, cpu - self._cpu, peak - self._peak))
        self._cpu, self._peak = cpu, peak

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.add(name, time.perf_counter() - start)


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def export(layers: int) -> tuple[torch.nn.Module, TracedModel]:
    """The model and its programs."""
    with torch.device("meta"):
        model = Decoder(layers).eval()
        ids, targets = torch.zeros(1, TOKENS, dtype=torch.int64), torch.zeros(TOKENS, dtype=torch.int64)
    examples = Examples([((ids,), (targets,))], [(ids,)])
    return model, trace(model, examples, torch.nn.functional.cross_entropy, torch_op.names())


def compile_passes(model: torch.nn.Module, traced: TracedModel, scheme: str, recorder: Recorder) -> None:
    """Import and all passes, up to the hand-over to IREE."""
    with recorder.measure("import"):
        module = import_traced(traced, ParameterTable(model))
    parameters = module_parameters(model)
    trained = resolve(scheme_of(scheme, parameters), parameters).model
    backward = call("pock-backward", symbols=[symbol_of(name) for name in trained])
    updates = calls("pock-insert-adamw", "pock-pruning", "pock-lowering")
    run_pipeline(module, [*calls("pock-forward"), backward, *updates], on_pass=recorder.add)


def show(recorder: Recorder, title: str) -> None:
    ours = [row for row in recorder.rows if row[0] != EXPORT]
    sums = [sum(row[column] for row in ours) for column in (1, 2, 3)]
    table = Table("stage or pass", title=title, show_footer=True)
    table.columns[0].footer = f"sum without {EXPORT}"
    for heading, footer in zip(("wall s", "CPU s", "growth MB"), (*sums[:2], sums[2] / 1e6), strict=True):
        table.add_column(heading, f"{footer:.2f}", justify="right")
    for name, wall, cpu, growth in recorder.rows:
        table.add_row(name, f"{wall:.2f}", f"{cpu:.2f}", f"{growth / 1e6:.1f}")
    Console().print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, default=32)
    parser.add_argument("--scheme", default="full")
    parser.add_argument("--profile", action="store_true", help="show the functions that take most time, too")
    options = parser.parse_args()
    recorder = Recorder()
    with recorder.measure(EXPORT):
        model, traced = export(options.layers)
    profile = cProfile.Profile() if options.profile else None
    with profile or nullcontext():
        compile_passes(model, traced, options.scheme, recorder)
    weights = sum(p.nbytes for p in model.parameters()) / 1e9
    show(recorder, f"{options.layers} layers, {weights:.1f} GB of weights, scheme {options.scheme}, AdamW")
    if profile is not None:
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    main()

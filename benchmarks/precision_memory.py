"""Planned memory of a small BERT's training step in each precision.

python benchmarks/precision_memory.py
"""

from __future__ import annotations

import torch
from rich.console import Console
from rich.table import Table
from transformers import BertConfig, BertForSequenceClassification

import pock_mlir as pock

BATCH, LENGTH = 16, 128
CONFIG = BertConfig(
    vocab_size=500,
    hidden_size=128,
    num_hidden_layers=3,
    num_attention_heads=4,
    intermediate_size=512,
    max_position_embeddings=LENGTH,
    num_labels=4,
)


def main() -> None:
    model = BertForSequenceClassification(CONFIG).eval()
    inputs = {
        "input_ids": torch.zeros(BATCH, LENGTH, dtype=torch.int64),
        "attention_mask": torch.ones(BATCH, LENGTH, dtype=torch.int64),
    }
    targets = (torch.zeros(BATCH, dtype=torch.int64),)
    table = Table("precision", "parameters", "state", "transients", "transients of predict", title="MB")
    for name, precision in {
        "f32": pock.Precision(),
        "bf16": pock.Precision("bf16"),
        "f16": pock.Precision("f16"),
        "bf16, no master weights": pock.Precision("bf16", master_weights=False),
    }.items():
        memory = pock.compile(model, inputs, targets, optimizer=pock.AdamW(), precision=precision).memory
        figures = (memory.parameter_bytes, memory.state_bytes, memory.transient_bytes, memory.predict_transient_bytes)
        table.add_row(name, *(f"{figure / 1e6:.1f}" for figure in figures))
    Console().print(table)


if __name__ == "__main__":
    main()

"""The table of the report: the same cells for the terminal, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Callable

from rich.table import Table

from .results import Results, VariantResult

COLUMNS = ("", "probe¹", "PyTorch eager", "pock, full", "pock, sparse²")


def rows(results: Results) -> list[tuple[str, ...]]:
    """The cells, one tuple a row: a figure, then its value for every variant."""
    probe, compare = results.probe, results.compare

    def row(title: str, probed: str, cell: Callable[[VariantResult], str]) -> tuple[str, ...]:
        return (title, probed, *(cell(variant) for variant in (results.torch, results.full, results.sparse)))

    ratios = (f"{compare.ratio(name):.2f} x" for name in ("torch", "full", "sparse"))
    return [
        row("test accuracy", f"{probe.accuracy:.2%}", lambda variant: f"{variant.accuracy:.2%}"),
        row("time per step", "", lambda variant: f"{variant.median_step * 1e3:.0f} ms"),
        ("ratio to PyTorch³", "", *ratios),
        row("device peak⁴", "", lambda variant: megabytes(variant.peak_bytes)),
        row("process growth⁵", "", lambda variant: megabytes(variant.rss_growth_bytes)),
        row("module size⁶", "", lambda variant: megabytes(variant.module_bytes)),
        row("trained parameters", f"{probe.trained_parameters:,}", lambda variant: f"{variant.trained_parameters:,}"),
    ]


def notes(results: Results) -> list[str]:
    """The footnotes: what exactly each figure is."""
    compare = results.compare
    same_scheme = compare.ratio("sparse", "torch-sparse")
    return [
        f"¹ Linear probe: logistic regression on the frozen encoder's vectors of the same {results.probe.documents:,} "
        "documents.",
        f"² Scheme {results.config['scheme']}. PyTorch that updates only the same parameters peaks at "
        f"{megabytes(compare.torch_sparse_peak_bytes)}; our step takes {same_scheme:.2f} times as long as its.",
        f"³ Medians of {len(compare.seconds['torch'])} rounds in one process that gave each variant a step by turns.",
        "⁴ PyTorch: parameters, buffers and optimizer state plus the peak of what one step allocates, from the "
        "records of its CPU allocator. Ours: the peak of the device allocator, parameters and state included.",
        "⁵ Peak resident memory of the process while it trains, less what it held before the model was loaded.",
        "⁶ The compiled training step without the parameters. It runs on "
        f"{megabytes(results.full.software_bytes)} of installed packages (iree-base-runtime, numpy); PyTorch eager has "
        f"no module and needs {megabytes(results.torch.software_bytes)} (torch, transformers, numpy).",
    ]


def megabytes(value: int | None) -> str:
    """A number of bytes for the reader."""
    if value is None:
        return "none"
    return f"{value / 1e6:.2f} MB" if value < 10_000_000 else f"{value / 1e6:.0f} MB"


def rich_table(results: Results) -> Table:
    """For the terminal: narrow enough for 80 columns."""
    table = Table(title="all-MiniLM-L6-v2 on Reuters R8")
    for number, column in enumerate(COLUMNS):
        table.add_column(column, justify="left" if number == 0 else "right")
    for row in rows(results):
        table.add_row(*row)
    return table


def markdown(results: Results) -> str:
    """For a README."""
    lines = [COLUMNS, ("---", *["---:"] * (len(COLUMNS) - 1)), *rows(results)]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return table + "\n\n" + "\n\n".join(notes(results)) + "\n"

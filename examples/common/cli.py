"""The command line of an example: options of its configuration, and its stages one after the other."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from .config import ExampleConfig
from .errors import DemoError
from .packages import Package, fetch
from .stages import run_apart, run_here


@dataclass(frozen=True)
class Example:
    """An example: `options` maps fields of its configuration to what they mean, those in `counts` are at least 1;
    `report` gets the stages' results and returns the exit status, 0 if all checks hold.
    """

    package: str
    description: str
    downloads: str
    packages: Sequence[Package]
    config: type[ExampleConfig]
    options: Mapping[str, str]
    counts: Sequence[str]
    stages: Mapping[str, str]
    report: Callable[[dict[str, Any], Any, Console], int]

    def main(self, arguments: list[str] | None = None) -> int:
        """Runs the example; the exit status is 0 if all checks hold."""
        options = self._parser().parse_args(arguments)
        console = Console(highlight=False)
        try:
            if options.stage:
                run_here(self.package, options.stage, self.config.from_json(options.config))
                return 0
            return self._run(self._config(options), console)
        except DemoError as error:
            console.print(f"[red]error:[/red] {error}", soft_wrap=True)
            return 1
        except KeyboardInterrupt:
            console.print("stopped")
            return 130

    def _run(self, config: ExampleConfig, console: Console) -> int:
        console.print(f"[bold]{self.downloads}[/bold]")
        fetch(self.packages, config.cache, lambda line: console.print("  " + line, soft_wrap=True))
        config.folder.mkdir(parents=True, exist_ok=True)
        results = {name: run_apart(self.package, name, title, config, console) for name, title in self.stages.items()}
        return self.report(results, config, console)

    def _parser(self) -> argparse.ArgumentParser:
        defaults = self.config()
        parser = argparse.ArgumentParser(prog="run.py", description=self.description)
        for name, text in self.options.items():
            default = getattr(defaults, name)
            flag, kind = f"--{name.replace('_', '-')}", type(default)
            parser.add_argument(flag, type=kind, default=default, help=f"{text} (default: {default})")
        # For the subprocesses of the example itself.
        parser.add_argument("--stage", choices=self.stages, help=argparse.SUPPRESS)
        parser.add_argument("--config", help=argparse.SUPPRESS)
        return parser

    def _config(self, options: argparse.Namespace) -> ExampleConfig:
        names = {item.name for item in dataclasses.fields(self.config)}
        values = {name: value for name, value in vars(options).items() if name in names}
        for name in self.counts:
            if values[name] < 1:
                raise DemoError(f"--{name.replace('_', '-')} must be at least 1, not {values[name]}")
        return self.config(**values)

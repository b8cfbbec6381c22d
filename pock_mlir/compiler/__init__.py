"""The compile driver. Needs torch, torch-mlir and the IREE compiler: the extra `compiler`."""

from pock_mlir.errors import MissingDependencyError

try:
    from pock_mlir.compiler.driver import compile, coverage, import_model
    from pock_mlir.compiler.stages import Compiled, Imported, Lowered, Plan, Trainable
    from pock_mlir.coverage_report import CoverageReport
except ImportError as error:
    if error.name is None or error.name.split(".")[0] not in ("torch", "torch_mlir", "iree", "yaml"):
        raise
    raise MissingDependencyError(f"compiling needs the package {error.name}; install pock_mlir[compiler]") from error

__all__ = [
    "Compiled",
    "CoverageReport",
    "Imported",
    "Lowered",
    "Plan",
    "Trainable",
    "compile",
    "coverage",
    "import_model",
]

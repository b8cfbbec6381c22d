"""Configuration of lit for the FileCheck tests."""

import os
import sys
from pathlib import Path

import lit.formats
import llvm_testing_tools

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT_BIN = Path(sys.executable).parent
# The real programs, not the Python scripts that start them.
LLVM_BIN = Path(llvm_testing_tools.__file__).parent / "binaries"

config.name = "pock"
config.test_format = lit.formats.ShTest()
config.suffixes = [".mlir"]
config.excludes = ["python", "e2e"]
config.test_source_root = str(Path(__file__).parent)
config.test_exec_root = str(ROOT / "build" / "test")
config.environment["PATH"] = os.pathsep.join([str(LLVM_BIN), str(ENVIRONMENT_BIN), os.environ["PATH"]])
config.environment["FILECHECK_OPTS"] = "--enable-var-scope --dump-input=fail"
config.environment["POCK_TEST_PASSES"] = "1"
config.substitutions += [("%pock-opt", str(ENVIRONMENT_BIN / "pock-opt")), ("%python", sys.executable)]

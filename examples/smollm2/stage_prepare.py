"""Stage: the tokenizer out of the model file, and the text as tokens."""

from __future__ import annotations

from typing import Any

import numpy as np
from common.errors import DemoError
from gguf import GGUFReader

from .config import Config
from .data import MODEL, TALES
from .text import read_tales, split, windows
from .tokenizer import build_tokenizer
from .weights import metadata

#: What byte-level encoding must give back byte by byte.
ROUND_TRIPS = ("Hello, world! It's 1812.", "  two spaces\n\n\tand a tab", "naïve café, Grüße, 漢字, 🙂")


def run(config: Config) -> dict[str, Any]:
    """Writes the tokens and the tokenizer; the numbers of windows."""
    entries = metadata(GGUFReader(config.cache / MODEL.members[0].name))
    tokenizer = build_tokenizer(entries)
    tales = read_tales(config.cache / TALES.members[0].name)
    for text in (*ROUND_TRIPS, *tales):
        if tokenizer.decode(tokenizer.encode(text).ids) != text:
            raise DemoError(f"the tokenizer does not give back {text[:40]!r}")
    trained, held_out = (windows([tokenizer.encode(tale).ids for tale in part], config.length) for part in split(tales))
    np.savez(
        config.tokens_file,
        train=trained,
        held_out=held_out[:: max(1, len(held_out) // config.held_out_windows)][: config.held_out_windows],
        prompt=np.array(tokenizer.encode(config.prompt).ids, np.int64),
        stop=np.int64(entries["tokenizer.ggml.eos_token_id"]),
    )
    tokenizer.save(str(config.tokenizer_file))
    return {"tales": len(tales), "windows": len(trained)}

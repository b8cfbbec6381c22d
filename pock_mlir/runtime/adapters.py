"""Adapters in PEFT's files, and merged into the weights that they adapt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pock_mlir.bundle import Manifest, TensorFile, write_tensor_file
from pock_mlir.bundle.atomic import atomic_write
from pock_mlir.contract import module_path
from pock_mlir.errors import StateError, TensorFileError
from pock_mlir.fields import FieldError, read_record
from pock_mlir.lora import ALL_LINEAR, Lora
from pock_mlir.runtime.state import take_parameters
from pock_mlir.text import parse_json, read_text

TENSORS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
_PREFIX = "base_model.model."
# What a configuration of PEFT may ask for beside plain LoRA, and its value where it does not.
_PLAIN: Mapping[str, Any] = {
    "peft_type": "LORA",
    "bias": "none",
    "use_dora": False,
    "lora_bias": False,
    "rank_pattern": {},
    "alpha_pattern": {},
    "layer_replication": None,
    "use_qalora": False,
    "trainable_token_indices": None,
    "target_parameters": None,
}


def merged(manifest: Manifest, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What the model's state dictionary is without adapters, each added to its weight; `values` holds parameters and
    buffers by symbol, in the framework's layout.
    """
    whole = dict(values)
    for adapter in manifest.adapters:
        a, b, weight = (whole[symbol] for symbol in (adapter.a, adapter.b, adapter.weight))
        whole[adapter.weight] = weight + adapter.delta(a, b, weight.shape).astype(weight.dtype)
    factors = _factors(manifest)
    kept = [spec for spec in manifest.model_parameters if spec.symbol not in factors]
    return {name: array for spec in kept for name, array in spec.named(whole[spec.symbol]).items()}


def write_adapter(folder: str | Path, manifest: Manifest, values: Mapping[str, np.ndarray]) -> None:
    """Writes the adapters, and the modules that are trained in full, as PEFT's `save_pretrained` does; `values` as for
    `merged`. Raises `StateError`, also where the bundle has no adapters.
    """
    folder, lora = Path(folder), _lora(manifest)
    factors, modules = _factors(manifest), _modules(manifest)
    tensors = {
        _PREFIX + name: values[spec.symbol]
        for spec in manifest.model_parameters
        for name in spec.names
        if spec.symbol in factors or any(name.startswith(f"{module}.") for module in modules)
    }
    paths = {spec.symbol: module_path(spec.name) for spec in manifest.parameters}
    adapted = [paths[adapter.weight] for adapter in manifest.adapters]
    config = dict(_PLAIN) | {
        "r": lora.r,
        "lora_alpha": int(lora.alpha) if lora.alpha == int(lora.alpha) else lora.alpha,
        "use_rslora": lora.rslora,
        "lora_dropout": 0.0,
        "target_modules": adapted if lora.targets == (ALL_LINEAR,) else list(lora.targets),
        "modules_to_save": modules or None,
        "fan_in_fan_out": any(adapter.transposed for adapter in manifest.adapters),
        "init_lora_weights": True,
        "inference_mode": True,
        "task_type": None,
        "base_model_name_or_path": None,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_tensor_file(folder / TENSORS, tensors, {"format": "pt"})
        with atomic_write(folder / CONFIG) as file:
            file.write(json.dumps(config, indent=2).encode())
    except (OSError, TensorFileError) as error:
        raise StateError(f"the adapter was not written to {folder}: {error}") from error


def read_adapter(folder: str | Path, manifest: Manifest) -> dict[str, np.ndarray]:
    """The values in an adapter that PEFT or `write_adapter` wrote, by symbol, as stored.

    Raises `StateError` where it is not one of this bundle's: every adapter must be there, of the same rank and scale.
    """
    folder, lora = Path(folder), _lora(manifest)
    config = parse_json(read_text(folder / CONFIG, StateError), str(folder / CONFIG), StateError)
    problem = _mismatch(config, lora)
    if problem:
        raise StateError(f"{folder / CONFIG}: {problem}. Nothing was changed")
    try:
        arrays = TensorFile(folder / TENSORS).arrays()
    except TensorFileError as error:
        raise StateError(f"the adapter cannot be read: {error}") from error
    found = {name.removeprefix(_PREFIX): array for name, array in arrays.items()}
    factors = _factors(manifest)
    specs = [
        spec
        for spec in manifest.model_parameters
        if spec.symbol in factors or any(name in found for name in spec.names)
    ]
    return take_parameters(found, specs, strict=True, what=f"the adapter {folder}")


def _mismatch(config: Any, lora: Lora) -> str:
    """What of a configuration is not as the bundle has it."""
    if not isinstance(config, dict):
        return "expected an object"
    for key, plain in _PLAIN.items():
        value = config.get(key, plain)
        if value != plain and value:
            return f"'{key}' is {value!r}, but a bundle's adapters have {plain!r}"
    own = {"r": lora.r, "lora_alpha": lora.alpha, "use_rslora": lora.rslora}
    for key, value in own.items():
        if config.get(key) != value:
            return (
                f"'{key}' is {config.get(key)!r}, but the bundle was compiled for {value!r}; compile it for the other"
            )
    return ""


def _lora(manifest: Manifest) -> Lora:
    try:
        document = manifest.scheme["lora"] if manifest.adapters else None
        return read_record(Lora, document, "the bundle's scheme: lora")
    except (FieldError, KeyError, TypeError):
        raise StateError(
            "the bundle has no adapters: compile it with a scheme such as 'lora:r=8', or take state_dict"
        ) from None


def _factors(manifest: Manifest) -> set[str]:
    return {symbol for adapter in manifest.adapters for symbol in (adapter.a, adapter.b)}


def _modules(manifest: Manifest) -> list[str]:
    """The paths of the modules that training changes beside the adapters, by training or in their buffers."""
    factors = _factors(manifest)
    changed = [spec for spec in manifest.model_parameters if spec.mutable and spec.symbol not in factors]
    alone = next((spec for spec in changed if not module_path(spec.name)), None)
    if alone is not None:
        raise StateError(
            f"training changes '{alone.name}', which is no module's, so that PEFT's files have no place for it; take "
            "merged_state_dict"
        )
    return list(dict.fromkeys(module_path(spec.name) for spec in changed))

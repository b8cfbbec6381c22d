"""Storage in bfloat16 and float16: training follows PyTorch's in float32 as far as the digits go."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from support.manifests import edit_manifest
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock
from pock_mlir.bundle import ParameterSpec, TensorFile, read_bundle, write_tensor_file
from pock_mlir.bundle.writer import file_record

CLASSES = 4
# Eight bits of fraction: a value is off by 2^-9 of itself at most, a loss of several layers by a few of these.
LOSS_TOLERANCE = {"bf16": 2e-2, "f16": 3e-3}
# Of the largest update of the parameter.
UPDATE_TOLERANCE = {"bf16": 0.1, "f16": 0.02}


class Net(nn.Module):
    """An embedding, attention with a mask, a convolution, batch normalisation in training mode, a head."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(30, 16)
        self.norm = nn.LayerNorm(16)
        self.qkv = nn.Linear(16, 48)
        self.conv = nn.Conv1d(16, 16, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm1d(16)
        self.head = nn.Linear(16, CLASSES)

    def forward(self, ids: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        x = self.embedding(ids) * scale[:, None, None]
        query, key, value = self.qkv(self.norm(x)).chunk(3, -1)
        x = x + F.scaled_dot_product_attention(query, key, value, attn_mask=(ids > 2)[:, None, :])
        x = F.gelu(self.bn(self.conv(x.mT)))
        return self.head(x.mean(-1))


def _batch(seed: int) -> tuple[tuple[torch.Tensor, torch.Tensor], torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(0, 30, (16, 12), generator=generator)
    return (ids, torch.ones(16)), ids[:, 0] % CLASSES


def _compile(
    folder: Path, precision: str | pock.Precision, **options: object
) -> tuple[nn.Module, pock.compiler.Compiled]:
    torch.manual_seed(0)
    model, ((ids, scale), targets) = Net().train(), _batch(0)
    arguments = {"optimizer": pock.SGD(lr=0.2, momentum=0.9), **options}
    step = pock.compile(model, (ids, scale), (targets,), precision=precision, **arguments)
    step.save(folder / "model.pock")
    return model, step


@pytest.fixture(scope="module", params=["bf16", "f16"])
def compiled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp(request.param)
    model, step = _compile(folder, request.param)
    return request.param, model, step, folder / "model.pock"


def test_training_follows_float32(compiled) -> None:
    precision, model, _, path = compiled
    session, reference = pock.load(path, threads=1), copy.deepcopy(model)
    start = {name: p.detach().clone() for name, p in reference.named_parameters()}
    optimizer = torch.optim.SGD(reference.parameters(), lr=0.2, momentum=0.9)
    for seed in range(5):
        inputs, targets = _batch(seed)
        loss = F.cross_entropy(reference(*inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert session.train_step(*inputs, targets) == pytest.approx(loss.item(), rel=LOSS_TOLERANCE[precision])
    state = session.state_dict()
    for name, p in reference.named_parameters():
        assert state[name].dtype == np.float32
        update = (p - start[name]).detach().numpy()
        difference = np.abs(state[name] - p.detach().numpy()).max()
        assert difference <= UPDATE_TOLERANCE[precision] * np.abs(update).max() + 1e-6, name


def test_tensors_take_less_memory(compiled, tmp_path: Path) -> None:
    _, narrow = compiled[1:3]
    _, wide = _compile(tmp_path, "f32")
    assert narrow.memory.transient_bytes < 0.9 * wide.memory.transient_bytes
    assert narrow.memory.predict_transient_bytes < 0.9 * wide.memory.predict_transient_bytes
    assert narrow.manifest.precision == {"storage": compiled[0], "master_weights": True}


def test_gradients_that_overflow_update_nothing(tmp_path: Path) -> None:
    _compile(tmp_path, "f16", optimizer=pock.AdamW(lr=0.01))
    session = pock.load(tmp_path / "model.pock", threads=1)
    (ids, scale), targets = _batch(0)
    session.train_step(ids, scale, targets)
    session.save_checkpoint(tmp_path / "before.safetensors")
    before, statistics = session.state_dict(), ("bn.running_mean", "bn.running_var", "bn.num_batches_tracked")
    session.train_step(ids, torch.full((16,), 60000.0), targets)
    session.save_checkpoint(tmp_path / "after.safetensors")
    for name, value in session.state_dict().items():
        if name not in statistics:
            np.testing.assert_array_equal(value, before[name], err_msg=name)
    files = [TensorFile(tmp_path / f"{name}.safetensors").arrays() for name in ("before", "after")]
    scales = [float(file["optimizer/loss_scale"]) for file in files]
    assert scales[1] == scales[0] / 2
    assert files[0]["optimizer/step"] == files[1]["optimizer/step"] == 1
    session.load_state_dict(before)
    assert np.isfinite(session.train_step(ids, scale, targets))
    assert not np.array_equal(session.state_dict()["head.weight"], before["head.weight"])


def test_frozen_and_masterless_parameters_are_stored_narrow(tmp_path: Path) -> None:
    precision = pock.Precision("bf16", master_weights=False)
    model, step = _compile(tmp_path, precision, scheme=pock.Scheme("head", (pock.schemes.Rule("head*"),)))
    specs = {spec.name: spec for spec in step.manifest.parameters}
    assert specs["embedding.weight"].stored_dtype == specs["head.weight"].stored_dtype == "bfloat16"
    assert specs["head.bias"].stored_dtype is None
    session = pock.load(tmp_path / "model.pock", threads=1)
    state = session.state_dict()
    for name in ("embedding.weight", "conv.weight", "head.weight"):
        expected = model.state_dict()[name].bfloat16().float().numpy()
        np.testing.assert_array_equal(state[name], expected, err_msg=name)
    inputs, targets = _batch(0)
    losses = [session.train_step(*inputs, targets) for _ in range(10)]
    assert losses[-1] < losses[0]
    session.save_checkpoint(tmp_path / "c.safetensors")
    other = pock.load(tmp_path / "model.pock", threads=1)
    other.load_checkpoint(tmp_path / "c.safetensors")
    assert other.train_step(*inputs, targets) == session.train_step(*inputs, targets)


def test_master_weights_keep_small_updates(tmp_path: Path) -> None:
    """Updates of a thousandth of the last place of bfloat16 add up in float32, and vanish in bfloat16."""
    x = torch.ones(4, 8)
    changes = {}
    for master in (True, False):
        model = nn.Linear(8, 2, bias=False)
        nn.init.ones_(model.weight)
        step = pock.compile(
            model,
            (x,),
            loss=lambda outputs: outputs.mean(),
            optimizer=pock.SGD(lr=1e-4),
            precision=pock.Precision("bf16", master_weights=master),
        )
        session = pock.load(step.save(tmp_path / "m.pock"), threads=1)
        for _ in range(3):
            session.train_step(x)
        changes[master] = 1.0 - session.state_dict()["weight"]
    np.testing.assert_allclose(changes[True], 3 * 1e-4 * 0.5, rtol=1e-3)
    assert not changes[False].any()


def test_bfloat16_bits_are_torchs() -> None:
    values = torch.cat([torch.randn(1000), torch.tensor([0.0, -0.0, 1e-40, 3.3895e38, 3.4e38, torch.inf, -torch.inf])])
    spec = ParameterSpec("w", "parameter", tuple(values.shape), "float32", stored_dtype="bfloat16")
    stored = spec.to_stored(values.numpy())
    np.testing.assert_array_equal(stored.view(np.int16), values.bfloat16().view(torch.int16).numpy())
    np.testing.assert_array_equal(spec.to_framework(stored), values.bfloat16().float().numpy())
    assert spec.to_framework(stored).dtype == np.float32
    assert np.isnan(spec.to_framework(spec.to_stored(np.full_like(values.numpy(), np.nan)))).all()


def test_bits_of_bfloat16_as_numbers(tmp_path: Path) -> None:
    """As the first bundles with bfloat16 held it."""
    precision = pock.Precision("bf16", master_weights=False)
    _compile(tmp_path, precision, scheme=pock.Scheme("head", (pock.schemes.Rule("head*"),)))
    path, (inputs, targets) = tmp_path / "model.pock", _batch(0)
    arrays = {name: np.array(array) for name, array in read_bundle(path).parameters.arrays().items()}
    session = pock.load(path, threads=1)
    before = session.state_dict()
    losses = [session.train_step(*inputs, targets) for _ in range(3)]

    bits = {name: array.view(np.uint16) if array.dtype == "bfloat16" else array for name, array in arrays.items()}
    write_tensor_file(path / "parameters.safetensors", bits, sealed=True)
    files = json.loads((path / "manifest.json").read_text())["files"]
    edit_manifest(path, files=files | {"parameters.safetensors": vars(file_record(path / "parameters.safetensors"))})
    assert any(entry.dtype == "uint16" for entry in read_bundle(path).parameters.entries.values())
    session = pock.load(path, threads=1)
    for name, array in session.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert [session.train_step(*inputs, targets) for _ in range(3)] == losses
    session.load_state_dict(before)
    assert session.train_step(*inputs, targets) == losses[0]


def test_unknown_precision() -> None:
    with pytest.raises(pock.PockError, match="unknown precision 'fp8'; the precisions are f32, bf16, f16"):
        pock.compile(nn.Linear(2, 2), (torch.ones(1, 2),), torch.ones(1, 2), loss="mse", precision="fp8")
    with pytest.raises(pock.PockError, match="Precision: storage must be one of f32, bf16, f16, got 'fp8'"):
        pock.Precision("fp8")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_of_another_width_are_loaded_as_torch_does(dtype: torch.dtype, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model, x, y = (
        nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 2)),
        torch.randn(3, 4),
        torch.randn(3, 2),
    )
    step = pock.compile(model.eval(), (x,), y, loss="mse", precision=pock.Precision("bf16", master_weights=False))
    session = pock.load(step.save(tmp_path / "model.pock"))
    stored = safetensors.torch.load_file(tmp_path / "model.pock" / "parameters.safetensors")
    assert torch.equal(stored["model.0.weight"].float(), model[0].weight.bfloat16().float())
    given = {n: (v * 1.01).to(dtype) if v.is_floating_point() else v for n, v in model.state_dict().items()}
    safetensors.torch.save_file(given, tmp_path / "given.safetensors")
    session.load_state_dict(safetensors.torch.load_file(tmp_path / "given.safetensors"))
    model.load_state_dict(given)
    for name, value in session.state_dict().items():
        expected = model.state_dict()[name]
        if expected.ndim == 2:
            expected = expected.bfloat16().float()
        np.testing.assert_array_equal(value, expected.numpy())

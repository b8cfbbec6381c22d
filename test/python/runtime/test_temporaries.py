"""What a killed writer leaves is removed by the next one; what a living one writes, and files of others, stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.mlp_bundle import write_mlp_bundle

import pock_mlir as pock
from pock_mlir.bundle import atomic, temporary
from pock_mlir.bundle.atomic import atomic_directory, atomic_write

WRITERS = {
    "file": """
with atomic_write(path) as file:
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    time.sleep(600)
""",
    "directory": """
with atomic_directory(path) as directory:
    (directory / "a").mkdir()
    (directory / "a" / "b").write_text("half")
    print("writing", flush=True)
    time.sleep(600)
""",
}


@contextmanager
def writing(kind: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is in the middle of writing `path`; killed at the end."""
    script = (
        "import sys, time\nfrom pathlib import Path\n"
        "from pock_mlir.bundle.atomic import atomic_directory, atomic_write\npath = Path(sys.argv[1])\n"
    )
    command = [sys.executable, "-c", script + WRITERS[kind], str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "writing\n"
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def temporaries(directory: Path) -> list[Path]:
    return sorted(path for path in directory.iterdir() if temporary._NAME.fullmatch(path.name))


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("next_kind", WRITERS)
def test_only_what_the_dead_left_is_removed(tmp_path: Path, kind: str, next_kind: str) -> None:
    similar = [
        ".a.1234-deadbeef.tmp",
        ".a.pock-0123456789abcde.tmp",
        ".a.pock-0123456789abcdeg.tmp",
        "a.pock-0123456789abcdef.tmp",
        ".a.pock-0123456789abcdef.tmp.bak",
        ".a.pock-0123456789abcdef.old",
        "a.tmp",
    ]
    for name in similar:
        (tmp_path / name).write_text("mine")
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / ".link.pock-0123456789abcdef.tmp").symlink_to(tmp_path / "elsewhere")
    with writing(kind, tmp_path / "a"), writing(kind, tmp_path / "a"):
        pass
    assert len(temporaries(tmp_path)) == 3
    with writing(kind, tmp_path / "b"):
        (alive,) = (path for path in temporaries(tmp_path) if path.name.startswith(".b."))
        if next_kind == "file":
            with atomic_write(tmp_path / "c") as file:
                file.write(b"whole")
        else:
            with atomic_directory(tmp_path / "c"):
                pass
        assert temporaries(tmp_path) == sorted([alive, tmp_path / ".link.pock-0123456789abcdef.tmp"])
    left = {path.name for path in tmp_path.iterdir()} - {alive.name}
    assert left == {*similar, "elsewhere", ".link.pock-0123456789abcdef.tmp", "c"}
    assert all((tmp_path / name).read_text() == "mine" for name in [*similar, "elsewhere"])


def test_a_temporary_that_is_taken_away_before_it_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one moment in which a living writer's temporary looks abandoned: the writer makes another."""
    assert temporary.fcntl is not None
    lock = temporary.fcntl.flock
    cleaned = []

    def clean_first(handle: int, mode: int) -> None:
        if not cleaned:
            cleaned.extend(temporaries(tmp_path))
            temporary.remove_abandoned(tmp_path)
        lock(handle, mode)

    for write, check in (
        (lambda: atomic_write(tmp_path / "file"), lambda: (tmp_path / "file").is_file()),
        (lambda: atomic_directory(tmp_path / "directory"), lambda: (tmp_path / "directory").is_dir()),
    ):
        cleaned.clear()
        with monkeypatch.context() as patched:
            patched.setattr(temporary.fcntl, "flock", clean_first)
            with write():
                assert temporaries(tmp_path) != cleaned and len(cleaned) == 1
        assert check() and not temporaries(tmp_path)


def test_replacing_a_bundle_never_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "b.pock"
    write_mlp_bundle(path, seed=1)
    exchange = atomic._exchange
    steps = []

    def watched(first: Path, second: Path) -> bool:
        done = exchange(first, second)
        pock.load(path)
        steps.append(done)
        return done

    monkeypatch.setattr(atomic, "_exchange", watched)
    write_mlp_bundle(path, seed=2)
    assert steps == [True]
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.pock"]


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_link_is_replaced_and_what_it_leads_to_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool
) -> None:
    if not exchanges:
        monkeypatch.setattr(atomic, "_exchange", lambda *_: False)
    write_mlp_bundle(tmp_path / "real.pock", seed=1)
    before = pock.load(tmp_path / "real.pock").state_dict()["fc2.bias"]
    (tmp_path / "link.pock").symlink_to("real.pock")
    write_mlp_bundle(tmp_path / "link.pock", seed=2)
    assert (pock.load(tmp_path / "real.pock").state_dict()["fc2.bias"] == before).all()
    assert (pock.load(tmp_path / "link.pock").state_dict()["fc2.bias"] != before).any()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.pock", "real.pock"]


def test_what_was_set_aside_goes_once_something_new_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where names cannot be exchanged, a process may be killed between setting the old bundle aside and the rename."""
    monkeypatch.setattr(atomic, "_exchange", lambda *_: False)
    write_mlp_bundle(tmp_path / "b.pock", seed=1)
    left = temporary.aside_of(tmp_path / "b.pock")
    (tmp_path / "b.pock").rename(left)
    others = [temporary.aside_of(tmp_path / "c.pock"), tmp_path / ".b.pock.old", tmp_path / ".b.pock.pock-1.old"]
    for other in others:
        other.mkdir()

    def refuse(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", refuse)
        with pytest.raises(pock.PockError, match="the disk is full"):
            write_mlp_bundle(tmp_path / "b.pock", seed=2)
    assert left.is_dir()  # the only copy there is
    write_mlp_bundle(tmp_path / "b.pock", seed=2)
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "b.pock", *others])


def test_a_killed_save_of_a_checkpoint(bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    session = pock.load(bundle, threads=1)
    session.save_checkpoint(path)
    script = (
        "import os, signal, sys, pock_mlir as pock\n"
        "session = pock.load(sys.argv[1], threads=1)\n"
        "os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)\n"
        "session.save_checkpoint(sys.argv[2])\n"
    )
    for _ in range(2):
        result = subprocess.run([sys.executable, "-c", script, str(bundle), str(path)], check=False)
        assert result.returncode == -signal.SIGKILL
        assert len(temporaries(tmp_path)) == 1
    session.load_checkpoint(path)
    session.save_checkpoint(path)
    assert os.listdir(tmp_path) == ["c.safetensors"]  # noqa: PTH208

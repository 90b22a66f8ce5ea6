"""Files that survive a power cut: synced before they get their name, their folder synced after."""

import os
import re
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from config import durability
from config.durability import write_durably
from config.storage import DurableFileSystemStorage

ROOT = Path(__file__).resolve().parents[2]


def test_it_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    write_durably(path, b"first")
    write_durably(path, b"second")
    assert path.read_bytes() == b"second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert os.listdir(path.parent) == ["file"]


def test_a_reader_sees_the_old_or_the_new_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    versions = [bytes([letter]) * 300_000 for letter in b"ab"]
    write_durably(path, versions[0])
    ended = threading.Event()
    seen: set[bytes] = set()

    def read() -> None:
        while not ended.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(60):
        write_durably(path, versions[number % 2])
    ended.set()
    reader.join()
    assert seen <= set(versions)


def test_a_draft_that_failed_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "folder" / "file"
    write_durably(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durability.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_durably(path, b"new")
    assert os.listdir(path.parent) == ["file"]
    assert path.read_bytes() == b"old"


def test_it_syncs_file_then_renames_then_syncs_the_folder(tmp_path: Path) -> None:
    """What the kernel was asked for, in its order."""
    script = (
        "from pathlib import Path; from config.durability import write_durably;"
        f"write_durably(Path({str(tmp_path)!r}) / 'new' / 'file', b'content')"
    )
    trace = tmp_path / "trace"
    calls = "trace=openat,write,fsync,fdatasync,rename,renameat,renameat2,mkdir"
    done = subprocess.run(
        ["strace", "-f", "-y", "-o", trace, "-e", calls, sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    text = trace.read_text()
    order = [
        text.index(f'mkdir("{tmp_path}/new"'),
        re.search(rf"fsync\(\d+<{re.escape(str(tmp_path))}>\)", text),  # the folder's own name
        re.search(r'write\(\d+<[^>]*\.draft-[^>]*>, "content"', text),
        re.search(r"fsync\(\d+<[^>]*\.draft-[^>]*>\)", text),
        re.search(r"rename(at2?)?\(.*\.draft-.*/new/file", text),
        re.search(rf"fsync\(\d+<{re.escape(str(tmp_path))}/new>\)", text),
    ]
    assert all(place is not None for place in order), text[-3000:]
    places = [place if isinstance(place, int) else place.start() for place in order]  # type: ignore[union-attr]
    assert places == sorted(places)


def test_storage_keeps_the_first_of_one_name(tmp_path: Path) -> None:
    storage = DurableFileSystemStorage(location=tmp_path)
    assert storage.save("ab/image.png", ContentFile(b"one")) == "ab/image.png"
    assert storage.save("ab/image.png", ContentFile(b"one")) == "ab/image.png"
    assert os.listdir(tmp_path / "ab") == ["image.png"]


@pytest.mark.parametrize("name", ["../escape.png", "/etc/escape.png"])
def test_storage_writes_nowhere_else(tmp_path: Path, name: str) -> None:
    storage = DurableFileSystemStorage(location=tmp_path / "media")
    with pytest.raises(Exception, match="(?i)detected|traversal|outside"):
        storage.save(name, ContentFile(b"x"))

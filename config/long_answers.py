"""Answers that are too long for memory: made into a file, which granian sends at the peer's pace.

(granian takes all that is streamed to it at once, and keeps it in memory; files it reads as it
sends them.)
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings

IN_MEMORY = 1024 * 1024  # bytes
# Seconds that a file keeps its name. granian opens it at once but does not tell; once it is open
# it needs no name.
NAMED_FOR = 10


def folder() -> Path:
    return Path(settings.LAUREL_DATA) / "outgoing"


def empty_folder() -> None:
    """Take away what a process left that was killed. For the time before any web process runs."""
    for path in folder().glob("*"):
        path.unlink()


def spooled(chunks: Iterable[bytes]) -> bytes | Path:
    """The chunks joined: bytes while they are few, else a new file, which is the caller's to
    remove.
    """
    held: list[bytes] = []
    size = 0
    more = iter(chunks)
    for chunk in more:
        held.append(chunk)
        size += len(chunk)
        if size > IN_MEMORY:
            return in_file(held, more)
    return b"".join(held)


def in_file(held: list[bytes], more: Iterator[bytes]) -> Path:
    folder().mkdir(mode=0o700, exist_ok=True)
    with NamedTemporaryFile(dir=folder(), delete=False) as file:
        path = Path(file.name)
        try:
            file.writelines(held)
            held.clear()
            file.writelines(more)
        except BaseException:
            path.unlink()
            raise
    return path


def with_length(headers: list[tuple[str, str]], length: int) -> list[tuple[str, str]]:
    """With the Content-Length that a streamed answer has not."""
    kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
    return [*kept, ("Content-Length", str(length))]

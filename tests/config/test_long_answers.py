"""Answers too long for memory are made into files. Over the wire: test_slow_peers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.long_answers import IN_MEMORY, empty_folder, folder, spooled, with_length

LONG = b"0123456789abcdef" * (IN_MEMORY // 16) + b"end"


@pytest.fixture(autouse=True)
def data(settings, tmp_path: Path) -> None:
    settings.LAUREL_DATA = tmp_path


def test_a_short_answer_stays_in_memory() -> None:
    assert spooled([]) == b""
    assert spooled(iter([b"a", b"", b"b"])) == b"ab"
    assert spooled([LONG[:IN_MEMORY]]) == LONG[:IN_MEMORY]
    assert not folder().exists()


@pytest.mark.parametrize("size", [1000, 65536, IN_MEMORY, 2 * IN_MEMORY])
def test_a_long_one_is_a_file_that_nobody_else_reads(size: int) -> None:
    path = spooled(LONG[start : start + size] for start in range(0, len(LONG), size))
    assert isinstance(path, Path)
    assert path.read_bytes() == LONG
    assert (path.stat().st_mode & 0o777, folder().stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("pieces_before", [0, 1, 3])
def test_a_failure_on_the_way_is_a_failure_and_leaves_nothing(pieces_before: int) -> None:
    def failing() -> Iterator[bytes]:
        for _ in range(pieces_before):
            yield LONG
        raise KeyError("broken")

    with pytest.raises(KeyError):
        spooled(failing())
    assert list(folder().glob("*")) == []


def test_what_a_killed_process_left_is_taken_away() -> None:
    empty_folder()  # there is none yet
    spooled([LONG])
    empty_folder()
    assert list(folder().iterdir()) == []


def test_the_length_is_told_once() -> None:
    assert with_length([("A", "b"), ("content-length", "1")], 7) == [
        ("A", "b"),
        ("Content-Length", "7"),
    ]

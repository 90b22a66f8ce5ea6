"""What a body may be: its size, its time, its end. Through a running server: test_slow_peers."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest

from config import bodies
from config.bodies import Bodies, Refusal


async def pieces(*parts: bytes | float) -> AsyncIterator[bytes]:
    """Bytes come, numbers are seconds of silence."""
    for part in parts:
        if isinstance(part, bytes):
            yield part
        else:
            await asyncio.sleep(part)


def received(headers: dict[str, str], *parts: bytes | float) -> bytes:
    return asyncio.run(Bodies().receive(headers, pieces(*parts)))


def refused(headers: dict[str, str], *parts: bytes | float) -> HTTPStatus:
    with pytest.raises(Refusal) as caught:
        received(headers, *parts)
    return caught.value.status


CHUNKED_JSON = {"transfer-encoding": "chunked", "content-type": "application/json; charset=utf-8"}


def chunked(content_type: str) -> dict[str, str]:
    return {"transfer-encoding": "chunked", "content-type": content_type}


def test_a_body_in_pieces_is_one() -> None:
    assert received({"content-length": "6"}, b"abc", b"def") == b"abcdef"
    assert received(CHUNKED_JSON, b'{"a"', b": 1}") == b'{"a": 1}'


def test_without_a_body_nothing_is_read() -> None:
    assert received({}, b"never read") == b""
    assert received({"content-length": "0"}, b"never read") == b""


def test_a_short_body_is_refused() -> None:
    assert refused({"content-length": "7"}, b"abc", b"def") == 400


def test_sizes(settings) -> None:
    settings.LAUREL_MAX_BODY = 10
    assert received({"content-length": "10"}, b"0123456789") == b"0123456789"
    assert refused({"content-length": "11"}) == 413
    assert refused(CHUNKED_JSON, b"01234567", b"890") == 413


def test_a_slow_body_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "DEADLINE", 0.2)
    assert refused({"content-length": "6"}, b"abc", 5.0) == 408
    assert refused(CHUNKED_JSON, *[b" ", 0.05] * 20) == 408


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n--x--\r\n", None),
        ('multipart/form-data; boundary="x"', b"--x\r\n\r\n--x--", None),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n--x", 400),
        ("multipart/form-data", b"--x--", 411),
        ("application/x-www-form-urlencoded", b"a=1", 411),
        ("application/ld+json", b"{}", None),
        ("", b"a", 411),
    ],
)
def test_a_chunked_body_must_show_its_end(content_type: str, body: bytes, status: int) -> None:
    if status:
        assert refused(chunked(content_type), body) == status
    else:
        assert received(chunked(content_type), body) == body


def test_together_they_have_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BUDGET", 1000)
    monkeypatch.setattr(bodies, "SMALL", 100)

    async def scene() -> tuple[list[object], int]:
        ours = Bodies()
        many = [
            ours.receive({"content-length": "600"}, pieces(b"x" * 300, 0.05, b"x" * 300))
            for _ in range(4)
        ]
        small = [ours.receive({"content-length": "90"}, pieces(b"x" * 90)) for _ in range(4)]
        ended = await asyncio.gather(*many, *small, return_exceptions=True)
        for body in ended:
            if isinstance(body, bytes):
                ours.release(body)  # its request was answered
        return ended, ours.held

    ended, held = asyncio.run(scene())
    busy = [one for one in ended[:4] if isinstance(one, Refusal)]
    assert busy
    assert {one.status for one in busy} == {503}
    assert any(isinstance(one, bytes) for one in ended[:4])
    assert all(one == b"x" * 90 for one in ended[4:])
    assert held == 0  # given back, also by those that were refused

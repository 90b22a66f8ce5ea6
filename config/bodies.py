"""Request bodies come whole or not at all: awaited before Django runs, bounded in size, time and
memory.

Waiting takes no thread, so any number of slow senders stands in nobody's way. A refusal ends the
connection: the rest of the body may never come.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterable, Mapping
from http import HTTPStatus

from django.conf import settings

from api.envelope import failure

DEADLINE = 20.0  # seconds for the whole body
# What all bodies of one process may hold until they are answered. Small ones are welcome even
# then.
BUDGET = 128 * 1024 * 1024
SMALL = 64 * 1024

BOUNDARY = re.compile(r'boundary="?([^";,\s]+)', re.ASCII)


class Refusal(Exception):
    """The request is answered with this status and reason; nothing of it is used."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status

    def body(self) -> bytes:
        return json.dumps(failure("bad request", validation_errors=[str(self)])).encode()


class Bodies:
    """Receives the bodies of one process."""

    def __init__(self) -> None:
        self.held = 0  # bytes in memory of bodies that come, or wait for their answer

    async def receive(self, headers: Mapping[str, str], pieces: AsyncIterable[bytes]) -> bytes:
        """The whole body, which counts until it is released. `headers` have lower-case names.

        Raises Refusal.
        """
        length = announced_length(headers)
        if length == 0:
            return b""
        try:
            body = await asyncio.wait_for(self.collect(pieces), DEADLINE)
        except TimeoutError:
            reason = f"The body took longer than {DEADLINE:.0f} seconds."
            raise Refusal(HTTPStatus.REQUEST_TIMEOUT, reason) from None
        try:
            if length is None:
                require_end(headers.get("content-type", ""), body)
            elif len(body) < length:
                raise Refusal(HTTPStatus.BAD_REQUEST, "The body ended too early.")
        except Refusal:
            self.release(body)
            raise
        return body

    async def collect(self, pieces: AsyncIterable[bytes]) -> bytes:
        body = bytearray()
        try:
            async for piece in pieces:
                body += piece
                self.held += len(piece)
                if len(body) > settings.LAUREL_MAX_BODY:
                    raise too_large()
                if self.held > BUDGET and len(body) > SMALL:
                    reason = "The server is receiving too much at once. Try again soon."
                    raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, reason)
            return bytes(body)
        except BaseException:
            self.release(body)
            raise

    def release(self, body: bytes | bytearray) -> None:
        """The request is answered, or its body is given up."""
        self.held -= len(body)


def announced_length(headers: Mapping[str, str]) -> int | None:
    """Content-Length, 0 for no body, None for a chunked one. Raises Refusal where it is too large.

    The server has seen to it that the two headers do not contradict each other (RFC 9112, 6.3).
    """
    if "transfer-encoding" in headers:
        return None
    length = int(headers.get("content-length") or "0")
    if length > settings.LAUREL_MAX_BODY:
        raise too_large()
    return length


def too_large() -> Refusal:
    limit = settings.LAUREL_MAX_BODY // (1024 * 1024)
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The request body is larger than {limit} MB."
    )


def require_end(content_type: str, body: bytes) -> None:
    """Refuse a chunked body that may have been cut off: the server does not tell us whether it was.

    JSON shows it itself, as it does not parse; a multipart form by its last line. Nothing else
    does, and must come with a Content-Length (RFC 9110, 15.5.12).
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return
    boundary = BOUNDARY.search(content_type)
    if kind != "multipart/form-data" or not boundary:
        raise Refusal(HTTPStatus.LENGTH_REQUIRED, "Send this body with a Content-Length.")
    if not body.rstrip().endswith(f"--{boundary[1]}--".encode()):
        raise Refusal(HTTPStatus.BAD_REQUEST, "The body ended too early.")

"""Request bodies come whole or not at all: read before Django runs, bounded in size and time.

The server reads a body only as fast as its sender sends it, for ever if need be; a deadline needs a
thread of its own to wait in. A sender that is too slow gets 408 and its connection is given up.
"""

import json
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as DeadlineExceeded
from io import BytesIO
from typing import Any

from django.conf import settings

from api.envelope import failure

DEADLINE = 20.0  # seconds for the whole body
READERS = 128


class WholeBodies:
    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.readers = ThreadPoolExecutor(READERS, thread_name_prefix="body")

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not has_body(environ):
            return self.application(environ, start_response)
        length = content_length(environ)
        if length is None and "HTTP_TRANSFER_ENCODING" not in environ:
            return refuse(start_response, "400 Bad Request", "The Content-Length is no number.")
        if (length or 0) > settings.LAUREL_MAX_BODY:
            return refuse(start_response, *TOO_LARGE)
        reading: Future[bytes] = self.readers.submit(
            environ["wsgi.input"].read, settings.LAUREL_MAX_BODY + 1
        )
        try:
            body = reading.result(timeout=DEADLINE)
        except DeadlineExceeded:
            reading.cancel()
            return refuse(start_response, "408 Request Timeout", "The body came too slowly.")
        if len(body) > settings.LAUREL_MAX_BODY:
            return refuse(start_response, *TOO_LARGE)
        if length is not None and len(body) < length:
            return refuse(start_response, "400 Bad Request", "The body ended too early.")
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        return self.application(environ, start_response)


TOO_LARGE = ("413 Content Too Large", "The request body is too large.")


def has_body(environ: dict[str, Any]) -> bool:
    length = environ.get("CONTENT_LENGTH") or "0"
    return length != "0" or "HTTP_TRANSFER_ENCODING" in environ


def content_length(environ: dict[str, Any]) -> int | None:
    text = environ.get("CONTENT_LENGTH") or ""
    return int(text) if text.isascii() and text.isdigit() else None


def refuse(start_response: Any, status: str, reason: str) -> list[bytes]:
    """Nothing of the request is used. The connection ends with the answer: the rest of the body may
    never come.
    """
    body = json.dumps(failure("bad request", validation_errors=[reason])).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("X-Content-Type-Options", "nosniff"),
        ("Connection", "close"),
    ]
    start_response(status, headers)
    return [body]

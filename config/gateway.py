"""Between the server (granian's RSGI) and the WSGI application: waiting for peers takes no thread.

A request gets one of THREADS threads once it is all there, and gives it back when its answer is
made; sending that is the server's work. (With granian's own WSGI a slow sender holds a thread, and
answering one before its body has come stops the whole process until the peer goes away.)
"""

import asyncio
import io
import json
import logging
import queue
import re
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from django.conf import settings

from api.courtesy import courtesy
from api.envelope import failure
from config.bodies import Bodies, Refusal
from config.long_answers import NAMED_FOR, spooled, with_length
from public.door import Asked, PublicDoor

log = logging.getLogger("laurel.gateway")

# Python runs one thread at a time: more of them only wait for the database, and hold a connection
# each (web processes x 16 of PostgreSQL's 100). With 4 or 8 pages are served at the same rate, but
# as few awards that wait for a batch's transaction would keep pages waiting too.
THREADS = 16

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class Request(NamedTuple):
    environ: Environ
    protocol: Any
    answered: "asyncio.Future[None]"


class Gateway:
    """An RSGI application that runs a WSGI application in threads, with the public door before it.

    `door`, where there is one, answers at once: waking the event loop or a thread costs several
    times what reading one row of a local file does (config/dispatch.py).
    """

    def __init__(
        self, application: Application, door: PublicDoor | None, prepare: Callable[[], None]
    ) -> None:
        """`prepare` is called once in each web process, before its first request."""
        self.application = application
        self.door = door
        self.prepare = prepare
        self.bodies = Bodies()
        self.waiting: queue.SimpleQueue[Request] = queue.SimpleQueue()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.prepare()
        self.loop = loop
        for number in range(THREADS):
            threading.Thread(target=self.work, name=f"web-{number}", daemon=True).start()

    def answer_at_once(self, scope: Any, protocol: Any) -> bool:
        """Whether the door has answered this request, which is then done with."""
        if self.door is None or not scope.path.startswith("/public/"):
            return False
        answer = self.door.answer(asked_of(scope))
        if answer is None:
            return False
        protocol.response_bytes(*answer)
        return True

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        headers = joined(scope.headers.items())
        try:
            body = await self.bodies.receive(headers, protocol)
        except Refusal as refusal:
            protocol.response_bytes(refusal.status.value, REFUSED, refusal.body())
            return
        answered = self.loop.create_future()
        self.waiting.put(Request(environ_of(scope, headers, body), protocol, answered))
        try:
            await answered
        finally:
            self.bodies.release(body)

    def work(self) -> None:
        while True:
            request = self.waiting.get()
            try:
                with courtesy.answering():
                    self.answer(request)
            except Exception:
                # The application answers its own failures: this one is a peer that went away, or
                # a defect outside of Django.
                log.exception("a request was not answered")
                with suppress(Exception):
                    request.protocol.response_bytes(500, REFUSED, NOT_ANSWERED)
            self.loop.call_soon_threadsafe(settle, request.answered)
            del request

    def answer(self, request: Request) -> None:
        """Nothing is sent before all of it is made: a failure on the way is a failure, not half an
        answer.
        """
        started: list[tuple[int, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            started[:] = [(int(status[:3]), headers)]

        chunks = self.application(request.environ, start_response)
        try:
            body = spooled(chunks)
        finally:
            if close := getattr(chunks, "close", None):
                close()
        ((status, headers),) = started
        if isinstance(body, bytes):
            request.protocol.response_bytes(status, headers, body)
        else:
            headers = with_length(headers, body.stat().st_size)
            request.protocol.response_file(status, headers, str(body))
            self.loop.call_soon_threadsafe(self.loop.call_later, NAMED_FOR, body.unlink)


# Django decodes by what the sender claims, and fails before any handler on `hex` and its like;
# every form and JSON we take is UTF-8.
CHARSET = re.compile(r";\s*charset=[^;]*", re.IGNORECASE)

NOT_ANSWERED = json.dumps(failure("internal error")).encode()
REFUSED = [
    ("Content-Type", "application/json"),
    ("X-Content-Type-Options", "nosniff"),
    ("Connection", "close"),
]


def settle(answered: "asyncio.Future[None]") -> None:
    if not answered.done():  # it was cancelled if the server is stopping
        answered.set_result(None)


def asked_of(scope: Any) -> Asked:
    """What the door looks at. A scheme that any proxy doubts is left to those who know proxies."""
    headers = scope.headers
    told = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
    return Asked(
        scope.method,
        scope.path,
        scope.query_string,
        "http" if told == "http" or not settings.LAUREL_TLS else "https",
        headers.get("host", ""),
        ",".join(headers.get_all("accept")),
        ",".join(headers.get_all("user-agent")),
        ",".join(headers.get_all("if-none-match")),
    )


def joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by lower-case name, repeated ones in one line (RFC 9110, 5.3; cookies RFC 6265, 5.4).

    Names with an underscore are dropped: in WSGI they would pass for those with a dash.
    """
    found: dict[str, str] = {}
    for name, value in headers:
        if "_" in name:
            continue
        separator = "; " if name == "cookie" else ","
        found[name] = f"{found[name]}{separator}{value}" if name in found else value
    return found


def environ_of(scope: Any, headers: Mapping[str, str], body: bytes) -> Environ:
    """The WSGI environment (PEP 3333) of a request whose body is here."""
    host, _, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    environ["CONTENT_TYPE"] = CHARSET.sub("", environ.pop("HTTP_CONTENT_TYPE", ""))
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["CONTENT_LENGTH"] = str(len(body)) if body else ""
    return environ

"""Sockets that go to checked addresses only, with one deadline over all they do.

A name is looked up once and the answer is what is dialled: a second answer (DNS rebinding) is
never asked for. TLS still checks the certificate against the name.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any, cast

import httpcore
import httpx

from net.addresses import Allowed, is_public
from net.errors import NotConnected, Refused

_MAX_DIALLED = 4
_PIECE = 16_384  # one TLS record: no single send can outlast the deadline

SocketAddress = tuple[int, tuple[Any, ...]]  # family, what connect() takes


def resolve(host: str, port: int, allow: Allowed, deadline: float) -> list[SocketAddress]:
    """Look `host` up, once. Raises Refused unless every answer may be reached."""
    found = _look_up(host, port, deadline)
    if not allow.names(host, port):
        for _, address in found:
            if not is_public(ip_address(address[0]), allow):
                raise Refused(f"{host} is at a private or reserved address, which is not reached.")
    return found


def _look_up(host: str, port: int, deadline: float) -> list[SocketAddress]:
    """The system's resolver knows no time limit: it runs in a thread that can be left behind."""
    answers: queue.SimpleQueue[list[SocketAddress] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys((family, address) for family, *_, address in found)))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="net-lookup").start()
    try:
        answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
    except queue.Empty:
        raise NotConnected(f"The name {host} could not be looked up in time.") from None
    if isinstance(answer, Exception) or not answer:
        cause = answer if isinstance(answer, Exception) else None
        raise NotConnected(f"The name {host} is not known.") from cause
    return answer


class PinnedTransport(httpx.BaseTransport):
    """An httpx transport for one request to one host, at the given addresses."""

    def __init__(
        self, addresses: list[SocketAddress], deadline: float, tls: ssl.SSLContext
    ) -> None:
        backend = _PinnedBackend(addresses[:_MAX_DIALLED], deadline)
        self._pool = httpcore.ConnectionPool(ssl_context=tls, network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
            )
        )
        stream = _Body(cast(Iterable[bytes], answer.stream))
        return httpx.Response(answer.status, headers=answer.headers, stream=stream, request=request)

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()


class _PinnedBackend(httpcore.NetworkBackend):
    """Dials the given addresses whatever host it is asked for: the host was checked before."""

    def __init__(self, addresses: list[SocketAddress], deadline: float) -> None:
        self._addresses, self._deadline = addresses, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("no address")
        for tried, (family, address) in enumerate(self._addresses):
            share = (self._deadline - time.monotonic()) / (len(self._addresses) - tried)
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                with _as_httpcore(httpcore.ConnectTimeout, httpcore.ConnectError):
                    connection.settimeout(_positive(share))
                    connection.connect(address)
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return _Stream(connection, self._deadline)
            except (httpcore.ConnectTimeout, httpcore.ConnectError) as error:
                connection.close()
                failure = error
        raise failure


class _Stream(httpcore.NetworkStream):
    """A socket whose every step has what is left until the deadline, and no more."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection, self._deadline = connection, deadline

    def _left(self) -> float:
        return _positive(self._deadline - time.monotonic())

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _as_httpcore(httpcore.ReadTimeout, httpcore.ReadError):
            self._connection.settimeout(self._left())
            return self._connection.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _as_httpcore(httpcore.WriteTimeout, httpcore.WriteError):
            while buffer:
                self._connection.settimeout(self._left())
                buffer = buffer[self._connection.send(buffer[:_PIECE]) :]

    def close(self) -> None:
        self._connection.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            with _as_httpcore(httpcore.ConnectTimeout, httpcore.ConnectError):
                self._connection.settimeout(self._left())
                secure = ssl_context.wrap_socket(
                    self._connection, server_hostname=(server_hostname or "").strip("[]")
                )
        except BaseException:
            self.close()
            raise
        return _Stream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object" and isinstance(self._connection, ssl.SSLSocket):
            return self._connection
        return None


def _positive(seconds: float) -> float:
    if seconds <= 0:
        raise TimeoutError("out of time")
    return seconds


@contextmanager
def _as_httpcore(timeout: type[Exception], other: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise timeout("it took too long") from error
    except (OSError, ValueError) as error:  # ValueError: a host name TLS cannot check
        raise other(str(error)) from error

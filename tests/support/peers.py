"""Peers on raw sockets: those that send or read slowly, break off, or say strange things."""

import re
import socket
from contextlib import suppress
from typing import Self

from tests.support.servers import Server

LOCAL = "127.0.0.1"


class Peer:
    """One connection. `send` takes head and body as they go over the wire."""

    def __init__(self, server: Server, *, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(40)
        self.socket.connect((LOCAL, server.port))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *parts: str | bytes) -> Self:
        for part in parts:
            self.socket.sendall(part.encode() if isinstance(part, str) else part)
        return self

    def drip(self, part: bytes) -> bool:
        """Send a little. False once the server has ended the connection."""
        try:
            self.socket.sendall(part)
        except OSError:
            return False
        return True

    def answer(self) -> bytes:
        """All that comes until the server ends the connection."""
        received = b""
        with suppress(ConnectionError):
            while piece := self.socket.recv(65536):
                received += piece
        return received

    def status(self) -> int:
        """The status of the answer, as soon as its first line is here."""
        received = b""
        while b"\r\n" not in received:
            piece = self.socket.recv(4096)
            assert piece, "the connection ended without an answer"
            received += piece
        found = re.match(rb"HTTP/1\.1 (\d{3})", received)
        assert found, received
        return int(found[1])


def head(method: str, path: str, *headers: str, host: str = "localhost") -> str:
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {host}", *headers, "", ""])


def chunk(content: bytes) -> bytes:
    """One chunk of a chunked body (RFC 9112, 7.1)."""
    return b"%x\r\n%s\r\n" % (len(content), content)

"""The one way out over HTTP: public addresses only, pinned, bounded in time, size and redirects.

What may be reached is decided in `addresses`; the sockets are in `pinned`. Retries are the jobs'.
"""

import functools
import re
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

import httpcore
import httpx

from net.addresses import Allowed
from net.errors import NotConnected, OutboundError, Redirected, Refused, TooLarge, Unreachable
from net.pinned import PinnedTransport, resolve

__all__ = [
    "NotConnected",
    "OutboundError",
    "Redirected",
    "Refused",
    "Response",
    "TooLarge",
    "Unreachable",
    "fetch",
    "require_web_address",
]

_NETWORK_ERRORS = (
    httpx.HTTPError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
)
_CONNECTING = (httpcore.ConnectError, httpcore.ConnectTimeout)
_HOST = re.compile(rb"[A-Za-z0-9._-]{1,254}|\[?[0-9A-Fa-f:.]+\]?")  # after IDNA; no zones
_REDIRECTS = (301, 302, 303, 307, 308)
_OURS = ("host", "connection", "accept-encoding", "content-length", "transfer-encoding")
_CREDENTIALS = ("authorization", "cookie", "proxy-authorization")
_BODY_HEADERS = ("content-type", "content-encoding", "content-language", "content-location")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whatever its status. `body` is decompressed; `headers` ignores case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str  # of the last hop


@dataclass(frozen=True, slots=True)
class _Hop:
    method: str
    url: httpx.URL
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    body: bytes | None = None


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    allow: Allowed = Allowed(),  # noqa: B008 (immutable)
    timeout: float = 10.0,
    max_bytes: int = 1_000_000,
    max_redirects: int = 3,
) -> Response:
    """Ask `url`. `timeout` (seconds) is for everything together, redirects included. With
    `max_bytes` 0 the body is not read, however long it is.

    Raises Refused (a rule of ours; Redirected: too often), TooLarge (the body, decompressed),
    Unreachable (network, time; NotConnected: before anything was sent).
    """
    deadline = time.monotonic() + timeout
    given = httpx.Headers({k: v for k, v in (headers or {}).items() if k.lower() not in _OURS})
    hop = _Hop(method.upper(), _checked(url), given, body)
    for followed in range(max_redirects + 1):
        answer = _ask(hop, allow, deadline, max_bytes)
        if isinstance(answer, Response):
            return answer
        status, location = answer
        if followed == max_redirects:
            words = f"{url} redirects more than {max_redirects} times."
            raise Redirected(words, status=status)
        hop = _redirected(hop, status, location)
    raise AssertionError("the last answer was returned or refused")


def require_web_address(url: str) -> None:
    """Raises Refused for what is no address on the web, whatever its name stands for."""
    _checked(url)


def _checked(url: str | httpx.URL) -> httpx.URL:
    """The URL without its fragment. It is read once, here: what is checked is what is asked."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused(f"This is not an address on the web: {error}") from error
    if parsed.scheme not in ("http", "https"):
        raise Refused("Only http and https addresses can be fetched.")
    try:
        named = bool(parsed.host)  # decodes IDNA, which parsing does not
    except ValueError as error:
        raise Refused("The address names no valid host.") from error
    if not named:
        raise Refused("The address names no host.")
    if parsed.userinfo:
        raise Refused("An address with a user name or password in it is not fetched.")
    if not _HOST.fullmatch(parsed.raw_host):
        raise Refused("The address names no valid host.")
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise Refused("The address has no valid port.")
    return parsed.copy_with(fragment=None)


def _ask(hop: _Hop, allow: Allowed, deadline: float, max_bytes: int) -> Response | tuple[int, str]:
    """One hop: the answer, or the status and Location of a redirect."""
    port = hop.url.port or (443 if hop.url.scheme == "https" else 80)
    host = hop.url.raw_host.decode("ascii").strip("[]")
    addresses = resolve(host, port, allow, deadline)
    try:
        with (
            PinnedTransport(addresses, deadline, _tls()) as transport,
            closing(transport.handle_request(_request(hop))) as response,
        ):
            location = response.headers.get("location")
            if response.status_code in _REDIRECTS and location:
                return response.status_code, location
            content = b"" if hop.method == "HEAD" or not max_bytes else _read(response, max_bytes)
            return Response(response.status_code, response.headers, content, str(hop.url))
    except _NETWORK_ERRORS as error:
        kind = NotConnected if isinstance(error, _CONNECTING) else Unreachable
        raise kind(f"{host} could not be reached: {_reason(error, deadline)}.") from error


def _reason(error: Exception, deadline: float) -> str:
    """What went wrong, for people. Never in words of the peer: they may be anybody's name, and h11
    quotes them. Those of a network error are the system's.
    """
    if isinstance(error, httpcore.TimeoutException) or time.monotonic() >= deadline:
        return "it took too long"
    if isinstance(error, httpcore.RemoteProtocolError):
        return "its answer broke off or is not HTTP"
    words = str(error) if isinstance(error, httpcore.NetworkError) else ""
    return words or type(error).__name__


def _request(hop: _Hop) -> httpx.Request:
    headers = httpx.Headers({"User-Agent": "Laurel", "Accept": "*/*"})
    headers.update(hop.headers)
    headers.update({"Accept-Encoding": "gzip, deflate", "Connection": "close"})
    try:
        return httpx.Request(hop.method, hop.url, headers=headers, content=hop.body)
    except (UnicodeError, ValueError) as error:
        raise Refused("A header of the request cannot be sent.") from error


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(verify=True, trust_env=False)


def _redirected(hop: _Hop, status: int, location: str) -> _Hop:
    try:
        url = _checked(hop.url.join(location))
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused("It redirects to something that is not an address on the web.") from error
    if hop.url.scheme == "https" and url.scheme == "http":
        raise Refused("It redirects from https to http, which is not followed.")
    headers = hop.headers.copy()
    if _origin(url) != _origin(hop.url):
        _drop(headers, _CREDENTIALS)
    if status in (307, 308) or hop.method in ("GET", "HEAD"):
        return _Hop(hop.method, url, headers, hop.body)
    _drop(headers, _BODY_HEADERS)
    return _Hop("GET", url, headers)


def _origin(url: httpx.URL) -> tuple[str, bytes, int]:
    return url.scheme, url.raw_host, url.port or (443 if url.scheme == "https" else 80)


def _drop(headers: httpx.Headers, names: Iterable[str]) -> None:
    for name in names:
        headers.pop(name, None)


def _read(response: httpx.Response, max_bytes: int) -> bytes:
    """The body, counted as it comes: neither what is sent nor what it unpacks to may be larger."""
    too_large = TooLarge(f"The answer is larger than {max_bytes:,} bytes.")
    declared = response.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise too_large
    content = bytearray()
    for piece in _unpacked(response, max_bytes + 1):
        content += piece
        if len(content) > max_bytes or response.num_bytes_downloaded > max_bytes:
            raise too_large
    return bytes(content)


def _unpacked(response: httpx.Response, limit: int) -> Iterator[bytes]:
    """Decompressed pieces of at most `limit` bytes: a bomb is never unpacked whole."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        yield from response.iter_raw()
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Unreachable("The answer is in an encoding that was not asked for.")
    unpacker = None
    try:
        for piece in response.iter_raw():
            unpacker = unpacker or zlib.decompressobj(_window(encoding, piece))
            while piece and not unpacker.eof:
                yield unpacker.decompress(piece, limit)
                piece = unpacker.unconsumed_tail
    except zlib.error as error:
        raise Unreachable("The answer is not compressed as it says.") from error
    if unpacker is not None and not unpacker.eof:
        raise Unreachable("The answer broke off.")


def _window(encoding: str, start: bytes) -> int:
    """How zlib should read it. "deflate" is a zlib stream (RFC 9110, 8.4.1.2); some send it raw."""
    if encoding != "deflate":
        return 31
    zlib_stream = start[0] & 0x0F == 8 and (len(start) < 2 or (start[0] * 256 + start[1]) % 31 == 0)
    return 15 if zlib_stream else -15

"""The outbound client against real peers on loopback, which count as private unless allowed."""

import gzip
import itertools
import socket
import ssl
import time
import zlib
from pathlib import Path

import pytest

from net import (
    OutboundError,
    Redirected,
    Refused,
    TooLarge,
    Unreachable,
    client,
    fetch,
    parse_allow,
    pinned,
    require_web_address,
)

HERE = parse_allow("127.0.0.1")


def redirect(to: str, status: int = 302):
    return status, {"Location": to}, b""


# Plain asking


def test_it_fetches(peer) -> None:
    peer.answers["/a?b=c"] = 200, {"Content-Type": "text/plain", "X-Twice": "1"}, b"hello"
    answer = fetch(peer.url("/a?b=c#part"), headers={"X-Mine": "yes"}, allow=HERE)
    assert (answer.status, answer.body) == (200, b"hello")
    assert answer.headers["content-type"] == "text/plain" == answer.headers["Content-Type"]
    assert answer.url == peer.url("/a?b=c")
    sent = peer.asked[0].headers
    assert sent["x-mine"] == "yes" and sent["host"] == f"127.0.0.1:{peer.port}"
    assert sent["accept-encoding"] == "gzip, deflate" and "cookie" not in sent


def test_it_posts(peer) -> None:
    peer.answers["/"] = 201, {}, b"made"
    answer = fetch(
        peer.url(), method="post", body=b"{}", headers={"Content-Type": "a/b"}, allow=HERE
    )
    assert (answer.status, peer.asked[0].method, peer.asked[0].body) == (201, "POST", b"{}")
    assert peer.asked[0].headers["content-type"] == "a/b"


def test_bad_statuses_are_answers_too(peer) -> None:
    assert fetch(peer.url("/none"), allow=HERE).status == 404


def test_a_body_that_nobody_wants_is_not_read(peer) -> None:
    peer.answers["/"] = 202, {"Content-Encoding": "gzip"}, b"x" * 3_000_000
    answer = fetch(peer.url(), allow=HERE, max_bytes=0)
    assert (answer.status, answer.body) == (202, b"")


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://a.example", "https://u:p@a.example", "https://", "https://xn--a/"],
)
def test_what_is_no_address_on_the_web(url: str) -> None:
    require_web_address("https://127.0.0.1:8443/a?b=c")
    with pytest.raises(Refused):
        require_web_address(url)


def test_head_and_no_content_have_no_body(peer) -> None:
    peer.answers["/"] = 200, {"Content-Length": "5"}, b"hello"
    peer.answers["/none"] = 204, {}, b""
    assert fetch(peer.url(), method="HEAD", allow=HERE).body == b""
    assert fetch(peer.url("/none"), allow=HERE).status == 204


def test_the_caller_cannot_name_another_host(peer) -> None:
    peer.answers["/"] = 200, {}, b""
    fetch(peer.url(), headers={"Host": "internal", "Accept-Encoding": "br"}, allow=HERE)
    assert peer.asked[0].headers["host"] == f"127.0.0.1:{peer.port}"
    assert peer.asked[0].headers["accept-encoding"] == "gzip, deflate"


def test_headers_that_break_the_line_are_refused(peer) -> None:
    with pytest.raises(OutboundError):
        fetch(peer.url(), headers={"X": "a\r\nY: b"}, allow=HERE)
    assert peer.asked == []


def test_the_environment_has_no_say(peer, second_peer, monkeypatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, second_peer.url())
    peer.answers["/"] = 200, {}, b"direct"
    assert fetch(peer.url(), allow=HERE).body == b"direct"
    assert second_peer.asked == []


def test_no_cookie_is_kept(peer) -> None:
    peer.answers["/"] = 302, {"Location": "/b", "Set-Cookie": "a=b; Path=/"}, b""
    peer.answers["/b"] = 200, {}, b""
    fetch(peer.url(), allow=HERE)
    fetch(peer.url("/b"), allow=HERE)
    assert all("cookie" not in asked.headers for asked in peer.asked)


# Addresses


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "data:,x", "example.org"]
    + ["//example.org/", "http://", "http:///path", "http://user@example.org/", "", "javascript:1"]
    + ["https://user:secret@example.org/", "http://exa mple.org/", "http://[::1", "http://a:0/"]
    + [
        "http://example.org\r\nX: y/",
        "http://a:99999/",
        "http://\udcff/",
        "http://%5b/",
        "http://[fe80::1%25eth0]/",
        "http://xn--a/",
        "\0",
    ],
)
def test_it_refuses_what_is_not_a_plain_web_address(url: str, names) -> None:
    with pytest.raises(Refused):
        fetch(url)
    assert names.asked == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "0", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]"]
    + ["[::ffff:127.0.0.1]", "127.0.0.1.", "LOCALHOST", "\uff11\uff12\uff17.0.0.1"],
)
def test_loopback_is_refused_in_every_spelling(peer, host: str) -> None:
    with pytest.raises((Refused, Unreachable)):
        fetch(peer.url(host=host))
    assert peer.asked == []


def test_a_refusal_is_a_sentence(peer) -> None:
    with pytest.raises(Refused, match=r"^127\.0\.0\.1 is at a private or reserved address.*\.$"):
        fetch(peer.url())


@pytest.mark.parametrize("answer", [["93.184.216.34", "127.0.0.1"], ["127.0.0.1", "2606:4700::1"]])
def test_one_private_address_among_public_ones_is_enough_to_refuse(peer, names, answer) -> None:
    names.answers["mixed.test"] = [answer]
    with pytest.raises(Refused):
        fetch(peer.url(host="mixed.test"))
    assert peer.asked == [] and names.asked == ["mixed.test"]


def test_a_name_is_looked_up_once_and_pinned(peer, names, monkeypatch) -> None:
    """Rebinding: the second answer would be private. The first is what is dialled, and only it."""
    names.answers["rebind.test"] = [["93.184.216.34"], ["127.0.0.1"]]
    dialled = []
    monkeypatch.setattr(
        pinned.socket.socket, "connect", lambda _, address: dialled.append(address) or refuse()
    )

    def refuse() -> None:
        raise ConnectionRefusedError("nobody there")

    with pytest.raises(Unreachable):
        fetch(peer.url(host="rebind.test"))
    assert names.asked == ["rebind.test"]
    assert dialled == [("93.184.216.34", peer.port)]


def test_the_name_is_what_the_peer_is_asked_for(peer, names) -> None:
    names.answers["lms.test"] = [["127.0.0.1"], ["192.0.2.1"]]
    peer.answers["/"] = 200, {}, b"ok"
    assert fetch(peer.url(host="lms.test"), allow=HERE).body == b"ok"
    assert peer.asked[0].headers["host"] == f"lms.test:{peer.port}"
    assert names.asked == ["lms.test"]


def test_a_dead_address_is_passed_over_for_the_next(peer, names) -> None:
    names.answers["two.test"] = [["127.0.0.2", "127.0.0.1"]]
    peer.answers["/"] = 200, {}, b"ok"
    assert fetch(peer.url(host="two.test"), allow=parse_allow("127.0.0.0/8")).body == b"ok"


def test_allowed_by_name_and_port(peer, names) -> None:
    names.answers["lms.lan"] = [["127.0.0.1"]]
    peer.answers["/"] = 200, {}, b"ok"
    assert fetch(peer.url(host="lms.lan"), allow=parse_allow(f"lms.lan:{peer.port}")).status == 200
    assert fetch(peer.url(host="LMS.lan."), allow=parse_allow("lms.lan")).status == 200
    with pytest.raises(Refused):
        fetch(peer.url(host="lms.lan"), allow=parse_allow("lms.lan:1"))


def test_an_unknown_name_is_unreachable(names) -> None:
    with pytest.raises(Unreachable, match="not known"):
        fetch("https://nowhere.test/")


def test_a_closed_port_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable):
        fetch(f"http://127.0.0.1:{port}/", allow=HERE)


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_it_follows_redirects(peer, status: int) -> None:
    peer.answers["/a"] = redirect("b?c=d#e", status)
    peer.answers["/b?c=d"] = 200, {}, b"there"
    answer = fetch(peer.url("/a"), allow=HERE)
    assert (answer.body, answer.url) == (b"there", peer.url("/b?c=d"))


@pytest.mark.parametrize(
    ("status", "method", "becomes", "body"),
    [(301, "POST", "GET", b""), (302, "PUT", "GET", b""), (303, "POST", "GET", b"")]
    + [(303, "HEAD", "HEAD", b""), (307, "POST", "POST", b"x"), (308, "DELETE", "DELETE", b"x")],
)
def test_methods_over_redirects(peer, status, method, becomes, body) -> None:
    peer.answers["/a"] = redirect("/b", status)
    peer.answers["/b"] = 200, {}, b""
    sent = b"x" if method != "HEAD" else None
    fetch(peer.url("/a"), method=method, body=sent, headers={"Content-Type": "a/b"}, allow=HERE)
    second = peer.asked[1]
    assert (second.method, second.body) == (becomes, body)
    assert ("content-type" in second.headers) == (becomes != "GET")


def test_three_redirects_are_followed_and_four_are_not(peer) -> None:
    for n in range(4):
        peer.answers[f"/{n}"] = redirect(f"/{n + 1}")
    peer.answers["/4"] = 200, {}, b"end"
    assert fetch(peer.url("/1"), allow=HERE).body == b"end"
    asked = len(peer.asked)
    with pytest.raises(Refused, match="more than 3"):
        fetch(peer.url("/0"), allow=HERE)
    assert len(peer.asked) == asked + 4
    with pytest.raises(Refused):
        fetch(peer.url("/3"), allow=HERE, max_redirects=0)


def test_who_follows_none_is_told_the_status(peer) -> None:
    peer.answers["/"] = redirect("/b", 307)
    with pytest.raises(Redirected) as raised:
        fetch(peer.url(), allow=HERE, max_redirects=0)
    assert (raised.value.status, len(peer.asked)) == (307, 1)


def test_a_redirect_to_a_private_address_is_refused(peer, second_peer, names) -> None:
    names.answers["ok.test"] = [["127.0.0.1"]]
    allow = parse_allow(f"ok.test:{peer.port}")
    for place in (second_peer.url(), "http://169.254.169.254/latest/", "http://[::1]/"):
        peer.answers["/"] = redirect(place)
        with pytest.raises(Refused, match="private"):
            fetch(peer.url(host="ok.test"), allow=allow)
    assert second_peer.asked == []


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://a.test/", "http://u:p@a.test/", "http://[", "\x01:"]
    + ["http://xn--a/"],
)
def test_a_redirect_elsewhere_than_the_web_is_refused(peer, location: str) -> None:
    peer.answers["/"] = redirect(location)
    with pytest.raises(Refused):
        fetch(peer.url(), allow=HERE)


def test_a_redirect_without_a_place_is_an_answer(peer) -> None:
    peer.answers["/"] = 304, {}, b""
    peer.answers["/b"] = 302, {}, b"nowhere"
    assert fetch(peer.url(), allow=HERE).status == 304
    assert fetch(peer.url("/b"), allow=HERE).body == b"nowhere"


def test_credentials_stay_with_their_origin(peer, second_peer) -> None:
    peer.answers |= {"/a": redirect("/b"), "/b": redirect(second_peer.url("/c"))}
    second_peer.answers["/c"] = 200, {}, b""
    secrets = {"Authorization": "Bearer x", "Cookie": "a=b", "X-Other": "kept"}
    fetch(peer.url("/a"), headers=secrets, allow=HERE)
    assert peer.asked[1].headers["authorization"] == "Bearer x"
    assert "authorization" not in second_peer.asked[0].headers
    assert "cookie" not in second_peer.asked[0].headers
    assert second_peer.asked[0].headers["x-other"] == "kept"


# TLS


@pytest.fixture
def trusting(certificate: Path, monkeypatch) -> None:
    """Trust the self-made certificate, and change nothing else of how TLS is checked."""
    context = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(client, "_tls", lambda: context)


def test_tls_checks_the_certificate_against_the_name(secure_peer, names, trusting) -> None:
    names.answers |= {"secure.test": [["127.0.0.1"]], "other.test": [["127.0.0.1"]]}
    secure_peer.answers["/"] = 200, {}, b"safe"
    answer = fetch(secure_peer.url(host="secure.test", scheme="https"), allow=HERE)
    assert answer.body == b"safe"
    with pytest.raises(Unreachable, match="(?i)certificate|hostname"):
        fetch(secure_peer.url(host="other.test", scheme="https"), allow=HERE)
    with pytest.raises(Unreachable, match="(?i)certificate|hostname|IP address"):
        fetch(secure_peer.url(scheme="https"), allow=HERE)
    assert len(secure_peer.asked) == 1


def test_an_unknown_certificate_is_not_believed(secure_peer, names, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # nor is the environment
    names.answers["secure.test"] = [["127.0.0.1"]]
    client._tls.cache_clear()
    with pytest.raises(Unreachable, match="(?i)certificate"):
        fetch(secure_peer.url(host="secure.test", scheme="https"), allow=HERE)
    assert secure_peer.asked == []


def test_https_is_never_left_for_http(secure_peer, peer, names, trusting) -> None:
    names.answers["secure.test"] = [["127.0.0.1"]]
    secure_peer.answers["/"] = redirect(peer.url())
    with pytest.raises(Refused, match="https to http"):
        fetch(secure_peer.url(host="secure.test", scheme="https"), allow=HERE)
    assert peer.asked == []


def test_http_may_become_https(secure_peer, peer, names, trusting) -> None:
    names.answers["secure.test"] = [["127.0.0.1"]]
    peer.answers["/"] = redirect(secure_peer.url(host="secure.test", scheme="https"))
    secure_peer.answers["/"] = 200, {}, b"safe"
    assert fetch(peer.url(), allow=HERE).body == b"safe"


# Size


def test_a_body_up_to_the_limit_is_read_and_one_byte_more_is_not(peer) -> None:
    peer.answers |= {"/a": (200, {}, b"x" * 1000), "/b": (200, {}, b"x" * 1001)}
    assert len(fetch(peer.url("/a"), allow=HERE, max_bytes=1000).body) == 1000
    with pytest.raises(TooLarge, match="1,000 bytes"):
        fetch(peer.url("/b"), allow=HERE, max_bytes=1000)


def test_a_body_of_unknown_length_is_counted_as_it_comes(raw_peer) -> None:
    sent = []

    def pour(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(10_000):
            connection.sendall(b"x" * 65536)
            sent.append(65536)

    with pytest.raises(TooLarge):
        fetch(f"http://127.0.0.1:{raw_peer(pour)}/", allow=HERE, max_bytes=100_000)
    assert sum(sent) < 50_000_000


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)]
    + [("deflate", lambda data: zlib.compress(data, wbits=-15)), ("identity", bytes)],
)
def test_it_unpacks(peer, encoding: str, pack) -> None:
    content = bytes(range(256)) * 300
    peer.answers["/"] = 200, {"Content-Encoding": encoding}, pack(content)
    assert fetch(peer.url(), allow=HERE).body == content


def test_a_bomb_is_stopped_while_it_unpacks(peer, monkeypatch) -> None:
    """500 MB in 500 kB: no more than about the limit is ever unpacked."""
    packer = zlib.compressobj(9, wbits=31)
    block = bytes(1_000_000)
    bomb = b"".join(packer.compress(block) for _ in range(500)) + packer.flush()
    assert len(bomb) < 1_000_000
    unpacked = []
    whole = client._unpacked

    def counting(*args):
        for piece in whole(*args):
            unpacked.append(len(piece))
            yield piece

    monkeypatch.setattr(client, "_unpacked", counting)
    peer.answers["/"] = 200, {"Content-Encoding": "gzip"}, bomb
    with pytest.raises(TooLarge):
        fetch(peer.url(), allow=HERE)
    assert sum(unpacked) <= 2_100_000


def test_packing_that_holds_nothing_is_counted_too(raw_peer) -> None:
    """Empty deflate blocks for ever: nothing comes out, so what goes in is what counts."""

    def pour(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n\x78\x9c")
        while True:
            connection.sendall(b"\x00\x00\x00\xff\xff" * 10_000)

    with pytest.raises(TooLarge):
        fetch(f"http://127.0.0.1:{raw_peer(pour)}/", allow=HERE)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("br", b"x"), ("gzip, gzip", b"x"), ("gzip", b"not gzip"), ("deflate", b"\xff\xff")]
    + [("gzip", gzip.compress(b"x" * 1000, mtime=0)[:-9])],
)
def test_what_cannot_be_unpacked_is_no_answer(peer, encoding: str, body: bytes) -> None:
    peer.answers["/"] = 200, {"Content-Encoding": encoding}, body
    with pytest.raises(Unreachable):
        fetch(peer.url(), allow=HERE)


@pytest.mark.parametrize(
    "answer",
    [b"", b"rubbish\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"]
    + [b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 300_000, b"HTTP/1.1 200 OK\r\nTransfer-"],
)
def test_broken_answers_are_unreachable(raw_peer, answer: bytes) -> None:
    def act(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with pytest.raises(Unreachable):
        fetch(f"http://127.0.0.1:{raw_peer(act)}/", allow=HERE)


@pytest.mark.parametrize(
    "answer",
    [b"Grace Hopper\r\n\r\n", b"HTTP/1.1 200 OK\r\nGrace Hopper\r\n\r\n"]
    + [b"HTTP/1.1 200 OK\r\nContent-Length: Grace Hopper\r\n\r\n"]
    + [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Grace Hopper\r\n\r\n"]
    + [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nGrace Hopper\r\n"]
    + [b"HTTP/1.1 302 Found\r\nLocation: http://Grace Hopper/\r\n\r\n"]
    + [b"HTTP/1.1 302 Found\r\nLocation: http://xn--grace-hopper-/\r\n\r\n"],
)
def test_a_peers_words_are_not_quoted(raw_peer, answer: bytes) -> None:
    """They may be anybody's name, and what went wrong is kept and shown."""

    def act(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with pytest.raises(OutboundError) as raised:
        fetch(f"http://127.0.0.1:{raw_peer(act)}/", allow=HERE)
    words = str(raised.value)
    assert "grace" not in words.lower() and words.endswith(".")


# Time


def drip(connection: socket.socket, start: bytes = b"") -> None:
    """A byte every 20 ms: no single wait is long, all together are endless."""
    connection.sendall(start)
    for _ in itertools.repeat(None):
        connection.sendall(b"x")
        time.sleep(0.02)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_slow_drip_does_not_outlast_the_deadline(raw_peer, start: bytes) -> None:
    port = raw_peer(lambda connection: drip(connection, start))
    began = time.monotonic()
    with pytest.raises(Unreachable, match="too long"):
        fetch(f"http://127.0.0.1:{port}/", allow=HERE, timeout=0.4)
    assert time.monotonic() - began < 1.5


def test_silence_in_the_handshake_does_not_either(raw_peer) -> None:
    port = raw_peer(lambda connection: drip(connection))
    began = time.monotonic()
    with pytest.raises(Unreachable):
        fetch(f"https://127.0.0.1:{port}/", allow=HERE, timeout=0.4)
    assert time.monotonic() - began < 1.5


def test_a_peer_that_does_not_read_does_not_either(raw_peer) -> None:
    def sip(connection: socket.socket) -> None:
        while connection.recv(1):
            time.sleep(0.01)

    began = time.monotonic()
    with pytest.raises(Unreachable):
        fetch(
            f"http://127.0.0.1:{raw_peer(sip)}/",
            method="POST",
            body=bytes(50_000_000),
            allow=HERE,
            timeout=0.4,
        )
    assert time.monotonic() - began < 1.5


def test_redirects_share_the_deadline(peer) -> None:
    def late(_asked):
        time.sleep(0.25)
        return redirect("/")

    peer.answers["/"] = late
    with pytest.raises(Unreachable):
        fetch(peer.url(), allow=HERE, timeout=0.4, max_redirects=50)
    assert len(peer.asked) == 2


def test_a_resolver_that_hangs_is_left_behind(monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(2))
    began = time.monotonic()
    with pytest.raises(Unreachable, match="in time"):
        fetch("http://slow.test/", timeout=0.2)
    assert time.monotonic() - began < 1


def test_no_time_means_no_answer(peer) -> None:
    with pytest.raises(Unreachable):
        fetch(peer.url(), allow=HERE, timeout=0)
    assert peer.asked == []

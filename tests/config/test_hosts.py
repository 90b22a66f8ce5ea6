"""Through a running server: Host and X-Forwarded-* decide nothing; behind TLS all is secure."""

from collections.abc import Iterator

import pytest

from tests.support.clients import APIClient
from tests.support.peers import Peer, head
from tests.support.servers import Server

HOSTILE = [
    ("Host: evil.example",),
    ("Host: evil.example:80",),
    ("Host: localhost.evil.example",),
    ("Host: localhost@evil.example",),
    ("Host: evil.example, localhost",),
    ("Host:",),
]
FORWARDED = [
    ("X-Forwarded-Host: evil.example",),
    ("X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https", "X-Forwarded-Port: 1"),
    ("Forwarded: host=evil.example;proto=https",),
    ("X_Forwarded_Host: evil.example",),
    ("X-Original-URL: /evil.example", "X-Rewrite-URL: /evil.example"),
]


def ask(server: Server, path: str, *headers: str, method: str = "GET") -> tuple[int, str]:
    """Status, and all of the answer but its date."""
    wire = "\r\n".join([f"{method} {path} HTTP/1.1", *headers, "Connection: close", "", ""])
    with Peer(server) as peer:
        answer = peer.send(wire).answer().decode()
    lines = [line for line in answer.split("\r\n") if not line.lower().startswith("date:")]
    return int(answer.split()[1]), "\r\n".join(lines)


@pytest.fixture(scope="module")
def award(client_of_server: APIClient) -> str:
    issuer = client_of_server.issuer()["entityId"]
    badge_class = client_of_server.badge_class(issuer)["entityId"]
    return client_of_server.award(badge_class, "r@example.org")["entityId"]


def paths(award: str) -> list[str]:
    document = f"/public/assertions/{award}"
    return [document, f"{document}?expand=badge", f"{document}/image", "/", "/accounts/login/"]


@pytest.mark.parametrize("headers", HOSTILE)
def test_a_host_that_is_not_ours_gets_nothing(
    server: Server, award: str, headers: tuple[str, ...]
) -> None:
    for path in paths(award):
        status, answer = ask(server, path, *headers)
        assert status == 400, path
        assert "evil.example" not in answer
        assert award not in answer
    assert ask(server, "/healthz", *headers)[0] == 200


@pytest.mark.parametrize("headers", FORWARDED)
def test_what_a_stranger_says_about_the_host_changes_nothing(
    server: Server, award: str, headers: tuple[str, ...]
) -> None:
    host = f"Host: localhost:{server.port}"
    for path in paths(award)[:4]:
        for accept in ("Accept: application/json", "Accept: text/html"):
            plain = ask(server, path, host, accept)
            assert plain[0] in (200, 302)
            assert ask(server, path, host, accept, *headers) == plain


def test_every_name_of_a_practice_server_gives_the_same_document(
    server: Server, award: str
) -> None:
    answers = {
        ask(server, f"/public/assertions/{award}", f"Host: {name}", "Accept: application/json")
        for name in (f"localhost:{server.port}", "localhost", "127.0.0.1", "[::1]:9", "LOCALHOST")
    }
    assert len(answers) == 1
    (answer,) = answers
    assert f"http://localhost:{server.port}/public/assertions/{award}" in answer[1]


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server behind a TLS proxy, which the tests play themselves; it moved once."""
    running = Server(
        tmp_path_factory.mktemp("public") / "data",
        LAUREL_URL="https://badges.example.org",
        LAUREL_OLD_URLS="https://old.example.org",
        LAUREL_TRUSTED_PROXIES="127.0.0.1",
    )
    try:
        yield running.start()
    finally:
        running.close()


NEW = "Host: badges.example.org"
OLD = "Host: old.example.org"


def test_today_s_and_former_names_answer_and_no_others(public: Server) -> None:
    assert ask(public, "/", NEW)[0] == 200
    assert ask(public, "/", OLD)[0] == 200
    for other in ("localhost", "127.0.0.1", "example.org", "www.badges.example.org"):
        assert ask(public, "/", f"Host: {other}")[0] == 400


def test_behind_tls_all_is_secure(public: Server) -> None:
    _, answer = ask(public, "/accounts/login/", NEW)
    lower = answer.lower()
    assert "strict-transport-security: max-age=31536000" in lower
    cookies = [line for line in lower.split("\r\n") if line.startswith("set-cookie:")]
    assert cookies
    assert all("; secure" in cookie for cookie in cookies)
    for header in (
        "x-content-type-options: nosniff",
        "x-frame-options: deny",
        "referrer-policy: ",
        "content-security-policy: ",
    ):
        assert header in lower
    policy = lower.split("content-security-policy: ")[1].split("\r\n")[0]
    assert "unsafe" not in policy


def test_plain_http_at_the_proxy_is_sent_to_https(public: Server) -> None:
    status, answer = ask(public, "/accounts/login/?next=/", NEW, "X-Forwarded-Proto: http")
    assert status == 301
    assert "location: https://badges.example.org/accounts/login/?next=/" in answer.lower()
    assert ask(public, "/", NEW, "X-Forwarded-Proto: https")[0] == 200


def test_practice_is_without_tls(server: Server) -> None:
    _, answer = ask(server, "/accounts/login/", f"Host: localhost:{server.port}")
    assert "strict-transport-security" not in answer.lower()


def test_the_header_of_a_request_is_read_with_a_deadline(server: Server) -> None:
    with Peer(server) as peer:
        peer.send(head("GET", "/")[:-2])  # the empty line never comes
        assert peer.answer()[:12] in (b"", b"HTTP/1.1 408")

"""The door that `laurel up` puts before Django, over the wire: it answers as Django does.

A query that means nothing (`?x=1`) sends the same request past the door.
"""

from itertools import product

import httpx
import pytest

from tests.support.clients import APIClient
from tests.support.peers import Peer, head
from tests.support.servers import Server

ACCEPTS = [None, "*/*", "application/json", "text/html", "application/json;q=0.1, text/html;q=0.2",
           "application/ld+json, application/json, image/png, image/svg+xml"]  # fmt: skip
UNSTABLE = {"date", "content-encoding"}


@pytest.fixture(scope="module")
def paths(client_of_server: APIClient) -> list[str]:
    client = client_of_server
    issuer = client.issuer()
    badge_class = client.badge_class(issuer["entityId"])
    award = client.award(badge_class["entityId"], "a@example.org")
    revoked = client.award(badge_class["entityId"], "b@example.org")
    reason = {"revocation_reason": "Copied"}
    client.http.request("DELETE", f"/v2/assertions/{revoked['entityId']}", json=reason)
    rows = (issuer, badge_class, award, revoked)
    ids = [row["openBadgeId"].partition("/public/")[2] for row in rows]
    return [f"/public/{tail}" for tail in (*ids, "assertions/unknown")]


def answer(server: Server, method: str, path: str, headers: list[tuple[str, str]]) -> tuple:
    got = httpx.request(method, server.url + path, headers=headers)
    kept = {name: value for name, value in got.headers.items() if name not in UNSTABLE}
    return got.status_code, kept, got.content


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_it_answers_as_django_does(server: Server, paths: list[str], method: str):
    for path, accept in product(paths, ACCEPTS):
        headers = [("Accept", accept)] if accept else []
        through = answer(server, method, path, headers)
        assert through == answer(server, method, f"{path}?x=1", headers), (path, accept)


def test_conditional_requests(server: Server, paths: list[str]):
    for path in paths[:3]:
        tag = httpx.get(server.url + path).headers["etag"]
        for value, status in ((tag, 304), (f"W/{tag}", 304), ('"other"', 200), ("*", 304)):
            asked = answer(server, "GET", path, [("If-None-Match", value)])
            assert asked[0] == status
            assert asked == answer(server, "GET", f"{path}?x=1", [("If-None-Match", value)])


@pytest.mark.parametrize(
    "headers",
    [
        [("User-Agent", "Twitterbot/1.0")],
        [("User-Agent", "Twitterbot/1.0"), ("Accept", "application/json")],
        [("Accept", "text/html"), ("Accept", "application/json;q=0.5")],
        [("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "evil.example")],
        [("Host", "evil.example")],
        [("Host", "127.0.0.1:1")],
    ],
)
def test_strange_headers(server: Server, paths: list[str], headers: list[tuple[str, str]]):
    for path in paths:
        asked = answer(server, "GET", path, headers)
        assert asked == answer(server, "GET", f"{path}?x=1", headers), (path, headers)
        assert b"evil" not in asked[2]


def raw(server: Server, path: str) -> bytes:
    """The answer to a GET whose address is sent as it is, in UTF-8."""
    with Peer(server) as peer:
        peer.send(head("GET", path, "Connection: close", host=f"localhost:{server.port}"))
        return peer.answer()


def test_a_query_in_raw_utf_8_is_read_as_that(server: Server, paths: list[str]):
    assert raw(server, f"{paths[2]}.json?expand=\u6f22\u00e9").startswith(b"HTTP/1.1 200")
    entity_id = paths[2].rpartition("/")[2]
    moved = raw(server, f"/share/badge/{entity_id}?x=\u6f22\u00e9")
    assert f"{paths[2]}?x=%E6%BC%A2%C3%A9\r\n".encode() in moved

"""The WSGI door before Django and the Django view behind it give the same answer to every
request.
"""

import io
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, reset_queries
from django.test.utils import CaptureQueriesContext

from config.proxies import TrustedProxies
from config.wsgi import django_application
from public.door import DoorBefore

ACCEPTS = [
    None, "", "*/*", "application/json", "application/ld+json", "text/html", "text/plain",
    "application/*", "text/*", "image/png", "application/ld+json, application/json",
    "application/ld+json, application/json, image/png, image/svg+xml",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "application/json, application/ld+json;q=0.5", "text/html;q=0.3, application/json;q=0.2",
    "text/html;q=0, */*", "application/json;q=0, */*;q=0.1", "text/html;q=0.9;level=1, */*;q=1",
    "nonsense", "application/json;q=many", "TEXT/HTML", "*/*;q=0", "a" * 5000,
]  # fmt: skip
AGENTS = [
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "curl/8.5.0", "", "linkedinbot" + "x" * 5000, "x" * 5000 + "linkedinbot",
]  # fmt: skip
QUERIES = ["v=1_1", "v=2_0", "v=nonsense", "expand=badge", "expand=badge&expand=badge.issuer",
           "expand=issuer", "x=1", "v=1_1&expand=badge", "identity__email=a"]  # fmt: skip
HOSTS = [
    "localhost:8000", "localhost", "127.0.0.1:9", "[::1]:8000", "LOCALHOST", "evil.example",
    "localhost.evil.example", "", "localhost:8000@evil.example", "a" * 300, "localhost:x",
]  # fmt: skip


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """A served request renews connections and forgets queries; here it runs in the test's own."""
    quiet = [
        (signal, receiver)
        for signal in (request_started, request_finished)
        for receiver in (close_old_connections, reset_queries)
        if signal.disconnect(receiver)
    ]
    yield
    for signal, receiver in quiet:
        signal.connect(receiver)


def ask(application: Any, path: str, **environ: Any) -> tuple[str, dict[str, str], bytes]:
    """Status line, headers and body that a WSGI application gives."""
    request = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "HTTP_HOST": "localhost:8000",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
    } | environ
    answered: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        names = [name.lower() for name, _ in headers]
        assert len(names) == len(set(names)), f"a header is sent twice: {names}"
        answered.update(status=status, headers={name.lower(): value for name, value in headers})

    parts = application({k: v for k, v in request.items() if v is not None}, start_response)
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    if request["REQUEST_METHOD"] == "HEAD":
        body = b""  # every server drops it
    return answered["status"], answered["headers"], body


def corpus(world) -> list[tuple[str, dict[str, Any]]]:
    """Every form of request that the two doors are held to."""
    rows = [world.assertion, world.plain, world.revoked, world.moved, world.badge_class]
    paths = [f"/public/{row.collection}/{row.entity_id}" for row in [*rows, world.issuer]]
    unknown = ["/public/assertions/unknown", "/public/badges/" + "x" * 64, "/public/issuers/-"]
    requests: list[tuple[str, dict[str, Any]]] = [
        (path, {"HTTP_ACCEPT": accept}) for path, accept in product(paths, ACCEPTS)
    ]
    requests += [
        (f"{path}{suffix}", {"HTTP_ACCEPT": accept, "HTTP_USER_AGENT": agent})
        for path, suffix, accept, agent in product(
            [*paths[:3], unknown[0]],
            ["", ".json"],
            [None, "*/*", "application/json, */*;q=0.5", "text/html"],
            AGENTS,
        )
    ]
    requests += [
        (f"{path}.json", {"HTTP_ACCEPT": accept})
        for path, accept in product(paths, [None, "text/html", "application/ld+json"])
    ]
    requests += [
        (path, {"HTTP_ACCEPT": accept})
        for path, accept in product(unknown, [None, "text/html", "application/json"])
    ]
    requests += [(path, {"QUERY_STRING": query}) for path, query in product(paths, QUERIES)]
    requests += [(path, {"HTTP_HOST": host}) for path, host in product(paths[:3], HOSTS)]
    requests += [
        (path, {"REQUEST_METHOD": method, "HTTP_ACCEPT": accept})
        for path, method, accept in product(
            [*paths, unknown[0]],
            ["HEAD", "OPTIONS", "POST", "PUT", "DELETE"],
            [None, "text/html"],
        )
    ]
    for row, path in zip(rows, paths, strict=False):
        tags = [f'"{row.etag}"', f'W/"{row.etag}"', f'"{row.etag}-j"', "*", '"x", "y"', "nonsense"]
        requests += [
            (path, {"HTTP_IF_NONE_MATCH": tag, "HTTP_ACCEPT": accept, "REQUEST_METHOD": method})
            for tag, accept, method in product(tags, ["application/json", "*/*"], ["GET", "HEAD"])
        ]
    forwarded = {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_PROTO": "http"}
    requests += [(path, forwarded) for path in paths]
    requests += [(path, {"HTTP_ORIGIN": "https://displayer.example"}) for path in paths]
    return requests


def test_both_doors_answer_alike(world):
    requests = corpus(world)
    assert len(requests) >= 200
    with_door = TrustedProxies(DoorBefore(django_application))
    without = TrustedProxies(django_application)
    for path, environ in requests:
        assert ask(with_door, path, **environ) == ask(without, path, **environ), (path, environ)


def test_the_door_itself_answers_what_is_plain(world):
    """Behind the door stands nothing, so an answer can only be the door's."""

    def nothing(environ: Any, start_response: Any) -> list[bytes]:
        raise AssertionError("fell through")

    door = DoorBefore(nothing)
    for row, status in ((world.assertion, "200 OK"), (world.revoked, "410 Gone")):
        path = f"/public/assertions/{row.entity_id}"
        assert ask(door, path)[0] == status
        assert ask(door, f"{path}.json", HTTP_ACCEPT="text/html")[0] == status
        assert ask(door, path, REQUEST_METHOD="HEAD")[2] == b""


@pytest.mark.parametrize("door", [DoorBefore(django_application), django_application])
def test_a_document_is_one_query(world, door):
    for row in (world.assertion, world.revoked, world.badge_class, world.issuer):
        with CaptureQueriesContext(connection) as caught:
            ask(door, f"/public/{row.collection}/{row.entity_id}")
        assert len(caught) == 1


def test_a_page_takes_few_queries(world):
    for row in (world.assertion, world.revoked, world.badge_class, world.issuer):
        with CaptureQueriesContext(connection) as caught:
            status, *_ = ask(
                django_application,
                f"/public/{row.collection}/{row.entity_id}",
                HTTP_ACCEPT="text/html",
            )
        assert status[:3] in {"200", "410"}
        assert len(caught) == (2 if row == world.issuer else 1)  # an issuer's lists its badges

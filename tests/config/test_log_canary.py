"""A journey full of known secrets, names and addresses; then every line of the log is searched."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import httpx
import psycopg
import pytest

from tests.support.clients import APIClient, connect
from tests.support.peers import Peer, head
from tests.support.servers import OWNER, PASSWORD, Server

SECRET_KEY = "canary-secret-key-" + "k" * 50
TYPED = "canary-typed"  # in every field, address, header and body below
PEER = "192.0.2.77"


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[str], list[str]]]:
    """The lines of the log, and the secrets that were about."""
    server = Server(
        tmp_path_factory.mktemp("canary") / "data",
        SECRET_KEY=SECRET_KEY,
        LAUREL_TRUSTED_PROXIES="127.0.0.1",
        LAUREL_LOG_LEVEL="DEBUG",
    )
    try:
        client = connect(server.start())
        link = re.search(r"/setup/(\S+)", server.log.read_text())
        assert link
        with client.http:
            use_everything(server, client, link[1])
            break_the_database(server)
            fail(client)
        assert server.stop() == 0
        bearer = client.http.headers["Authorization"].removeprefix("Bearer ")
        secrets = [SECRET_KEY, PASSWORD, bearer, client.token["refresh_token"], link[1]]
        lines = server.log.read_text().splitlines()
        yield [line for line in lines if "/setup/" not in line or line.startswith("{")], secrets
    finally:
        server.close()


def use_everything(server: Server, client: APIClient, token: str) -> None:
    headers = {"X-Forwarded-For": PEER, "User-Agent": TYPED, "Referer": f"https://{TYPED}"}
    client.http.headers.update(headers)
    issuer = client.issuer(TYPED)["entityId"]
    badge_class = client.badge_class(issuer, name=TYPED)["entityId"]
    client.award(
        badge_class,
        f"{TYPED}@example.org",
        narrative=TYPED,
        evidence=[{"url": f"https://{TYPED}.example", "narrative": TYPED}],
    )
    awards = f"/v2/badgeclasses/{badge_class}/assertions"
    with httpx.Client(base_url=server.url, headers=headers) as stranger:
        stranger.get(f"/setup/{token}")
        stranger.get(f"/setup/{token}/")
        stranger.get(f"/v2/issuers/{TYPED}@example.org")
        stranger.get(f"/{TYPED}@example.org", params={"token": TYPED})
        stranger.get("/v2/issuers", headers={"Authorization": f"Bearer {TYPED}"})
        stranger.get("/v2/issuers", params={"access_token": TYPED})
        stranger.post("/o/token", data={"username": f"{TYPED}@example.org", "password": TYPED})
        stranger.post("/o/token", data={"username": OWNER, "password": PASSWORD + "x"})
        stranger.post(
            "/o/token", content=f'{{"{TYPED}', headers={"Content-Type": "application/json"}
        )
        page = stranger.get("/accounts/login/")
        csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        form = {"login": f"{TYPED}@example.org", "password": TYPED}
        stranger.post("/accounts/login/", data=form)  # without a CSRF token
        if csrf:
            stranger.post("/accounts/login/", data=form | {"csrfmiddlewaretoken": csrf[1]})
        stranger.get("/", headers={"Host": f"{TYPED}.example"})
        stranger.get("/", headers={"Cookie": f"sessionid={TYPED}; csrftoken={TYPED}"})
    client.http.post(awards, json={"recipient": {"identity": TYPED}, "expires": TYPED})
    client.http.post(awards, content=TYPED, headers={"Content-Type": "application/json"})
    client.http.post(awards, json={}, headers={"Idempotency-Key": TYPED})
    with Peer(server) as peer:
        peer.send(head("POST", "/o/token", "Content-Length: 999999999"), TYPED).answer()
    with Peer(server) as peer:
        peer.send(f"{TYPED} nonsense\r\n\r\n").answer()


def break_the_database(server: Server) -> None:
    statement = "ALTER TABLE issuer_assertion RENAME TO away"
    if url := server.database.environment.get("DATABASE_URL"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)
    else:
        with closing(sqlite3.connect(server.data / "laurel.sqlite3", timeout=30)) as file:
            file.execute(statement)


def fail(client: APIClient) -> None:
    """A failure in the middle of an award."""
    badge_class = client.http.get("/v2/badgeclasses").json()["result"][0]["entityId"]
    body = {"recipient": {"identity": f"{TYPED}@example.org", "plaintextIdentity": TYPED}}
    answer = client.http.post(f"/v2/badgeclasses/{badge_class}/assertions", json=body)
    assert answer.status_code == 500
    assert TYPED not in answer.text


def test_every_line_is_json(journey: tuple[list[str], list[str]]) -> None:
    lines, _ = journey
    assert lines[0].startswith("Laurel is at ")
    told = [json.loads(line) for line in lines[1:]]
    assert len(told) > 20
    assert all({"event", "level", "logger", "timestamp"} <= line.keys() for line in told)
    assert not any("Python threads" in line["event"] for line in told)


def test_requests_and_failures_are_told(journey: tuple[list[str], list[str]]) -> None:
    told = [json.loads(line) for line in journey[0][1:]]
    requests = [line for line in told if line["event"] == "request"]
    assert {"method", "path", "status", "ms", "request_id"} <= requests[0].keys()
    assert {200, 201, 400, 401, 403, 404, 500} <= {line["status"] for line in requests}
    failed = [line for line in told if "exception" in line]
    assert failed
    (refused,) = {line["request_id"] for line in requests if line["status"] == 500}
    assert refused in {line.get("request_id") for line in failed}


def test_no_secret_no_address_and_nothing_typed(journey: tuple[list[str], list[str]]) -> None:
    lines, secrets = journey
    for canary in (*secrets, TYPED, OWNER, PEER, "example.org", "@"):
        assert [line for line in lines if canary in line] == [], canary

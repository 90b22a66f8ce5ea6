"""Every route, method and scope of the room: reality is what the table of access says."""

import json
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from accounts.api.access import ANYBODY, ROUTES
from accounts.api.urls import urlpatterns
from accounts.links import address_id
from accounts.queries import primary_address
from api.scopes import ADMINISTRATION, BADGE_CONNECT, ISSUER_ANY, SCOPES
from tests.support.worlds import bearer

CASES = [(route, method) for route, methods in ROUTES.items() for method in methods]
ORDER = [*SCOPES, *ADMINISTRATION]
BODIES = {"POST": {"email": "new@example.org", "password": "a-compiler-9-wrote-this"}}
# Refused for what is asked, not for who asks.
WRONG = {"PUT /v2/auth/forgot-password": 404, "GET /v2/termsVersions/latest": 404}
pytestmark = pytest.mark.django_db


def send(client: Client, route: str, method: str, user, headers: dict[str, str]) -> int:
    path = route.replace("{entity_id}", user.entity_id)
    path = path.replace("{address_id}", address_id(primary_address(user)))
    body = BODIES.get(method, {"token": "x-y", "password": "a-compiler-9-wrote-this"})
    if route != "/v2/auth/forgot-password" and method == "PUT":
        body = {}
    sent = b"" if method in ("GET", "DELETE") else json.dumps(body)
    with transaction.atomic():
        status = client.generic(method, path, sent, "application/json", headers=headers).status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.parametrize(("route", "method"), CASES, ids=[f"{m} {r}" for r, m in CASES])
def test_reality_is_the_table(ada, client, route, method):
    scopes = ROUTES[route][method]
    done = {200, 201, 204, 302, WRONG.get(f"{method} {route}", 200)}
    if method == "DELETE":
        done.add(400)  # the only address is not removed
    for granted in (*SCOPES, ISSUER_ANY, *ADMINISTRATION, *BADGE_CONNECT, "rw:issuer:abc"):
        status = send(client, route, method, ada, bearer(ada, granted))
        wanted = done if scopes == ANYBODY or granted in scopes - {*ADMINISTRATION} else {403}
        assert status in wanted, granted
    for headers in ({}, {"Authorization": "Bearer stale"}):
        assert send(client, route, method, ada, headers) in (done if scopes == ANYBODY else {401})


def test_every_route_of_the_room_is_in_the_table():
    routes = {f"/{p.pattern}".replace("<str:", "{").replace(">", "}") for p in urlpatterns}
    assert routes == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_other_methods(ada, client, route):
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - ROUTES[route].keys():
        assert send(client, route, method, ada, bearer(ada, "rw:profile")) == 405


@pytest.mark.parametrize("route", ROUTES)
def test_with_a_slash_it_is_another_address(client, route):
    assert client.get(f"{route}/".replace("{", "").replace("}", "")).status_code == 404


def test_the_documented_table_is_this_one():
    page = Path(__file__).parents[3] / "docs" / "reference" / "accounts.md"
    shown = [line for line in page.read_text().splitlines() if line.startswith("| `/")]
    assert shown == [row(route, method) for route, method in CASES]


def row(route: str, method: str) -> str:
    scopes = ROUTES[route][method]
    told = ", ".join(f"`{scope}`" for scope in ORDER if scope in scopes)
    return f"| `{route}` | {method} | {told or 'anybody'} |"

"""Every route, method, scope and role: reality is what the table of access says."""

import json
from itertools import product

import pytest
from django.db import transaction
from django.test import Client

from api.scopes import ADMINISTRATION, ISSUER_ANY, SCOPES, SERVER_ADMIN
from issuer.models import Role
from issuer.permissions import ROLES
from notify.webhooks.api.access import ROUTES
from notify.webhooks.api.urls import urlpatterns
from notify.webhooks.services.repeating import send_test
from tests.support.documented import documented, documented_routes
from tests.support.worlds import acting, bearer, issuer_of, person, staff

CASES = [(route, method) for route, methods in ROUTES.items() for method in methods]
IDS = [f"{method} {route}" for route, method in CASES]
BODY = {"url": "https://lms.example/hooks", "events": ["assertion.created"]}
DONE = {200, 201, 202, 204}
pytestmark = pytest.mark.django_db


class World:
    """A webhook with a delivery, and people of every role."""

    def __init__(self, hook) -> None:
        webhook, _ = hook("https://lms.example/hooks")
        issuer = webhook.issuer
        self.people = {"owner": issuer.created_by}
        for role in (Role.EDITOR, Role.STAFF):
            self.people[role.value] = staff(issuer, f"{role.value}@example.org", role)
        self.people["stranger"] = person("eve@example.org")
        issuer_of(self.people["stranger"], name="Elsewhere")
        self.people["administrator"] = person("admin@example.org", administrator=True)
        self.issuer, self.webhook = issuer.entity_id, webhook.entity_id
        self.event = send_test(actor=acting(issuer.created_by), webhook=webhook).entity_id

    def path(self, route: str) -> str:
        name = self.issuer if route.startswith("/v2/issuers") else self.webhook
        return route.replace("{entity_id}", name).replace("{event_id}", self.event)


@pytest.fixture
def world(hook) -> World:
    return World(hook)


def send(world: World, route: str, method: str, headers: dict[str, str]) -> int:
    body = b"" if method == "GET" else json.dumps(BODY)
    with transaction.atomic():
        answer = Client().generic(
            method, world.path(route), body, "application/json", headers=headers
        )
        transaction.set_rollback(True)
    return answer.status_code


def expected(world: World, granted: str, role: str, verb: str) -> set[int]:
    mine = granted in {"rw:issuer", f"rw:issuer:{world.issuer}"}
    if granted == SERVER_ADMIN:
        return DONE if role == "administrator" else {403}
    if not mine and granted != "rw:issuer:another":
        return {403}
    if role in ("stranger", "administrator"):
        return {404}
    return DONE if mine and role in ROLES[verb] else {403}


@pytest.mark.parametrize(("route", "method"), CASES, ids=IDS)
def test_reality_is_the_table(world, route, method):
    scopes = [*SCOPES, *ADMINISTRATION, ISSUER_ANY, "rw:issuer:another"]
    wrong = []
    for granted, role in product([*scopes, f"rw:issuer:{world.issuer}"], world.people):
        status = send(world, route, method, bearer(world.people[role], granted))
        wanted = expected(world, granted, role, ROUTES[route][method].verb)
        if status not in wanted:
            wrong.append((granted, role, status, sorted(wanted)))
    assert wrong == []


@pytest.mark.parametrize(("route", "method"), CASES, ids=IDS)
def test_without_a_token(world, route, method):
    assert send(world, route, method, {}) == 401


@pytest.mark.parametrize("route", ROUTES)
def test_other_methods(world, route):
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - ROUTES[route].keys():
        headers = bearer(world.people["owner"], "rw:issuer")
        assert send(world, route, method, headers) == 405


def test_every_route_is_in_the_table():
    routes = {f"/{p.pattern}".replace("<str:", "{").replace(">", "}") for p in urlpatterns}
    assert routes == set(ROUTES)


def test_the_documented_table_is_this_one():
    shown = [line for line in documented_routes() if "webhooks" in line]
    assert shown == [documented(route, method, ROUTES[route][method]) for route, method in CASES]

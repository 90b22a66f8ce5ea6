"""Every route, method, scope and role, on one's own and on foreign objects: reality is what the
table of access says.
"""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from api.scopes import ADMINISTRATION, BADGE_CONNECT, ISSUER_ANY, SCOPES, SERVER_ADMIN
from issuer.api.access import ROUTES, Access
from issuer.api.urls import urlpatterns
from issuer.models import Issuance, IssuerStaff, Role
from issuer.permissions import ROLES, Verb
from tests.support.documented import documented, documented_routes
from tests.support.images import data_uri, png
from tests.support.worlds import awarded, badge_class_of, bearer, issuer_of, person, staff

WHO = {"recipient": {"identity": "grace@example.org"}}
IMAGE = data_uri(png(20, 20))
CASES = [(route, method) for route, methods in ROUTES.items() for method in methods]


class World:
    """Two issuers with a class and an award each; people of every role at the first one."""

    def __init__(self) -> None:
        self.people = {"owner": person()}
        issuer = issuer_of(self.people["owner"])
        for role in (Role.EDITOR, Role.STAFF):
            self.people[role.value] = staff(issuer, f"{role.value}@example.org", role)
        self.people["nobody"] = person("nobody@example.org")
        self.people["administrator"] = person("admin@example.org", administrator=True)
        badge_class = badge_class_of(issuer)
        self.mine = issuer.entity_id
        self.objects = {
            "issuers": issuer.entity_id,
            "badgeclasses": badge_class.entity_id,
            "assertions": awarded(badge_class).entity_id,
        }
        self.objects["issuances"] = Issuance.objects.create(
            badge_class=badge_class, issuer=issuer, total=0, state=Issuance.State.COMPLETE
        ).entity_id
        self.joan = person("joan@example.org")
        IssuerStaff.objects.create(issuer=issuer, user=self.joan, role=Role.STAFF)

    def path(self, route: str) -> str:
        kind = next(part for part in reversed(route.split("/{")[0].split("/")) if part)
        return route.replace("{entity_id}", self.objects.get(kind, ""))

    def body(self, route: str, method: str) -> Any:
        """What would be fulfilled, if it may."""
        made = {"issuer": self.mine, "name": "N", "description": "D", "image": IMAGE}
        member = {"email": "joan@example.org", "role": "editor"}
        return {
            "POST /v2/issuers": {
                "name": "N", "url": "https://n.example", "email": "owner@nowhere.example"},
            "POST /v2/issuers/{entity_id}/staff": member,
            "POST /v1/issuer/issuers/{entity_id}/staff": member | {"action": "modify"},
            "DELETE /v2/issuers/{entity_id}/staff": member,
            "PUT /v2/issuers/{entity_id}/staff": member,
            "PATCH /v2/issuers/{entity_id}/staff": member,
            "POST /v2/issuers/{entity_id}/badgeclasses": made,
            "POST /v2/badgeclasses": made,
            "POST /v2/issuers/{entity_id}/assertions":
                WHO | {"badgeclass": self.objects["badgeclasses"]},
            "POST /v2/badgeclasses/{entity_id}/assertions": WHO,
            "POST /v2/badgeclasses/{entity_id}/issue": {"assertions": [WHO]},
            "POST /v2/assertions/revoke": [
                {"entityId": self.objects["assertions"], "revocationReason": "x"}],
            "DELETE /v2/assertions/{entity_id}": {"revocation_reason": "x"},
            "DELETE /v2/issuances/{entity_id}": {"revocation_reason": "x"},
        }.get(f"{method} {route}", {"name": "New", "narrative": "New"})  # fmt: skip


@pytest.fixture
def world(db) -> World:
    return World()


def granted_sets(world: World) -> Iterator[frozenset[str]]:
    yield frozenset()
    for scope in [*SCOPES, *ADMINISTRATION, *BADGE_CONNECT, ISSUER_ANY]:
        yield frozenset({scope})
    yield frozenset({f"rw:issuer:{world.mine}"})
    yield frozenset({"rw:issuer:another"})
    yield frozenset({"r:issuer", "rw:issuer:another"})


def expected(
    access: Access,
    granted: frozenset[str],
    role: str,
    *,
    mine: str,
    on_object: bool,
    in_body: bool,
) -> set[int]:
    """The statuses that the table allows, worked out from it alone."""
    if role != "administrator":
        granted -= {SERVER_ADMIN}
    wide = granted & access.scopes - {ISSUER_ANY}
    tied = {s.removeprefix("rw:issuer:") for s in granted if s.startswith("rw:issuer:")} - {"*"}
    if not wide and not (tied and ISSUER_ANY in access.scopes):
        return {403}
    everywhere = SERVER_ADMIN in wide
    if on_object and not everywhere and role in ("nobody", "administrator"):
        return {404}
    if on_object and not wide and mine not in tied:
        return {403}
    if everywhere or access.verb is None or role in ROLES[access.verb]:
        return DONE
    if on_object:
        return {403}
    # A list is empty then, and of many each item is told what became of it.
    return {400, 403} if in_body else DONE | {403}


DONE = {200, 201, 202, 204}
# Refused for what they ask, not for who asks: permission is beyond doubt by then.
ALSO = {
    "DELETE /v2/issuers/{entity_id}": {400},  # it has awarded
    "DELETE /v2/badgeclasses/{entity_id}": {400},
    "POST /v2/issuers": {400, 403},  # whose address, and who may create
    "POST /v2/badgeclasses": {400},  # an issuer out of reach is a wrong field of the body
    "POST /v2/issuers/{entity_id}/staff": {400},  # Joan belongs to it already
}


@pytest.mark.parametrize(("route", "method"), CASES, ids=[f"{m} {r}" for r, m in CASES])
def test_reality_is_the_table(world, route, method):
    access, path, body = ROUTES[route][method], world.path(route), world.body(route, method)
    on_object = "{entity_id}" in route
    in_body = f"{method} {route}" == "POST /v2/badgeclasses"  # names the issuer there
    client = Client()
    wrong = []
    for granted, (role, user) in product(granted_sets(world), world.people.items()):
        with transaction.atomic():
            answer = client.generic(
                method, path, b"" if method == "GET" else json.dumps(body), "application/json",
                headers=bearer(user, *granted),
            )  # fmt: skip
            transaction.set_rollback(True)
        told = {"mine": world.mine, "on_object": on_object, "in_body": in_body}
        wanted = expected(access, granted, role, **told)
        if wanted == DONE:
            wanted = wanted | ALSO.get(f"{method} {route}", set())
        if answer.status_code not in wanted:
            wrong.append((sorted(granted), role, answer.status_code, sorted(wanted)))
    assert wrong == []


@pytest.mark.parametrize(("route", "method"), CASES, ids=[f"{m} {r}" for r, m in CASES])
def test_without_a_token(world, route, method):
    answer = Client().generic(method, world.path(route))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="laurel"'


def test_lists_show_what_the_role_reaches_and_no_more(world):
    lists = [route for route in ROUTES if "{" not in route and "GET" in ROUTES[route]]
    assert len(lists) == 5
    for route, (role, user) in product(lists, world.people.items()):
        client = Client()
        shown = client.get(route, headers=bearer(user, "rw:issuer")).json()["result"]
        assert bool(shown) == (role in ROLES[Verb.READ]), (route, role)
        everything = client.get(route, headers=bearer(user, SERVER_ADMIN))
        if role == "administrator":
            assert everything.json()["result"], route
        else:
            assert everything.status_code == 403


def test_a_bulk_revocation_asks_for_the_role_item_by_item(world):
    body = world.body("/v2/assertions/revoke", "POST")
    for role, user in world.people.items():
        with transaction.atomic():
            answer = Client().post("/v2/assertions/revoke", json.dumps(body), "application/json",
                                   headers=bearer(user, "rw:issuer"))  # fmt: skip
            transaction.set_rollback(True)
        assert answer.json()["result"][0]["revoked"] == (role in ROLES[Verb.REVOKE])


def test_every_route_of_the_room_is_in_the_table():
    routes = {f"/{p.pattern}".replace("<str:entity_id>", "{entity_id}") for p in urlpatterns}
    assert routes == set(ROUTES)


def test_the_documented_table_is_this_one():
    shown = [line for line in documented_routes() if line.split("`")[1] in ROUTES]
    assert shown == [documented(route, method, ROUTES[route][method]) for route, method in CASES]

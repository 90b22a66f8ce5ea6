"""Every field of every writing route of /v2 meets every kind of rubbish: 4xx in the envelope,
within a second, nothing stored, and a server that is as before.

A second is one of the server's own work: how busy the machine is does not count.
"""

import re

import pytest

from issuer.api.access import ROUTES as TABLE
from tests.support.besieged import World
from tests.support.routes import ROUTES, Route
from tests.support.rubbish import A_FILE, NEVER, PIECES, with_piece

FIELDS = [
    pytest.param(route, path, id=f"{name}-{path}")
    for name, route in ROUTES.items()
    for path in route.fields
]


def test_no_writing_route_is_left_out():
    """But for those that delete, and take no body."""
    here = {(route.method, plain(route.path)) for route in ROUTES.values()}
    writing = {
        (method, plain(path))
        for path, methods in TABLE.items()
        for method in methods
        if method != "GET"
    }
    without_body = {("DELETE", f"/v2/{kind}/{{}}") for kind in ("issuers", "badgeclasses")}
    assert writing - here == without_body


def plain(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


@pytest.mark.parametrize(("route", "path"), FIELDS)
def test_a_field_refuses(world: World, route: Route, path: str):
    before = world.stored()
    refused = route.fields[path].refuses
    for name, piece in NEVER.items() | {n: PIECES[n] for n in refused}.items():
        answer = world.send(route, with_piece(world.body(route), path, piece))
        if route.told_in_200 and name in refused:
            assert answer.status_code == 200, name
            assert answer.json()["result"][0]["revoked"] is False, name
        else:
            world.refused(answer)
    assert world.stored() == before


@pytest.mark.parametrize(
    ("route", "field"), [p for p in FIELDS if p.values[0].fields[p.values[1]].is_list]
)
def test_a_list_is_no_file(world: World, route: Route, field: str):
    before = world.stored()
    world.refused(world.upload(route, **{field: A_FILE}))
    assert world.stored() == before


@pytest.mark.parametrize(
    ("route", "path"), [p for p in FIELDS if p.values[0].fields[p.values[1]].takes]
)
def test_a_field_takes(world: World, route: Route, path: str):
    for name in route.fields[path].takes:
        body = world.body(route)
        if "staff" in body and path != "staff":
            del body["staff"]  # which names nobody, for the fields in it
        answer = world.send(route, with_piece(body, path, PIECES[name]))
        assert answer.status_code in {200, 201}, (name, answer.text)
        assert not re.search(rb"[\x00-\x1f]|\\u00", answer.content), name

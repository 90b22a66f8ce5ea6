"""The addresses under which Badgr shared awards."""

import pytest

from tests.support.envelopes import failure_of


@pytest.mark.parametrize("path", ["/share/badge/{}", "/share/badge/{}/", "/sharebadge/{}"])
def test_old_share_addresses_lead_to_the_award(client, world, path):
    answer = client.get(path.format(world.assertion.entity_id))
    assert answer.status_code == 301
    assert answer["Location"] == world.assertion.public_url
    answer = client.get(path.format(world.assertion.entity_id) + "?identity__email=a%40b.example")
    assert answer["Location"] == f"{world.assertion.public_url}?identity__email=a%40b.example"
    moved = client.get(path.format(world.moved.entity_id))
    assert moved["Location"].startswith("https://old.example.org/public/assertions/")


def test_old_share_addresses_of_nothing(client, db):
    failure_of(client.get("/share/badge/none"), 404)
    page = client.get("/sharebadge/none", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert page["Content-Type"].startswith("text/html")
    assert client.get("/share/badge/x%00").status_code == 404
    assert client.post("/share/badge/none").status_code == 405

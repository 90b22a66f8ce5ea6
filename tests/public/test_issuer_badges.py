"""/public/issuers/{id}/badges, and the badges on an issuer's page."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from issuer.models import BadgeClass
from public import pages
from tests.support.envelopes import failure_of
from tests.support.worlds import badge_class_of, issuer_of, person


@pytest.fixture
def path(world) -> str:
    return f"/public/issuers/{world.issuer.entity_id}/badges"


def document_of(client, row, query: str = ""):
    return client.get(f"/public/badges/{row.entity_id}{query}").json()


def archive(row: BadgeClass) -> None:
    BadgeClass.objects.filter(pk=row.pk).update(archived_at=timezone.now())


def test_it_lists_the_documents_newest_first(client, world, path):
    badge_class_of(issuer_of(person("other@example.org")), name="Another's")
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    rows = BadgeClass.objects.filter(issuer=world.issuer).order_by("-created_at")
    assert answer.json() == [document_of(client, row) for row in rows]
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("suffix", "accept", "content_type"),
    [
        ("", None, "application/ld+json"),
        ("", "application/json", "application/json"),
        (".json", None, "application/json"),
        (".json", "text/html", "application/json"),
    ],
)
def test_negotiation(client, path, suffix, accept, content_type):
    answer = client.get(path + suffix, headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer["Content-Type"]) == (200, content_type)
    assert "Accept" in answer["Vary"]


def test_a_browser_is_led_to_the_page(client, world, path):
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer["Location"] == f"/public/issuers/{world.issuer.entity_id}"
    assert "Accept" in answer["Vary"]


def test_not_modified_until_something_changes(client, world, path):
    tag = client.get(path)["ETag"]
    answer = client.get(path, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
    badge_class_of(world.issuer, name="New")
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_the_form_of_open_badges_1_1(client, world, path):
    old = client.get(f"{path}?v=1_1").json()
    row = world.svg_class
    assert document_of(client, row, "?v=1_1") in old
    assert {document["@context"] for document in old} == {"https://w3id.org/openbadges/v1"}


def test_archived_ones_only_where_they_are_wanted(client, world, path):
    archive(world.svg_class)
    listed = {document["id"] for document in client.get(path).json()}
    assert world.badge_class.public_url in listed
    assert world.svg_class.public_url not in listed
    everything = client.get(f"{path}?include_archived=true").json()
    assert {document["id"] for document in everything} == {*listed, world.svg_class.public_url}


def test_an_issuer_without_badges(client, world):
    bare = issuer_of(world.issuer.created_by, name="Bare")
    assert client.get(f"/public/issuers/{bare.entity_id}/badges").json() == []


def test_unknown_issuers_and_methods(client, world, path):
    failure_of(client.get("/public/issuers/none/badges"), 404)
    page = client.get("/public/issuers/none/badges", headers={"Accept": "text/html"})
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert client.get("/public/issuers/x%00/badges").status_code == 404
    assert client.get(f"/public/badges/{world.badge_class.entity_id}/badges").status_code == 404
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("query", ["", "?v=1_1", "?include_archived=true"])
def test_queries_do_not_grow(client, world, path, query):
    for number in range(5):
        badge_class_of(world.issuer, name=f"More {number}")
    with CaptureQueriesContext(connection) as caught:
        assert len(client.get(path + query).json()) == 8
    assert len(caught) == 1


def page(client, issuer, query: str = "") -> str:
    path = f"/public/issuers/{issuer.entity_id}{query}"
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_page_shows_the_badges(client, world):
    BadgeClass.objects.filter(pk=world.svg_class.pk).update(name="<b>Drawn</b>")
    raw = client.get(f"/public/issuers/{world.issuer.entity_id}", headers={"Accept": "text/html"})
    assert b"<b>Drawn" not in raw.content
    archived = badge_class_of(world.issuer, name="Put away")
    archive(archived)
    text = page(client, world.issuer)
    for row in (world.badge_class, world.svg_class):
        assert f'href="{row.public_url}"' in text
        assert row.image_digest in text
    assert "Put away" not in text
    assert "?page=" not in text


def test_an_empty_shelf_says_so(client, world):
    bare = issuer_of(world.issuer.created_by, name="Bare")
    assert "offers no badges" in page(client, bare)


def test_the_page_is_paged(client, world, monkeypatch):
    monkeypatch.setattr(pages, "BADGES_A_PAGE", 2)
    seen = []
    query = ""
    while True:
        with CaptureQueriesContext(connection) as caught:
            text = page(client, world.issuer, query)
        assert len(caught) == 2
        seen += re.findall(r'<li class="card"><a href="([^"]+)"', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        if following is None:
            break
        query = following[1]
    rows = BadgeClass.objects.filter(issuer=world.issuer).order_by("-created_at")
    assert seen == [row.public_url for row in rows]
    assert 'rel="prev" href="?page=1"' in text


@pytest.mark.parametrize("number", ["0", "-1", "x", "٢", "9" * 400, ""])
def test_a_page_number_that_is_none_is_the_first(client, world, number):
    assert world.badge_class.public_url in page(client, world.issuer, f"?page={number}")


def test_past_the_last_page_is_nothing(client, world):
    path = f"/public/issuers/{world.issuer.entity_id}?page=999999"
    assert client.get(path, headers={"Accept": "text/html"}).status_code == 404

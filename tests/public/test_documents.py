"""/public/{issuers,badges,assertions}/{id}: forms, versions, expansion, headers."""

import re

import orjson
import pytest

from ob.contexts import expand
from tests.support.worlds import badge_class_of


@pytest.fixture
def path(world) -> str:
    return f"/public/assertions/{world.assertion.entity_id}"


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "application/ld+json"),
        ("*/*", "application/ld+json"),
        ("application/json", "application/json"),
        ("application/json, application/ld+json;q=0.5", "application/json"),
        ("image/png", "application/ld+json"),
        ("text/html", "text/html; charset=utf-8"),
    ],
)
def test_negotiation(client, path, accept, content_type):
    answer = client.get(path, headers={"Accept": accept} if accept else {})
    assert answer.status_code == 200
    assert answer["Content-Type"] == content_type
    assert "Accept" in answer["Vary"]


def test_representations_have_distinct_tags(client, path):
    tags = {client.get(path, headers={"Accept": a})["ETag"] for a in ("*/*", "application/json")}
    assert len(tags) == 2


def test_not_modified(client, path):
    tag = client.get(path)["ETag"]
    answer = client.get(path, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_it_is_open_to_every_site(client, world, path, accept):
    revoked = f"/public/assertions/{world.revoked.entity_id}"
    for address, status in ((path, 200), (revoked, 410), ("/public/assertions/none", 404)):
        answer = client.get(address, headers={"Accept": accept})
        assert answer.status_code == status
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer
        assert not answer.cookies
    assert client.options(path)["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_unknown_ids_are_json_404(client, db):
    answer = client.get("/public/badges/none")
    assert answer.status_code == 404
    assert answer.json()["status"]["success"] is False


def test_the_documents_agree_with_one_another(client, world):
    assertion = client.get(f"/public/assertions/{world.assertion.entity_id}").json()
    badge = client.get(assertion["badge"].removeprefix("http://localhost:8000")).json()
    issuer = client.get(badge["issuer"].removeprefix("http://localhost:8000")).json()
    assert assertion["id"] == world.assertion.public_url
    assert issuer["id"] == world.issuer.public_url
    assert badge["criteria"] == {
        "id": "https://university.example/criteria",
        "narrative": "Take a *step*.",
    }
    assert "verification" not in issuer
    for document in (assertion, badge, issuer):
        assert expand(document)


def test_expansion(client, path, world):
    one = client.get(f"{path}?expand=badge").json()
    assert one["badge"]["name"] == "First steps"
    assert isinstance(one["badge"]["issuer"], str)
    both = client.get(f"{path}?expand=badge&expand=badge.issuer").json()
    assert both["badge"]["issuer"]["name"] == "University"
    badge = client.get(f"/public/badges/{world.badge_class.entity_id}?expand=issuer").json()
    assert badge["issuer"]["name"] == "University"


def test_a_revoked_award_stays_minimal_however_it_is_asked(client, world):
    path = f"/public/assertions/{world.revoked.entity_id}"
    for query in ("", "?expand=badge&expand=badge.issuer"):
        answer = client.get(path + query)
        assert answer.status_code == 410
        assert set(answer.json()) == {"@context", "type", "id", "revoked", "revocationReason"}
    assert b"Secret story" not in client.get(path, headers={"Accept": "text/html"}).content


def test_the_form_of_open_badges_1_1(client, path, world):
    old = client.get(f"{path}?v=1_1").json()
    assert old["@context"] == "https://w3id.org/openbadges/v1"
    assert old["id"] == f"{world.assertion.public_url}?v=1_1"
    assert old["uid"] == world.assertion.entity_id
    assert old["verify"] == {"url": old["id"], "type": "hosted"}
    assert "narrative" not in old


def test_an_object_of_an_old_origin_keeps_its_id(client, world):
    document = client.get(f"/public/assertions/{world.moved.entity_id}").json()
    assert document["id"].startswith("https://old.example.org/public/assertions/")


@pytest.mark.parametrize("collection", ["issuers", "badges", "assertions"])
def test_documents_depend_on_no_request(client, world, settings, collection):
    row = {"issuers": world.issuer, "badges": world.badge_class, "assertions": world.assertion}
    path = f"/public/{collection}/{row[collection].entity_id}"
    answers = {
        client.get(path, headers={"Host": host, "X-Forwarded-Host": "evil.example"}).content
        for host in ("localhost:8000", "127.0.0.1", "[::1]:1234")
    }
    assert len(answers) == 1
    assert b"evil" not in answers.pop()


def test_unicode_survives(client, world):
    document = orjson.loads(client.get(f"/public/issuers/{world.issuer.entity_id}").content)
    assert document["description"] == "We *teach*."


def test_every_address_in_a_document_answers(client, world):
    """What we publish under our own name can be fetched: ids, images, criteria."""
    bare = badge_class_of(world.issuer, name="Bare")
    asked = set()
    for row in (world.issuer, world.badge_class, bare, world.assertion):
        text = client.get(f"/public/{row.collection}/{row.entity_id}").content.decode()
        for address in re.findall(r'"http://localhost:8000(/[^"]*)"', text):
            asked.add(address)
            assert client.get(address).status_code in {200, 302}, address
    assert f"/public/badges/{bare.entity_id}/criteria" in asked


def test_criteria_are_on_the_page_of_the_class(client, world):
    path = f"/public/badges/{world.badge_class.entity_id}"
    assert client.get(f"{path}/criteria")["Location"] == path
    assert client.get("/public/badges/none/criteria").status_code == 404


@pytest.mark.parametrize("tail", ["", ".json", "/image", "?expand=badge", f"/{'0' * 32}.png"])
def test_control_characters_in_an_id_are_404(client, db, tail):
    assert client.get(f"/public/assertions/x%00{tail}").status_code == 404


@pytest.mark.parametrize("id_", ["none", "shown"])
def test_public_pages_know_nothing_of_the_visitor(client, world, id_):
    client.force_login(world.issuer.created_by)
    entity_id = {"none": "none", "shown": world.assertion.entity_id}[id_]
    answer = client.get(f"/public/assertions/{entity_id}", headers={"Accept": "text/html"})
    assert not answer.cookies
    assert "Cookie" not in answer["Vary"]
    assert b"Sign out" not in answer.content
    assert b"csrf" not in answer.content


def test_a_practice_badge_says_so_wherever_the_server_is_now(client, world, settings):
    settings.LAUREL_PRACTICE = False
    path = f"/public/assertions/{world.assertion.entity_id}"
    page = client.get(path, headers={"Accept": "text/html"}).content
    assert b"Practice badge" in page
    moved = f"/public/assertions/{world.moved.entity_id}"
    assert b"Practice" not in client.get(moved, headers={"Accept": "text/html"}).content

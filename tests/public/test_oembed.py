"""/public/oembed, and the form of a page that other sites may frame."""

import html
import re
from urllib.parse import quote

import pytest

from issuer.models import BadgeClass
from tests.support.envelopes import failure_of
from tests.support.worlds import person

HOSTILE = '"><script>alert(1)</script>'


def ask(client, url: str, **more: str):
    return client.get("/public/oembed", {"url": url, **more})


def test_an_award_is_a_frame(client, world):
    answer = ask(client, world.assertion.public_url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    body = answer.json()
    frame = body.pop("html")
    assert body == {
        "type": "rich",
        "version": "1.0",
        "title": "First steps",
        "author_name": "University",
        "author_url": world.issuer.public_url,
        "provider_name": "Laurel",
        "provider_url": "http://localhost:8000",
        "thumbnail_url": body["thumbnail_url"],
        "thumbnail_width": 200,
        "thumbnail_height": 200,
        "width": 800,
        "height": 420,
    }
    assert client.get(body["thumbnail_url"])["Content-Type"] == "image/png"
    assert f'src="{world.assertion.public_url}?embedVersion=2"' in frame
    assert 'width="800" height="420"' in frame


def test_so_is_a_badge_class(client, world):
    assert ask(client, world.badge_class.public_url).json()["title"] == "First steps"


@pytest.mark.parametrize("tail", [".json", "/", "?embedVersion=2", "#x"])
def test_the_same_address_in_other_forms(client, world, tail):
    assert ask(client, world.assertion.public_url + tail).status_code == 200


@pytest.mark.parametrize(
    ("asked", "width", "height"),
    [
        ({"maxwidth": "500"}, 500, 420),
        ({"maxwidth": "10"}, 320, 420),
        ({"maxwidth": "9999", "maxheight": "9999"}, 800, 420),
        ({"maxwidth": "-5", "maxheight": "300"}, 800, 300),
        ({"maxwidth": "many", "maxheight": "0"}, 800, 200),
        ({"maxwidth": "٣٢٠", "maxheight": "9" * 5000}, 800, 420),
    ],
)
def test_sizes(client, world, asked, width, height):
    body = ask(client, world.assertion.public_url, **asked).json()
    assert (body["width"], body["height"]) == (width, height)
    assert f'width="{width}" height="{height}"' in body["html"]


def test_former_names_of_the_server(client, world, settings):
    url = world.moved.public_url
    assert url.startswith("https://old.example.org/")
    failure_of(ask(client, url), 404)
    settings.LAUREL_OLD_URLS = ["https://old.example.org"]
    assert url in ask(client, url).json()["html"]


def test_addresses_that_are_not_ours_to_frame(client, world):
    entity_id = world.assertion.entity_id
    for url in (
        "",
        "nonsense",
        "http://[",
        f"http://evil.example/public/assertions/{entity_id}",
        f"http://localhost:8000@evil.example/public/assertions/{entity_id}",
        f"https://localhost:8000/public/assertions/{entity_id}",
        f"http://localhost:8000/public/assertions/{entity_id}/image",
        "http://localhost:8000/public/assertions/none",
        "http://localhost:8000/public/assertions/x%00",
        world.issuer.public_url,
    ):
        failure_of(ask(client, url), 404)
    failure_of(client.get("/public/oembed"), 404)


def test_a_revoked_award_is_not_offered(client, world):
    failure_of(ask(client, world.revoked.public_url), 410)


@pytest.mark.parametrize("form", ["xml", "yaml", ""])
def test_only_json(client, world, form):
    failure_of(ask(client, world.assertion.public_url, format=form), 501)


def test_methods(client, world):
    assert client.post("/public/oembed").status_code == 405


def test_hostile_names_stay_text(client, world):
    BadgeClass.objects.filter(pk=world.badge_class.pk).update(name=HOSTILE)
    body = ask(client, world.assertion.public_url).json()
    assert body["title"] == HOSTILE
    assert "<script" not in body["html"]
    assert html.unescape(body["html"]).count(HOSTILE) == 1


def page(client, row, query: str):
    path = f"/public/{row.collection}/{row.entity_id}{query}"
    return client.get(path, headers={"Accept": "text/html"})


def test_pages_tell_of_their_frame(client, world):
    for row in (world.assertion, world.badge_class):
        text = html.unescape(page(client, row, "").content.decode())
        link = re.search(r'type="application/json\+oembed" href="([^"]+)"', text)
        assert link
        assert quote(row.public_url, safe="") in link[1]
        assert client.get(link[1]).json()["title"] == "First steps"
    for row in (world.issuer, world.revoked):
        assert b"oembed" not in page(client, row, "").content


def test_only_that_form_can_be_framed(client, world):
    for row in (world.assertion, world.badge_class, world.revoked):
        framed = page(client, row, "?embedVersion=2")
        assert "X-Frame-Options" not in framed
        assert "frame-ancestors *" in framed["Content-Security-Policy"]
        assert "default-src 'none'" in framed["Content-Security-Policy"]
    others = [page(client, row, query) for row in (world.assertion, world.badge_class)
              for query in ("", "?embedVersion=1", "?embedversion=2")]  # fmt: skip
    others.append(page(client, world.issuer, "?embedVersion=2"))
    for answer in others:
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_the_frame_knows_nothing_of_the_visitor(client, world):
    client.force_login(person("visitor@example.org"))
    answer = page(client, world.assertion, "?embedVersion=2")
    text = answer.content.decode()
    assert not answer.cookies
    assert "Cookie" not in answer["Vary"]
    for absent in ("visitor", "csrf", "<form", "<script", "Sign", "grace"):
        assert absent not in text
    assert "First steps" in text
    assert text.count("<a ") == text.count('target="_blank" rel="noopener"') == 1


def test_the_frame_of_a_revoked_award_says_so(client, world):
    answer = page(client, world.revoked, "?embedVersion=2")
    assert answer.status_code == 410
    assert b"Revoked by its issuer" in answer.content
    assert b"Valid" not in answer.content

"""Links that hand an award on, and the addresses under which Badgr shared it."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from issuer.models import BadgeClass
from public.sharing import share_links
from tests.support.envelopes import failure_of
from tests.support.worlds import awarded, instant

NAME = 'Ärger & "Mühe" #1?\n<b>'


@pytest.mark.parametrize("path", ["/share/badge/{}", "/share/badge/{}/", "/sharebadge/{}"])
def test_old_share_addresses_lead_to_the_award(client, world, path):
    answer = client.get(path.format(world.assertion.entity_id))
    assert answer.status_code == 301
    assert answer["Location"] == world.assertion.public_url
    answer = client.get(path.format(world.assertion.entity_id) + "?identity__email=a%40b.example")
    assert answer["Location"] == f"{world.assertion.public_url}?identity__email=a%40b.example"
    raw = "x=\u00e9&y=%C3%A9".encode().decode("iso-8859-1")  # UTF-8 as WSGI tells it
    answer = client.get(path.format(world.assertion.entity_id), QUERY_STRING=raw)
    assert answer["Location"] == f"{world.assertion.public_url}?x=%C3%A9&y=%C3%A9"
    moved = client.get(path.format(world.moved.entity_id))
    assert moved["Location"].startswith("https://old.example.org/public/assertions/")


def test_old_share_addresses_of_nothing(client, db):
    failure_of(client.get("/share/badge/none"), 404)
    page = client.get("/sharebadge/none", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert page["Content-Type"].startswith("text/html")
    assert client.get("/share/badge/x%00").status_code == 404
    assert client.post("/share/badge/none").status_code == 405


def test_share_links_are_encoded(world):
    BadgeClass.objects.filter(pk=world.badge_class.pk).update(name=NAME)
    row = awarded(
        BadgeClass.objects.select_related("issuer").get(pk=world.badge_class.pk),
        "x@example.org",
        issued_on=instant("2024-02-29T10:00:00+00:00"),
        expires_at=instant("2099-12-31T10:00:00+00:00"),
    )
    links = {link.name: urlsplit(link.url) for link in share_links(row)}
    profile = parse_qs(links["Add to LinkedIn profile"].query, strict_parsing=True)
    assert {key: value for key, (value,) in profile.items()} == {
        "startTask": "CERTIFICATION_NAME",
        "name": NAME,
        "organizationName": "University",
        "issueYear": "2024",
        "issueMonth": "2",
        "expirationYear": "2099",
        "expirationMonth": "12",
        "certUrl": row.public_url,
        "certId": row.entity_id,
    }
    assert parse_qs(links["LinkedIn"].query) == {"url": [row.public_url]}
    assert parse_qs(links["Facebook"].query) == {"u": [row.public_url]}
    assert parse_qs(links["X"].query)["text"] == ['Ärger & "Mühe" #1? <b>, issued by University']
    mail = parse_qs(links["E-mail"].query)
    assert mail["body"] == [row.public_url]
    assert "+" not in links["E-mail"].query  # in mail a plus is a plus
    for link in share_links(row):
        assert re.fullmatch(r"[!-~]+", link.url)


def page(client, row) -> str:
    path = f"/public/assertions/{row.entity_id}"
    return html.unescape(client.get(path, headers={"Accept": "text/html"}).content.decode())


def test_the_page_of_an_award_can_be_shared(client, world):
    text = page(client, world.assertion)
    for link in share_links(world.assertion):
        assert f'href="{link.url}"' in text
    assert f'value="{world.assertion.public_url}"' in text
    assert f"{world.assertion.public_url}/image" in text
    assert f"{world.assertion.public_url}.json" in text


def test_a_revoked_award_is_not_for_sharing(client, world):
    text = page(client, world.revoked)
    assert "linkedin" not in text
    assert "<input" not in text

"""The pages people share: what they say, what they must not run, what preview bots read in them."""

import html
import re

import pytest

from issuer.models import BadgeClass
from tests.support.worlds import awarded, badge_class_of, instant

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>[a](javascript:alert(1))"


def page(client, row) -> str:
    answer = client.get(
        f"/public/{row.collection}/{row.entity_id}", headers={"Accept": "text/html"}
    )
    assert answer.status_code in {200, 410}
    assert answer["Content-Type"].startswith("text/html")
    return answer.content.decode()


def test_each_object_has_a_page(client, world):
    for row in (world.issuer, world.badge_class, world.assertion):
        assert "University" in page(client, row)
    text = page(client, world.assertion)
    assert "<strong>Valid.</strong>" in text
    assert "She <em>walked</em>." in text


def test_a_revoked_award_says_so(client, world):
    text = page(client, world.revoked)
    assert "Revoked." in text
    assert "Copied" in text


def test_an_expired_award_says_so(client, world):
    past, until = instant("2020-01-01T00:00:00+00:00"), instant("2021-01-01T00:00:00+00:00")
    row = awarded(world.badge_class, "x@example.org", issued_on=past, expires_at=until)
    assert "1 January 2021" in page(client, row)


META = re.compile(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">')


@pytest.mark.parametrize("name", ["issuer", "badge_class", "assertion"])
def test_previews(client, world, name):
    row = getattr(world, name)
    text = page(client, row)
    title = "University" if name == "issuer" else "First steps"
    assert dict(META.findall(text)) == {
        "og:type": "website",
        "og:site_name": "University",
        "og:url": row.public_url,
        "og:title": title,
        "og:description": "We teach." if name == "issuer" else "Took them.",
        "og:image": f"{row.public_url}/card.png",
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": title,
        "twitter:card": "summary_large_image",
    }
    assert f'<link rel="canonical" href="{row.public_url}">' in text
    assert client.get(f"{row.public_url}/card.png").status_code == 200


def test_descriptions_for_previews_are_plain_text(client, world):
    text = "# A & B\n\n- **one** <b>two</b>\n- [three](https://x.y)\n\n" + HOSTILE + "x" * 5000
    BadgeClass.objects.filter(pk=world.badge_class.pk).update(description=text)
    found = dict(META.findall(page(client, world.badge_class)))["og:description"]
    shown = html.unescape(found)
    assert shown.startswith("A & B one <b>two</b> three <script>alert(1)")
    assert len(shown) == 200
    assert "<" not in found


def test_no_address_of_the_recipient(client, world):
    assert "grace" not in page(client, world.assertion).lower()


def test_hostile_text_is_shown_not_run(client, world):
    BadgeClass.objects.filter(pk=world.badge_class.pk).update(
        name=HOSTILE, description=HOSTILE, criteria_narrative=HOSTILE, tags=[HOSTILE],
        criteria_url="javascript:alert(1)",
    )  # fmt: skip
    text = page(client, world.assertion)
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert not re.search(r'href="javascript', text)


def test_scripts_of_no_origin_may_run(client, world):
    answer = client.get(
        f"/public/badges/{world.badge_class.entity_id}", headers={"Accept": "text/html"}
    )
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "<script" not in answer.content.decode()
    assert " style=" not in answer.content.decode()


def test_a_class_without_criteria_has_a_page(client, world):
    bare = badge_class_of(world.issuer, name="Bare")
    assert "no criteria" in page(client, bare)

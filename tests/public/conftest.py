"""One published world for all tests of anonymous reading."""

from dataclasses import dataclass

import pytest

from issuer.artwork import prepare
from issuer.models import Assertion, BadgeClass, Issuer
from issuer.services.revocations import revoke_assertion
from tests.support.images import SVG, png
from tests.support.worlds import acting, awarded, badge_class_of, issuer_of, person


@dataclass(frozen=True)
class World:
    issuer: Issuer
    badge_class: BadgeClass
    svg_class: BadgeClass
    assertion: Assertion
    svg_assertion: Assertion
    plain: Assertion
    revoked: Assertion
    moved: Assertion


@pytest.fixture
def world(db) -> World:
    owner = person()
    issuer = issuer_of(owner, description="We *teach*.", image=prepare(png()))
    badge_class = badge_class_of(
        issuer,
        criteria_narrative="Take a *step*.",
        criteria_url="https://university.example/criteria",
        tags=["walking"],
        alignments=[{"targetName": "Walking", "targetUrl": "https://skills.example/walking"}],
    )
    svg_class = badge_class_of(issuer, name="Drawn", image=prepare(SVG))
    revoked = awarded(badge_class, "r@example.org", narrative="Secret story")
    revoke_assertion(actor=acting(owner), assertion=revoked, reason="Copied")
    moved_class = badge_class_of(issuer, name="Of old")
    moved_class.origin = "https://old.example.org"
    return World(
        issuer=issuer,
        badge_class=badge_class,
        svg_class=svg_class,
        assertion=awarded(
            badge_class,
            narrative="She *walked*.",
            evidence=[{"url": "https://e.example/1", "narrative": "Seen."}],
        ),
        svg_assertion=awarded(svg_class),
        plain=awarded(badge_class, "plain@example.org", hashed=False),
        revoked=Assertion.objects.select_related("badge_class", "issuer").get(pk=revoked.pk),
        moved=awarded(moved_class, "m@example.org"),
    )

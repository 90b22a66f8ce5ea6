"""What is there to be read takes no other method, and says so in JSON, without asking for a CSRF
token.
"""

import pytest
from django.test import Client

from tests.support.envelopes import failure_of


@pytest.fixture
def strict() -> Client:
    return Client(enforce_csrf_checks=True)


def paths(world) -> list[str]:
    issuer, badge_class = world.issuer.entity_id, world.badge_class.entity_id
    award = world.assertion.entity_id
    documents = [f"issuers/{issuer}", f"badges/{badge_class}", f"assertions/{award}"]
    return [
        *(f"/public/{it}{part}" for it in documents for part in ("", ".json", "/image")),
        *(f"/public/{it}/card.png" for it in documents),
        f"/public/issuers/{issuer}/badges",
        f"/public/assertions/{award}/baked",
        f"/public/assertions/{award}/{'0' * 32}.png",
        f"/public/badges/{badge_class}/criteria",
        "/public/oembed",
        f"/media/artwork/{'0' * 64}/original.png",
        f"/share/badge/{award}",
        "/schema",
        "/docs/api",
    ]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_other_methods(world, strict, method):
    for path in paths(world):
        answer = strict.generic(method, path, b"{}", content_type="application/json")
        told = failure_of(answer, 405)
        assert told["validationErrors"] == [f'Method "{method}" not allowed.'], path
        assert answer["Allow"].startswith("GET, HEAD")
        assert answer["Content-Type"] == "application/json"

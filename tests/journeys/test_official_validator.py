"""The official validator's word on what we publish: hosted, baked, with and without the recipient,
revoked.
"""

from pathlib import Path

import httpx
import pytest

from tests.support.clients import APIClient
from tests.support.images import SVG, png
from tests.support.validators import report

RECIPIENT = "Grace@Example.org"


@pytest.fixture(scope="module", params=["png", "svg"])
def award(request, client_of_server: APIClient) -> dict:
    client = client_of_server
    issuer = client.issuer()
    image = {"png": png(), "svg": SVG}[request.param]
    badge_class = client.badge_class(
        issuer["entityId"],
        image,
        tags=["steps"],
        alignments=[{"targetName": "Walking", "targetUrl": "https://skills.example/walking"}],
    )
    return client.award(
        badge_class["entityId"],
        RECIPIENT,
        narrative="She walked.",
        evidence=[{"url": "https://evidence.example/1", "narrative": "Seen walking."}],
        expires="2999-01-01T00:00:00Z",
    ) | {"kind": request.param}


@pytest.mark.parametrize("recipient", [None, {"email": RECIPIENT.lower()}])
def test_hosted_badge_is_valid(award, recipient):
    found = report("url", award["openBadgeId"], recipient)
    assert found["valid"], found
    assert found["messages"] == []


@pytest.mark.parametrize("recipient", [None, {"email": RECIPIENT.lower()}])
def test_baked_image_is_valid(award, recipient, tmp_path: Path):
    image = httpx.get(award["image"], follow_redirects=True)
    assert image.url.path.endswith(f".{award['kind']}")
    path = tmp_path / f"badge.{award['kind']}"
    path.write_bytes(image.content)
    found = report("file", path, recipient)
    assert found["valid"], found
    assert found["messages"] == []


def test_it_is_not_valid_for_somebody_else(award):
    assert not report("url", award["openBadgeId"], {"email": "eve@example.org"})["valid"]


def test_revoked_badge_is_gone_with_the_minimal_document(client_of_server: APIClient):
    client = client_of_server
    badge_class = client.badge_class(client.issuer()["entityId"])
    award = client.award(badge_class["entityId"], RECIPIENT, narrative="Secret story")
    revoked = client.http.request(
        "DELETE", f"/v2/assertions/{award['entityId']}", json={"revocation_reason": "Copied"}
    )
    assert revoked.status_code == 200
    answer = httpx.get(award["openBadgeId"])
    assert answer.status_code == 410
    assert answer.json() == {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": award["openBadgeId"],
        "revoked": True,
        "revocationReason": "Copied",
    }
    assert not report("url", award["openBadgeId"])["valid"]

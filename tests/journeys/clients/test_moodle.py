"""Moodle's site calls on a v2 backpack (clients.md 1, 2): a site that awards what its courses give.

The user's calls on /v2/backpack and Badge Connect are other tests'.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import httpx
import pytest

from tests.support.images import data_uri, png
from tests.support.servers import OWNER, PASSWORD, Server

LEARNER = "Learner@Example.org"


class Moodle:
    """Its base address ends in /v2; the token endpoint is at the host's root."""

    def __init__(self, url: str, credentials: dict[str, str]) -> None:
        self.host = url
        answer = self.token(url, credentials)
        assert "error" not in answer
        assert answer["access_token"]
        assert answer["refresh_token"]
        assert answer["expires_in"] == 86400
        self.api = httpx.Client(
            base_url=f"{url}/v2",
            headers={
                "Authorization": f"Bearer {answer['access_token']}",
                "Accept": "application/json",
                "Content-Type": "application/json",
            },
        )

    @staticmethod
    def token(url: str, fields: dict[str, str]) -> dict:
        """curl with an array of fields sends multipart/form-data."""
        files = {name: (None, value) for name, value in fields.items()}
        answer = httpx.post(f"{url}/o/token", files=files)
        assert answer.request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
        assert answer.headers["Content-Type"] == "application/json"
        return answer.json()

    def close(self) -> None:
        self.api.close()

    def ask(self, method: str, path: str, body: dict) -> dict | str:
        """The first result; of a failure, the text that Moodle would show."""
        answer = self.api.request(method, path, json=body).json()
        if answer["status"]["success"] is True:
            return answer["result"][0]
        if answer.get("validationErrors"):
            return ", ".join(answer["validationErrors"])  # its join takes strings alone
        return answer["status"]["description"]

    def issuer(self, **more: str) -> dict | str:
        body = {
            "@context": "https://w3id.org/openbadges/v2",
            "type": "Issuer",
            "id": "https://moodle.example/badges/issuer_json.php?id=2",
            "name": "Moodle site",
            "email": OWNER,
            "url": "https://moodle.example",
        }
        return self.ask("POST", "/issuers", body | more)

    def badge_class(self, issuer: str) -> dict | str:
        body = {
            "@context": "https://w3id.org/openbadges/v2",
            "type": "BadgeClass",
            "id": "https://moodle.example/badges/badge_json.php?id=3",
            "issuer": "https://moodle.example/badges/issuer_json.php?id=2",
            "name": "Course completed",
            "image": data_uri(png()),
            "description": "Completed the course.",
            "hostedUrl": "",
            "criteriaUrl": "https://moodle.example/badges/badgeclass.php?id=3",
            "criteriaNarrative": "Complete it.",
        }
        return self.ask("POST", f"/issuers/{issuer}/badgeclasses", body)

    def award(self, method: str, path: str, issued_on: str) -> dict | str:
        body = {
            "@context": "https://w3id.org/openbadges/v2",
            "type": "Assertion",
            "id": "https://moodle.example/badges/assertion.php?b=4",
            "issuedOn": issued_on,
            "recipient": {"identity": LEARNER, "type": "email", "hashed": True},
        }
        return self.ask(method, path, body)


@pytest.fixture
def moodle(server: Server, credentials) -> Iterator[Moodle]:
    with closing(Moodle(server.url, credentials)) as site:
        yield site


def test_a_site_awards_and_corrects(moodle: Moodle):
    issuer = moodle.issuer()
    assert issuer["entityType"] == "Issuer"
    assert (issuer["name"], issuer["email"], issuer["url"]) == (
        "Moodle site",
        OWNER,
        "https://moodle.example",
    )
    badge_class = moodle.badge_class(issuer["entityId"])
    assert badge_class["entityType"] == "BadgeClass"
    assert badge_class["issuer"] == issuer["entityId"]
    assert badge_class["name"] == "Course completed"
    assert badge_class["description"] == "Completed the course."
    assert httpx.get(badge_class["image"]).headers["Content-Type"] == "image/png"

    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    path = f"/badgeclasses/{badge_class['entityId']}/assertions"
    award = moodle.award("POST", path, now)
    # Moodle builds the public address itself.
    address = f"{moodle.host}/public/assertions/{award['entityId']}"
    document = httpx.get(address).json()
    assert document["badge"] == badge_class["openBadgeId"]
    assert document["issuedOn"] == now

    path = f"/assertions/{award['entityId']}?expand=badgeclass&expand=issuer"
    corrected = moodle.award("PUT", path, "2026-01-02T03:04:05+01:00")
    assert corrected["entityId"] == award["entityId"]
    assert corrected["recipient"] == award["recipient"]
    assert httpx.get(address).json()["issuedOn"] == "2026-01-02T02:04:05+00:00"


def test_errors_are_told_in_its_words(moodle: Moodle, credentials):
    assert moodle.issuer(email="dean@elsewhere.example").startswith("Issuer email must be one of")
    assert moodle.issuer(email="nonsense") == "bad request"
    assert "insufficient privileges" in moodle.badge_class("unknown")
    refused = moodle.token(moodle.host, credentials | {"password": PASSWORD})
    assert f"{moodle.host}/accounts/app-passwords/" in refused["error_description"]

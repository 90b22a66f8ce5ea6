"""Open edX' Badgr backend (clients.md 1, 2), as edX wrote it for v2 and as the taleem fork has it.

It asks for a badge class by an id that is empty before the first award, and makes the class unless
the answer is 200.
"""

import httpx
import pytest

from tests.support.clients import APIClient
from tests.support.images import png
from tests.support.servers import Server

LEARNER = "learner@example.org"
EVIDENCE = "https://lms.example/courses/course-v1:A+B+C/certificate"
GENERATIONS = [
    pytest.param({}, id="edx"),
    pytest.param({"client_id": "public", "grant_type": "password"}, id="taleem"),
]


class OpenEdX:
    """Requests as `requests` sends them, read with raise_for_status()."""

    def __init__(self, url: str, credentials: dict[str, str], more: dict[str, str]) -> None:
        self.url = url
        self.token = self.ask_token(credentials | more)

    def ask_token(self, fields: dict[str, str]) -> dict:
        answer = httpx.post(f"{self.url}/o/token", data=fields)
        token = answer.raise_for_status().json()
        assert token["access_token"]
        assert token["refresh_token"]
        assert token["expires_in"] + 0 > 0  # it computes with it
        return token

    def refresh(self) -> None:
        token = self.token["refresh_token"]
        self.token = self.ask_token({"grant_type": "refresh_token", "refresh_token": token})

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token['access_token']}"}

    def exists(self, slug: str) -> bool:
        answer = httpx.get(f"{self.url}/v2/badgeclasses/{slug}", headers=self.headers)
        return answer.status_code == 200

    def create(self, issuer: str) -> str:
        answer = httpx.post(
            f"{self.url}/v2/issuers/{issuer}/badgeclasses",
            headers=self.headers,
            data={
                "name": "Completed A",
                "criteriaUrl": "https://lms.example/courses/course-v1:A+B+C/about",
                "description": "Completed the course A (Run C)",
            },
            files={"image": ("badges/honor.png", png(), "image/png")},
        )
        return answer.raise_for_status().json()["result"][0]["entityId"]

    def award(self, path: str, **more: object) -> httpx.Response:
        body = {
            "recipient": {"identity": LEARNER, "type": "email"},
            "evidence": [{"url": EVIDENCE}],
            "notify": True,
        }
        return httpx.post(f"{self.url}/v2/{path}", headers=self.headers, json=body | more)


@pytest.fixture(params=GENERATIONS)
def edx(request: pytest.FixtureRequest, server: Server, credentials) -> OpenEdX:
    return OpenEdX(server.url, credentials, request.param)


def test_before_the_first_award_it_makes_the_class(edx: OpenEdX, issuer, badge_class):
    assert not edx.exists("")  # although there are classes to list
    made = edx.create(issuer)
    assert edx.exists(made)
    (row,) = httpx.get(f"{edx.url}/v2/badgeclasses/{made}", headers=edx.headers).json()["result"]
    assert row["criteriaUrl"] == "https://lms.example/courses/course-v1:A+B+C/about"
    assert httpx.get(row["image"]).headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("notify", [True, False], ids=["notify", "quiet"])
def test_it_awards(edx: OpenEdX, admin: APIClient, issuer, badge_class, notify):
    by_class = edx.award(f"badgeclasses/{badge_class}/assertions", notify=notify)
    by_issuer = edx.award(f"issuers/{issuer}/assertions", notify=notify, badgeclass=badge_class)
    for answer in (by_class, by_issuer):
        made = answer.raise_for_status().json()["result"][0]
        assert made["issuer"] == issuer
        assert made["badgeclass"] == badge_class
        assert made["evidence"] == [{"url": EVIDENCE, "narrative": None}]
        assert len(made["openBadgeId"]) <= 200
        assert len(made["image"]) <= 200
        assert httpx.get(made["image"], follow_redirects=True).status_code == 200


def test_evidence_without_an_address_is_refused(edx: OpenEdX, badge_class):
    answer = edx.award(f"badgeclasses/{badge_class}/assertions", evidence=[{"url": None}])
    assert answer.status_code == 400
    assert list(answer.json()["fieldErrors"]) == ["evidence.0"]


def test_it_refreshes_with_the_refresh_token_alone(edx: OpenEdX, badge_class):
    before = edx.token
    edx.refresh()
    assert edx.token["refresh_token"] != before["refresh_token"]
    assert edx.exists(badge_class)
    edx.token = before
    assert edx.award(f"badgeclasses/{badge_class}/assertions").status_code == 401

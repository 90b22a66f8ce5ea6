"""KinesinLMS (clients.md 1, 2, 4): its requests, and what it reads of the answers.

Its api_url ends in a slash; it reads 200 and 201 exactly, and logs in anew on 401 alone.
"""

import io
import secrets

import httpx
import pytest
from PIL import Image

from tests.support.clients import APIClient
from tests.support.images import SVG, png
from tests.support.servers import Server

LEARNER = "Learner@Example.org"


class KinesinLMS:
    """What it keeps in the row of its provider: an address that ends in a slash, and tokens."""

    def __init__(self, api_url: str, credentials: dict[str, str]) -> None:
        self.api_url, self.credentials = api_url, credentials
        self.access_token = self.refresh_token = ""
        self.logins = 0

    def login(self) -> None:
        answer = httpx.post(self.api_url + "o/token", data=self.credentials)
        assert answer.status_code == 200
        self.keep(answer.json())
        self.logins += 1

    def refresh(self) -> None:
        body = {
            "grant_type": "refresh_token",
            "refresh_token": self.refresh_token,
            "client_id": "public",
            "client_secret": "",
        }
        answer = httpx.post(self.api_url + "o/token", data=body)
        assert answer.status_code == 200
        self.keep(answer.json())

    def keep(self, token: dict[str, str]) -> None:
        self.access_token, self.refresh_token = token["access_token"], token["refresh_token"]
        assert max(len(self.access_token), len(self.refresh_token)) <= 200  # its columns

    def award(self, badge_class: str) -> dict:
        if not self.access_token:
            self.login()
        answer = self.send(badge_class)
        if answer.status_code == 401:
            self.login()
            answer = self.send(badge_class)
        assert answer.status_code == 201, answer.text
        made = answer.json()["result"][0]
        assert len(made["openBadgeId"]) <= 200
        assert len(made["entityId"]) <= 50
        assert len(made["image"]) <= 200
        return made

    def send(self, badge_class: str) -> httpx.Response:
        recipient = {"identity": LEARNER, "hashed": True, "type": "email"}
        return httpx.post(
            f"{self.api_url}v2/badgeclasses/{badge_class}/assertions",
            json={"recipient": recipient | {"salt": secrets.token_hex(8)}},
            headers={
                "Content-type": "application/json",
                "Authorization": f"Bearer {self.access_token}",
            },
        )


@pytest.fixture
def lms(server: Server, credentials) -> KinesinLMS:
    return KinesinLMS(f"{server.url}/", credentials)


@pytest.mark.parametrize("image", [png(), SVG], ids=["png", "svg"])
def test_it_awards_and_shows_the_image(lms: KinesinLMS, admin: APIClient, issuer, image):
    made = lms.award(admin.badge_class(issuer, image)["entityId"])
    assert made["openBadgeId"].startswith(f"{lms.api_url}public/assertions/")
    shown = httpx.get(made["image"], follow_redirects=True)
    assert shown.status_code == 200
    if "svg" not in shown.headers["Content-Type"]:
        Image.open(io.BytesIO(shown.content)).verify()


def test_its_salt_is_not_ours(lms: KinesinLMS, badge_class):
    answer = lms.award(badge_class)
    sent = httpx.get(answer["openBadgeId"]).json()["recipient"]
    assert len(sent["salt"]) == 32
    assert lms.logins == 1


def test_a_stale_token_costs_one_login(lms: KinesinLMS, badge_class):
    lms.access_token = "stale"
    assert lms.award(badge_class)["badgeclass"] == badge_class
    assert lms.logins == 1


def test_a_refresh_ends_the_token_before(lms: KinesinLMS, badge_class):
    lms.login()
    before = lms.access_token
    lms.refresh()
    lms.award(badge_class)
    assert lms.logins == 1
    lms.access_token = before
    lms.award(badge_class)
    assert lms.logins == 2


def test_an_administrator_reads_ids_off_the_public_objects(lms: KinesinLMS, issuer, badge_class):
    for kind, entity_id in (("issuers", issuer), ("badges", badge_class)):
        shown = httpx.get(f"{lms.api_url}public/{kind}/{entity_id}").json()
        assert shown["id"].endswith(f"/{entity_id}")
    image = httpx.get(f"{shown['id']}/image", follow_redirects=True)
    assert image.headers["Content-Type"] == "image/png"

"""KinesinLMS and Moodle (clients.md): their very requests, and what they read of the answers.

The server was started a moment ago and only got a user and an app password.
"""

import io
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from PIL import Image

from tests.support.clients import APIClient
from tests.support.images import SVG, data_uri, png
from tests.support.servers import OWNER, PASSWORD, Server

LEARNER = "Learner@Example.org"


@pytest.fixture(scope="module")
def credentials(server: Server) -> dict[str, str]:
    server.command("user", "--email", OWNER, "--password", PASSWORD, "--admin")
    made = server.command("app-password", "--user", OWNER, "--name", "LMS")
    return {"username": made["username"], "password": made["password"]}


@pytest.fixture(scope="module")
def admin(server: Server, credentials: dict[str, str]) -> Iterator[APIClient]:
    client = APIClient(server.url, **credentials)
    yield client
    client.close()


class TestKinesinLMS:
    """Its api_url ends in a slash; it reads 200 and 201 exactly, and retries on 401 alone."""

    @pytest.fixture
    def api_url(self, server: Server) -> str:
        return f"{server.url}/"

    @pytest.fixture
    def tokens(self, api_url, credentials) -> dict:
        answer = httpx.post(api_url + "o/token", data=credentials)
        assert answer.status_code == 200
        assert len(answer.json()["access_token"]) <= 200
        assert answer.json()["refresh_token"]
        return answer.json()

    def award(self, api_url: str, token: str, badge_class: str) -> httpx.Response:
        recipient = {"identity": LEARNER, "hashed": True, "type": "email"}
        return httpx.post(
            f"{api_url}v2/badgeclasses/{badge_class}/assertions",
            json={"recipient": recipient | {"salt": secrets.token_hex(8)}},
            headers={"Content-type": "application/json", "Authorization": f"Bearer {token}"},
        )

    @pytest.mark.parametrize("image", [png(), SVG])
    def test_login_award_image(self, api_url, tokens, admin, image):
        badge_class = admin.badge_class(admin.issuer()["entityId"], image)
        answer = self.award(api_url, tokens["access_token"], badge_class["entityId"])
        assert answer.status_code == 201
        made = answer.json()["result"][0]
        assert made["openBadgeId"].startswith(f"{api_url}public/assertions/")
        assert len(made["openBadgeId"]) <= 200
        assert len(made["entityId"]) <= 50
        shown = httpx.get(made["image"], follow_redirects=True)
        assert shown.status_code == 200
        if "svg" not in shown.headers["Content-Type"]:
            Image.open(io.BytesIO(shown.content)).verify()

    def test_refresh(self, api_url, tokens):
        body = {
            "grant_type": "refresh_token",
            "refresh_token": tokens["refresh_token"],
            "client_id": "public",
            "client_secret": "",
        }
        answer = httpx.post(api_url + "o/token", data=body)
        assert answer.status_code == 200
        assert answer.json()["access_token"] != tokens["access_token"]

    def test_a_stale_token_is_401(self, api_url, admin):
        badge_class = admin.badge_class(admin.issuer()["entityId"])
        assert self.award(api_url, "stale", badge_class["entityId"]).status_code == 401

    def test_an_administrator_reads_ids_off_the_public_objects(self, api_url, admin):
        issuer = admin.issuer()
        shown = httpx.get(f"{api_url}public/issuers/{issuer['entityId']}")
        assert shown.json()["id"].endswith(issuer["entityId"])


class TestMoodle:
    """A site that connects: multipart sign-in, then issuer, badge class and award by JSON."""

    @pytest.fixture
    def token(self, server: Server, credentials) -> str:
        # curl with an array sends multipart/form-data
        answer = httpx.post(
            f"{server.url}/o/token",
            files={name: (None, value) for name, value in credentials.items()},
        )
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json()["refresh_token"]
        assert answer.json()["expires_in"] == 86400
        return answer.json()["access_token"]

    def test_a_site_awards(self, server: Server, token):
        api = httpx.Client(
            base_url=f"{server.url}/v2",
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        )
        with api:
            issuer = self.created(
                api,
                "/issuers",
                {
                    "type": "Issuer",
                    "id": "https://moodle.example/badges/issuer_json.php?id=2",
                    "name": "Moodle site",
                    "email": OWNER,
                    "url": "https://moodle.example",
                },
            )
            badge_class = self.created(
                api,
                f"/issuers/{issuer['entityId']}/badgeclasses",
                {
                    "type": "BadgeClass",
                    "id": "https://moodle.example/badges/badge_json.php?id=3",
                    "name": "Course completed",
                    "image": data_uri(png()),
                    "description": "Completed the course.",
                    "criteriaUrl": "https://moodle.example/badges/badgeclass.php?id=3",
                    "criteriaNarrative": "Complete it.",
                },
            )
            assert badge_class["openBadgeId"]
            award = {
                "type": "Assertion",
                "id": "https://moodle.example/badges/assertion.php?b=4",
                "issuedOn": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00"),
                "@context": "https://w3id.org/openbadges/v2",
                "recipient": {"identity": LEARNER, "type": "email", "hashed": True},
            }
            path = f"/badgeclasses/{badge_class['entityId']}/assertions"
            made = self.created(api, path, award)
        # Moodle builds the public address itself
        shown = httpx.get(f"{server.url}/public/assertions/{made['entityId']}")
        assert shown.json()["badge"] == badge_class["openBadgeId"]

    def created(self, api: httpx.Client, path: str, body: dict) -> dict:
        answer = api.post(path, json=body).json()
        assert answer["status"]["success"] is True, answer
        assert answer["result"][0]["entityId"]
        return answer["result"][0]

    def test_an_error_is_told_in_its_words(self, server: Server, credentials):
        wrong = {"username": credentials["username"], "password": PASSWORD}
        answer = httpx.post(f"{server.url}/o/token", files={k: (None, v) for k, v in wrong.items()})
        assert answer.status_code == 400
        assert f"{server.url}/accounts/app-passwords/" in answer.json()["error_description"]
        refused = httpx.post(f"{server.url}/v2/issuers", json={"name": "x"})
        assert isinstance(refused.json()["validationErrors"], list)

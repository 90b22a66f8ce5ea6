"""Programs' own requests (clients.md 1, 2) to a server with a user and an app password, no more."""

import base64
import hashlib

import httpx
import pytest

from tests.support.clients import APIClient
from tests.support.images import png
from tests.support.servers import OWNER, PASSWORD, Server

LEARNER = "grace@example.org"


@pytest.fixture(scope="module")
def credentials(server: Server, client_of_server: APIClient) -> dict[str, str]:
    made = server.command("app-password", "--user", OWNER, "--name", "LMS")
    return {"username": made["username"], "password": made["password"]}


@pytest.fixture(scope="module")
def badge_class(client_of_server: APIClient) -> str:
    issuer = client_of_server.issuer()["entityId"]
    return client_of_server.badge_class(issuer)["entityId"]


def bearer(token: dict) -> dict[str, str]:
    return {"Authorization": f"Bearer {token['access_token']}"}


def test_kinesin_lms(server, credentials, badge_class):
    answer = httpx.post(f"{server.url}/o/token", data=credentials)
    assert answer.status_code == 200
    token = answer.json()
    refresh = {
        "grant_type": "refresh_token",
        "refresh_token": token["refresh_token"],
        "client_id": "public",
        "client_secret": "",
    }
    answer = httpx.post(f"{server.url}/o/token", data=refresh)
    assert answer.status_code == 200
    path = f"{server.url}/v2/badgeclasses/{badge_class}/assertions"
    salt = "deadsea"
    identity = "sha256$" + hashlib.sha256(f"{LEARNER}{salt}".encode()).hexdigest()
    recipient = {"identity": LEARNER, "hashed": True, "type": "email", "salt": salt}
    stale = httpx.post(path, json={"recipient": recipient}, headers=bearer(token))
    assert stale.status_code == 401
    award = httpx.post(path, json={"recipient": recipient}, headers=bearer(answer.json()))
    assert award.status_code == 201
    (made,) = award.json()["result"]
    assert made["recipient"]["identity"] != identity  # its salt is our own
    assert httpx.get(made["openBadgeId"]).json()["id"].endswith(made["entityId"])
    image = httpx.get(made["image"], follow_redirects=True)
    assert image.headers["Content-Type"] == "image/png"


def test_moodle(server, credentials):
    """The site backpack: everything is sent by one who knows ids of its own alone."""
    fields = {name: (None, value) for name, value in credentials.items()}
    answer = httpx.post(f"{server.url}/o/token", files=fields)
    assert answer.request.headers["Content-Type"].startswith("multipart/form-data")
    token = answer.json()
    assert token["access_token"]
    assert token["refresh_token"]
    with httpx.Client(base_url=f"{server.url}/v2", headers=bearer(token), timeout=60) as http:
        issuer = http.post(
            "/issuers",
            json={
                "@context": "https://w3id.org/openbadges/v2",
                "type": "Issuer",
                "id": "https://moodle.example/badges/issuer_json.php?id=2",
                "name": "Moodle School",
                "email": OWNER,
                "url": "https://moodle.example",
            },
        ).json()["result"][0]
        image = f"data:image/png;base64,{base64.b64encode(png()).decode()}"
        badge = http.post(
            f"/issuers/{issuer['entityId']}/badgeclasses",
            json={
                "@context": "https://w3id.org/openbadges/v2",
                "type": "BadgeClass",
                "id": "https://moodle.example/badges/badge_json.php?id=3",
                "name": "Course done",
                "image": image,
                "description": "Finished the course.",
                "hostedUrl": "",
                "criteriaUrl": "https://moodle.example/badges/badgeclass.php?id=3",
                "criteriaNarrative": "Finish the course.",
            },
        ).json()["result"][0]
        award = http.post(
            f"/badgeclasses/{badge['entityId']}/assertions",
            json={
                "@context": "https://w3id.org/openbadges/v2",
                "type": "Assertion",
                "id": "https://moodle.example/badges/assertion.php?b=4",
                "issuedOn": "2026-01-02T03:04:05+01:00",
                "recipient": {"identity": LEARNER, "type": "email", "hashed": True},
            },
        ).json()
    assert award["status"]["success"] is True
    public = httpx.get(f"{server.url}/public/assertions/{award['result'][0]['entityId']}")
    assert public.json()["issuedOn"].startswith("2026-01-02T02:04:05")


def test_the_account_password_is_told_where_to_go(server, client_of_server):
    fields = {"username": OWNER, "password": PASSWORD}
    answer = httpx.post(f"{server.url}/o/token", data=fields)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"
    page = f"{server.url}/accounts/app-passwords/"
    assert answer.json()["error_description"].endswith(page)
    shown = httpx.get(page, follow_redirects=True)
    assert shown.status_code == 200
    assert shown.url.path == "/accounts/login/"


def test_guessing_is_slowed_and_right_credentials_get_in(server, credentials):
    """Whatever address the guesser claims to come from."""
    wrong = credentials | {"password": "guess"}
    with httpx.Client(base_url=server.url) as http:
        answers = [
            http.post("/o/token", data=wrong, headers={"X-Forwarded-For": f"198.51.100.{number}"})
            for number in range(40)
        ]
        assert {answer.status_code for answer in answers} == {400, 429}
        assert answers[-1].status_code == 429
        assert answers[-1].headers["Content-Type"] == "application/json"
        assert int(answers[-1].headers["Retry-After"]) > 500
        assert http.post("/o/token", data=credentials).status_code == 200

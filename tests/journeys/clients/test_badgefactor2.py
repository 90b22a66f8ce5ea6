"""BadgeFactor 2 for WordPress and for Laravel (clients.md 1, 2): a password grant of a confidential
application, partial PUTs, DELETE with a body, one refresh after a 401.
"""

from typing import Any

import httpx
import pytest

from tests.support.clients import APIClient
from tests.support.images import data_uri, png
from tests.support.servers import OWNER, Server

LEARNER = "apprenant@exemple.org"
AWARD = {
    "recipient": {"identity": LEARNER, "type": "email"},
    "issuedOn": "2026-01-02T03:04:05-05:00",
    "evidence": [{"url": "https://exemple.org/preuve", "narrative": "Réussi"}],
}


class BadgeFactor2:
    """league/oauth2-client's GenericProvider, and calls that are null when they fail."""

    def __init__(self, url: str, application: dict[str, str], credentials: dict[str, str]) -> None:
        self.url = url
        self.application = application | {"redirect_uri": "https://wordpress.example/bf2/callback"}
        scope = "rw:profile rw:issuer rw:backpack"
        self.token = self.ask_token(grant_type="password", scope=scope, **credentials)
        self.refreshes = 0

    def ask_token(self, **fields: str) -> dict:
        answer = httpx.post(f"{self.url}/o/token", data=self.application | fields)
        assert answer.status_code < 400, answer.text  # any 4xx is an exception there
        token = answer.json()
        assert token["access_token"]
        assert token["refresh_token"]
        assert token["expires_in"] > 0
        return token

    def send(self, method: str, path: str, body: dict | None = None) -> httpx.Response:
        answer = self.send_once(method, path, body)
        if answer.status_code == 401:
            refresh_token = self.token["refresh_token"]
            self.token = self.ask_token(grant_type="refresh_token", refresh_token=refresh_token)
            self.refreshes += 1
            answer = self.send_once(method, path, body)
        return answer

    def send_once(self, method: str, path: str, body: dict | None) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self.token['access_token']}",
            "Accept": "application/json",
        }
        return httpx.request(method, f"{self.url}/v2{path}", json=body, headers=headers)

    def read(self, method: str, path: str, body: dict | None = None, *, status: int = 200) -> Any:
        answer = self.send(method, path, body)
        if answer.status_code != status or answer.json()["status"]["success"] is not True:
            return None
        assert isinstance(answer.json()["result"], list)
        return answer.json()["result"]


@pytest.fixture(scope="module")
def application(server: Server, credentials) -> dict[str, str]:
    made = server.command(
        "oauth-app", "--name", "WordPress", "--user", OWNER, "--type", "confidential",
        "--grant", "password", "--scope", "rw:profile", "--scope", "rw:issuer",
        "--scope", "rw:backpack",
    )  # fmt: skip
    return {"client_id": made["client_id"], "client_secret": made["client_secret"]}


@pytest.fixture
def site(server: Server, application, credentials) -> BadgeFactor2:
    return BadgeFactor2(server.url, application, credentials)


@pytest.fixture
def made(site: BadgeFactor2, issuer, badge_class) -> dict[str, dict]:
    """Objects as they are before something is done with them."""
    (award,) = site.read("POST", f"/badgeclasses/{badge_class}/assertions", AWARD, status=201)
    return {
        "issuers": site.read("GET", f"/issuers/{issuer}")[0],
        "badgeclasses": site.read("GET", f"/badgeclasses/{badge_class}")[0],
        "assertions": award,
    }


def test_the_token_has_the_scopes_it_asked_for(site: BadgeFactor2):
    assert site.token["scope"] == "rw:profile rw:issuer rw:backpack"


def test_it_makes_and_lists(site: BadgeFactor2):
    body = {"name": "École", "email": OWNER, "url": "https://exemple.org", "description": "Une"}
    (issuer,) = site.read("POST", "/issuers", body, status=201)
    badge = {
        "name": "Premiers pas",
        "image": data_uri(png()),
        "issuer": issuer["entityId"],
        "description": "Faits",
        "criteriaNarrative": "Faire des pas.",
    }
    (badge_class,) = site.read("POST", "/badgeclasses", badge, status=201)
    assert (badge_class["issuer"], badge_class["name"]) == (issuer["entityId"], "Premiers pas")
    path = f"/badgeclasses/{badge_class['entityId']}"
    award = AWARD | {"expires": "2036-01-02T03:04:05-05:00"}  # Laravel alone sends it
    (made,) = site.read("POST", f"{path}/assertions", award, status=201)
    assert made["recipient"]["plaintextIdentity"] == LEARNER
    assert made["badgeclass"] == badge_class["entityId"]
    assert made["issuer"] == issuer["entityId"]
    assert made["revoked"] is False
    assert made["issuedOn"] == "2026-01-02T08:04:05Z"
    assert made["expires"] == "2036-01-02T08:04:05Z"
    of_issuer = f"/issuers/{issuer['entityId']}"
    assert site.read("GET", f"{of_issuer}/badgeclasses") == [badge_class]
    assert site.read("GET", f"{of_issuer}/assertions") == [made]
    assert site.read("GET", f"{path}/assertions") == [made]
    assert site.read("GET", f"/assertions/{made['entityId']}") == [made]
    assert issuer["entityId"] in [row["entityId"] for row in site.read("GET", "/issuers")]
    assert badge_class in site.read("GET", "/badgeclasses")


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("issuers", {"name": "Academy"}),
        ("issuers", {"url": "https://academy.example"}),
        ("issuers", {"description": "Teaches"}),
        ("badgeclasses", {"name": "Second steps"}),
        ("badgeclasses", {"description": "Took more."}),
        ("badgeclasses", {"criteriaNarrative": "Take two steps."}),
        ("assertions", {"narrative": "Well done"}),
        ("assertions", {"evidence": [{"url": None, "narrative": "Seen"}]}),
        ("assertions", {"issuedOn": "2026-02-03T04:05:06Z"}),
        ("assertions", {"expires": "2036-02-03T04:05:06Z"}),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_a_put_with_what_has_changed_changes_no_more(site: BadgeFactor2, made, kind, change):
    path = f"/{kind}/{made[kind]['entityId']}"
    assert site.read("PUT", path, change) == [made[kind] | change]
    assert site.read("GET", path) == [made[kind] | change]


def test_a_put_with_an_image_changes_the_image(site: BadgeFactor2, made):
    before = made["badgeclasses"]
    path = f"/badgeclasses/{before['entityId']}"
    (after,) = site.read("PUT", path, {"image": data_uri(png(80, 80))})
    assert after["image"] != before["image"]
    assert after | {"image": before["image"]} == before
    assert site.read("PUT", path, {"image": after["image"]}) == [after]  # the address it has


def test_wordpress_revokes(site: BadgeFactor2, made):
    path = f"/assertions/{made['assertions']['entityId']}"
    assert site.read("DELETE", path) is None
    assert site.read("GET", path)[0]["revoked"] is False
    (revoked,) = site.read("DELETE", path, {"revocation_reason": "Erreur"})
    assert revoked == made["assertions"] | {"revoked": True, "revocationReason": "Erreur"}
    assert site.read("GET", path) == [revoked]
    assert site.read("DELETE", path, {"revocation_reason": "Encore"}) is None
    shown = httpx.get(made["assertions"]["openBadgeId"])
    assert (shown.status_code, shown.json()["revocationReason"]) == (410, "Erreur")


def test_it_deletes_what_was_never_awarded(site: BadgeFactor2, admin: APIClient):
    """204 is done, 404 is done before: both are true to it."""
    issuer = admin.issuer()["entityId"]
    badge_class = admin.badge_class(issuer)["entityId"]
    for path in (f"/badgeclasses/{badge_class}", f"/issuers/{issuer}"):
        answer = site.send("DELETE", path)
        assert (answer.status_code, answer.content) == (204, b"")
        assert site.send("DELETE", path).status_code == 404


def test_after_a_401_it_refreshes_once(site: BadgeFactor2, issuer):
    site.token["access_token"] = "stale"
    assert site.read("GET", f"/issuers/{issuer}")[0]["entityId"] == issuer
    assert site.refreshes == 1


def test_counts_of_its_own_fork_are_unknown_here(site: BadgeFactor2, badge_class):
    """Without `count` in a JSON answer it shows no number, and goes on."""
    counts = [
        "issuers_count",
        "badgeclasses_count",
        f"badgeinstances_count/badgeclass/{badge_class}",
    ]
    for path in counts:
        answer = site.send("GET", f"/{path}")
        assert answer.status_code == 404
        assert "count" not in answer.json()

"""nti.app.products.badgr (clients.md 1, 2): a confidential application that refreshes with Basic
credentials, on 401 or 403, and reads the issuers.

Where its first tokens come from does not matter here: the consent page has tests of its own.
"""

import base64

import httpx
import pytest

from tests.support.servers import OWNER, Server


@pytest.fixture(scope="module")
def application(server: Server, credentials) -> tuple[str, str]:
    made = server.command(
        "oauth-app", "--name", "nti", "--user", OWNER, "--type", "confidential",
        "--grant", "password", "--scope", "rw:profile", "--scope", "rw:issuer",
    )  # fmt: skip
    return made["client_id"], made["client_secret"]


@pytest.fixture
def tokens(server: Server, application, credentials) -> dict[str, str]:
    body = credentials | {"grant_type": "password", "scope": "rw:profile rw:issuer"}
    answer = httpx.post(f"{server.url}/o/token", data=body, auth=application)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refresh(
    server: Server, credentials: tuple[str, str], token: str, *, encode: bool = False
) -> httpx.Response:
    """`encode`: as RFC 6749, 2.3.1 has it, here every character; else as Python's requests does."""
    if encode:
        credentials = tuple(
            "".join(f"%{byte:02X}" for byte in part.encode()) for part in credentials
        )
    plain = ":".join(credentials).encode()
    return httpx.post(
        f"{server.url}/o/token",
        data={"grant_type": "refresh_token", "refresh_token": token},
        headers={"Authorization": f"Basic {base64.b64encode(plain).decode()}"},
    )


def issuers(server: Server, token: str) -> httpx.Response:
    return httpx.get(f"{server.url}/v2/issuers", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("encode", [False, True], ids=["raw", "urlencoded"])
def test_it_refreshes_and_reads_issuers(server: Server, application, tokens, issuer, encode):
    answer = refresh(server, application, tokens["refresh_token"], encode=encode)
    assert answer.status_code == 200, answer.text
    fresh = answer.json()
    assert fresh["access_token"]
    assert fresh["refresh_token"]
    listed = issuers(server, fresh["access_token"])
    assert listed.status_code == 200
    assert issuer in [row["entityId"] for row in listed.json()["result"]]
    assert issuers(server, tokens["access_token"]).status_code == 401


def test_it_recognises_a_used_refresh_token(server: Server, application, tokens):
    """It is used up when its successor is used: until then its answer may have been lost."""
    fresh = refresh(server, application, tokens["refresh_token"]).json()
    assert refresh(server, application, fresh["refresh_token"]).status_code == 200
    answer = refresh(server, application, tokens["refresh_token"])
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["error"] == "invalid_grant"


def test_a_bad_refresh_stands_in_nobodys_way(server: Server, application, tokens):
    """Badgr would answer 429 to every refresh from this address for seconds (clients.md 3.13)."""
    assert refresh(server, application, "stale").status_code == 400
    assert refresh(server, application, tokens["refresh_token"]).status_code == 200


def test_a_small_scope_is_the_403_on_which_it_refreshes(server: Server, application, credentials):
    body = credentials | {"grant_type": "password", "scope": "rw:profile"}
    answer = httpx.post(f"{server.url}/o/token", data=body, auth=application)
    assert issuers(server, answer.json()["access_token"]).status_code == 403

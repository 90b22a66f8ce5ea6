"""badgrclient 0.1.2, run for real by a script of an institution (tests/clients/use_badgrclient.py).

What is broken in it against every server, and how far it is driven here: `update` and `edit_staff`
raise TypeError (`Base.fetch() takes 1 positional argument`) after the server has done what was
asked; `delete` and `revoke` of an award drop the reason, which Badgr demands; a 204 is to it JSON
that cannot be decoded. So effects are looked up afterwards, and bulk revocation does what works.
"""

import json
from typing import Any

import pytest

from tests.support.clients import APIClient
from tests.support.images import data_uri, png
from tests.support.programs import use
from tests.support.servers import PASSWORD, Server

COLLEAGUE = "charles@example.org"
AFTERWARDS = ["TypeError", "Base.fetch() takes 1 positional argument but 2 were given"]


@pytest.fixture(scope="module")
def seen(server: Server, credentials: dict[str, str]) -> dict[str, Any]:
    server.command("user", "--email", COLLEAGUE, "--password", PASSWORD)
    told = credentials | {"url": server.url, "image": data_uri(png()), "colleague": COLLEAGUE}
    done = use("badgrclient", stdin=json.dumps(told))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def result(seen: dict[str, Any]) -> Any:
    def of(name: str) -> Any:
        assert seen[name]["failure"] is None
        return seen[name]["result"]

    return of


@pytest.fixture
def failure(seen: dict[str, Any]) -> Any:
    def of(name: str) -> list[str]:
        return seen[name]["failure"]

    return of


@pytest.mark.parametrize(
    ("made", "kind", "lists"),
    [
        ("create issuer", "Issuer", ["list issuers", "read issuer", "list issuers after refresh"]),
        (
            "create badge class",
            "BadgeClass",
            ["list badge classes", "list the issuer's badge classes"],
        ),
        ("award", "Assertion", ["awards of one person", "awards of the issuer"]),
    ],
    ids=["issuer", "badge-class", "award"],
)
def test_it_finds_what_it_made(result, made, kind, lists):
    one = result(made)
    assert (one["class"], one["data"]["entityType"]) == (kind, kind)
    for listing in lists:
        assert one["entityId"] in [row["entityId"] for row in result(listing)]
        assert {row["class"] for row in result(listing)} == {kind}


def test_criteria_in_the_words_of_v1_are_ignored(result):
    data = result("create badge class")["data"]
    assert (data["criteriaUrl"], data["criteriaNarrative"]) == (None, None)
    assert data["expires"] == {"amount": None, "duration": None}


def test_awards_have_what_it_sent(result):
    assert result("award")["data"]["recipient"]["plaintextIdentity"] == "Grace@Example.org"
    assert result("award")["data"]["issuedOn"].endswith("Z")  # it sent a blank for the T
    told = result("award with evidence")["data"]
    assert told["narrative"] == "Well"
    assert told["evidence"] == [{"url": "https://university.example/e", "narrative": "Seen"}]
    assert result("award by name")["data"]["badgeclass"] == result("create badge class")["entityId"]


def test_it_finds_a_person_and_pages(result):
    assert len(result("awards of one person")) == 1
    assert len(result("awards of the issuer")) == 3
    assert len(result("awards of the issuer, one a page")) == 1


@pytest.mark.parametrize(
    ("made", "kind", "field", "value"),
    [
        ("create issuer", "issuer", "description", "Teaches and awards"),
        ("create badge class", "badge class", "description", "Took them all."),
        ("award", "award", "narrative", "Corrected"),
    ],
    ids=["issuer", "badge-class", "award"],
)
def test_the_whole_object_sent_back_changes_what_was_changed(
    result, failure, made, kind, field, value
):
    assert failure(f"update {kind}") == AFTERWARDS
    (row,) = result(f"read {kind} again")
    assert row["data"] == result(made)["data"] | {field: value}


def test_staff(result, failure, admin: APIClient):
    assert failure("add staff") == AFTERWARDS
    path = f"/v2/issuers/{result('create issuer')['entityId']}/staff"
    staff = {
        row["userProfile"]["emails"][0]["email"]: row["role"]
        for row in admin.http.get(path).json()["result"]
    }
    assert staff == {admin.username: "owner", COLLEAGUE: "editor"}


def test_revoking(seen, result, failure):
    for without_a_reason in ("delete award", "revoke award"):
        assert failure(without_a_reason) == ["APIError", "bad request"]
    one = result("award")["entityId"]
    told = {"entityId": one, "revocationReason": "Copied"}
    assert result("revoke awards")["result"] == [{"revoked": True} | told]
    again, unknown = result("revoke awards again")["result"]
    assert again == {"revoked": False, "reason": "Assertion is already revoked"} | told
    assert unknown["reason"] == "permission denied or object not found"


def test_deleting(failure):
    kind, text = failure("delete badge class")
    assert kind == "APIError"
    assert "decoding JSON" in text  # a 204 has nothing to decode
    unknown = ["APIError", "entity not found or insufficient privileges"]
    assert failure("read deleted badge class") == failure("read unknown") == unknown
    assert "may only be deleted" in failure("delete badge class in use")[1]


def test_it_tells_why(failure):
    assert failure("stale token") == ["APIError", "no valid auth token found"]
    assert failure("wrong password") == ["APIError", "invalid_grant"]
    assert failure("refresh") is None

"""Microsoft Power Automate's Badgr connector (badgr-api.md 11): every /v2 path, with `num` and
`include_*`, booleans in .NET's spelling.
"""

from typing import Any

import httpx
import pytest

from tests.support.clients import APIClient

PAST = {"issuedOn": "2020-01-02T03:04:05Z", "expires": "2021-01-02T03:04:05Z"}


class Connector:
    """Parameters are sent as the flow's author filled them in."""

    def __init__(self, admin: APIClient) -> None:
        self.url = str(admin.http.base_url)
        self.headers = {
            "Authorization": admin.http.headers["Authorization"],
            "Accept": "application/json",
            "Accept-Language": "en-US",
        }

    def send(self, method: str, path: str, body: Any = None, **query: str) -> httpx.Response:
        answer = httpx.request(
            method, f"{self.url}{path}", params=query, json=body, headers=self.headers
        )
        assert answer.status_code in {200, 201}, answer.text
        assert answer.headers["Content-Type"] == "application/json"
        return answer

    def ids(self, path: str, **query: str) -> list[str]:
        return [row["entityId"] for row in self.send("GET", path, **query).json()["result"]]


@pytest.fixture
def flow(admin: APIClient) -> Connector:
    return Connector(admin)


@pytest.fixture
def awards(flow: Connector, badge_class) -> dict[str, str]:
    """One that is held, one expired, one revoked."""
    people = {"held": {}, "expired": PAST, "revoked": {}}
    batch = [
        {"recipient": {"identity": f"{name}@example.org", "type": "email"}} | more
        for name, more in people.items()
    ]
    path = f"/v2/badgeclasses/{badge_class}/issue"
    made = flow.send("POST", path, {"assertions": batch, "create_notification": False})
    found = {name: row["entityId"] for name, row in zip(people, made.json()["result"], strict=True)}
    body = [{"entityId": found["revoked"], "revocationReason": "Copied"}]
    assert flow.send("POST", "/v2/assertions/revoke", body).json()["result"][0]["revoked"] is True
    return found


@pytest.mark.parametrize("route", ["badgeclasses", "issuers"])
@pytest.mark.parametrize(
    ("switches", "names"),
    [
        ({}, ["held"]),
        ({"include_expired": "False", "include_revoked": "False"}, ["held"]),
        ({"include_expired": "True"}, ["held", "expired"]),
        ({"include_revoked": "True"}, ["held", "revoked"]),
        ({"include_expired": "True", "include_revoked": "True"}, ["held", "expired", "revoked"]),
        ({"include_expired": "True", "recipient": "expired@example.org"}, ["expired"]),
        ({"recipient": "expired@example.org"}, []),
    ],
    ids=["neither", "false", "expired", "revoked", "both", "one person", "not one person"],
)
def test_awards(flow: Connector, awards, issuer, badge_class, route, switches, names):
    path = f"/v2/{route}/{issuer if route == 'issuers' else badge_class}/assertions"
    wanted = {awards[name] for name in names}
    assert set(flow.ids(path, **switches)) == wanted
    assert set(flow.ids(path, num="100", **switches)) == wanted


@pytest.mark.parametrize("num", ["2", "3", "7", "500", "100000", "0", "-1", "", "many"])
def test_num_and_the_link_lead_through_all(flow: Connector, admin: APIClient, issuer, num):
    made = [admin.badge_class(issuer)["entityId"] for _ in range(3)]
    answer = flow.send("GET", f"/v2/issuers/{issuer}/badgeclasses", num=num)
    found = []
    while True:
        page = [row["entityId"] for row in answer.json()["result"]]
        assert len(page) == {"2": 2, "0": 1, "-1": 1}.get(num, 3) or not answer.links.get("next")
        found += page
        if "next" not in answer.links:
            break
        answer = httpx.get(answer.links["next"]["url"], headers=flow.headers)
        assert answer.status_code == 200
    whole = num in {"", "many"}
    assert found == (made if whole else made[::-1])


def test_the_changes_lead_through_all(flow: Connector, issuer, awards):
    changed = flow.send("GET", "/v2/assertions/changed", num="1", since="2026-01-02T03:04:05Z")
    found = []
    while True:
        body = changed.json()
        assert len(body["result"]) == 1
        assert body["timestamp"].endswith("+00:00")
        found += [row["entityId"] for row in body["result"]]
        if not body["pagination"]["hasNext"]:
            break
        changed = httpx.get(body["pagination"]["nextResults"], headers=flow.headers)
    assert set(awards.values()) <= set(found)
    assert len(found) == len(set(found))
    assert flow.ids("/v2/assertions/changed", since="2999-01-01T00:00:00Z") == []


def test_staff_can_be_left_out(flow: Connector, issuer):
    for path in ("/v2/issuers", f"/v2/issuers/{issuer}"):
        assert all("staff" in row for row in flow.send("GET", path).json()["result"])
        rows = flow.send("GET", path, include_staff="False").json()["result"]
        assert rows
        assert not any("staff" in row for row in rows)


def test_archived_ones_are_told_where_wanted(flow: Connector, badge_class, issuer):
    flow.send("PUT", f"/v2/badgeclasses/{badge_class}", {"archived": True})
    for path in ("/v2/badgeclasses", f"/v2/issuers/{issuer}/badgeclasses"):
        assert badge_class not in flow.ids(path, num="500")
        assert badge_class not in flow.ids(path, include_archived="False")
        assert badge_class in flow.ids(path, include_archived="True")
    path = f"/v2/badgeclasses/{badge_class}"
    assert flow.ids(path, include_archived="True") == [badge_class]

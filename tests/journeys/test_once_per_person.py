"""Fifty requests at once for one person, over HTTP: one award, clear refusals, no failure of
ours.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.clients import APIClient

REFUSAL = "A previous award of this badge already exists for this recipient."


def race(client: APIClient, badge_class: str, bodies: list[dict]) -> list[tuple[int, list[str]]]:
    """Status and validationErrors of each of the requests, sent at once."""

    def send(body: dict) -> tuple[int, list[str]]:
        answer = client.http.post(f"/v2/badgeclasses/{badge_class}/assertions", json=body)
        return answer.status_code, answer.json().get("validationErrors", [])

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, bodies))


@pytest.mark.parametrize("demanded_by", ["class", "award"])
def test_one_award_and_clear_refusals(client_of_server: APIClient, demanded_by: str):
    client = client_of_server
    by_class = demanded_by == "class"
    made = client.badge_class(client.issuer()["entityId"], oncePerPerson=by_class)
    badge_class = made["entityId"]
    ordinary = {"recipient": {"identity": "Grace@example.org"}}
    exclusive = ordinary | {"allowDuplicateAwards": False}
    ordinary_ones = 10 if by_class else 1
    bodies = [exclusive] * (50 - ordinary_ones) + [ordinary] * ordinary_ones
    answers = race(client, badge_class, bodies)
    assert sorted(status for status, _ in answers) == [201] + [400] * 49
    assert all(errors == [REFUSAL] for status, errors in answers if status == 400)
    listed = client.http.get(f"/v2/badgeclasses/{badge_class}/assertions").json()["result"]
    assert len(listed) == 1

    reason = {"revocation_reason": "To be renewed"}
    path = f"/v2/assertions/{listed[0]['entityId']}"
    assert client.http.request("DELETE", path, json=reason).status_code == 200
    renewals = race(client, badge_class, [exclusive] * 10)
    assert [status for status, _ in renewals].count(201) == 1

"""/v2/assertions/revoke: each item for itself, always 200, in a constant number of queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activity.models import LogEntry
from issuer.models import Assertion, Role
from tests.support.envelopes import failure_of, result_of
from tests.support.worlds import API, awarded, badge_class_of, issuer_of, person, staff

PATH = "/v2/assertions/revoke"


def wish(assertion: Assertion, reason: str = "Mistake") -> dict[str, str]:
    return {"entityId": assertion.entity_id, "revocationReason": reason}


def test_each_item_is_told_what_became_of_it(api, badge_class):
    first, second = awarded(badge_class), awarded(badge_class, "joan@example.org")
    theirs = awarded(badge_class_of(issuer_of(person("bob@example.org"))))
    answer = api.post(
        PATH,
        [wish(first), {"entityId": second.entity_id}, {"revocationReason": "x"}, wish(theirs),
         {"entityId": "nothing", "revocationReason": "x"}, wish(first, "Again"),
         wish(second, "x" * 256), "no object"],
    )  # fmt: skip
    assert answer.json()["status"] == {"success": True, "description": "revoked badges"}
    out_of_reach = "permission denied or object not found"
    assert result_of(answer) == [
        {"revoked": True, **wish(first)},
        {"revoked": False, "entityId": second.entity_id, "reason": "revocationReason is required"},
        {"revoked": False, "revocationReason": "x", "reason": "entityId is required"},
        {"revoked": False, **wish(theirs), "reason": out_of_reach},
        {"revoked": False, "entityId": "nothing", "revocationReason": "x", "reason": out_of_reach},
        {"revoked": False, **wish(first, "Again"), "reason": "Assertion is already revoked"},
        {"revoked": False, **wish(second, "x" * 256),
         "reason": "Give a reason of 1 to 255 characters."},
        {"revoked": False, "reason": "entityId is required"},
    ]  # fmt: skip
    assert api.client.get(first.public_url).json()["revocationReason"] == "Mistake"
    assert api.client.get(first.public_url).status_code == 410
    assert api.client.get(second.public_url).status_code == 200
    assert api.client.get(theirs.public_url).status_code == 200
    assert LogEntry.objects.filter(verb="assertion.revoked").count() == 1


def test_the_number_of_queries_is_constant(api, badge_class):
    counts = []
    for size in (1, 300):
        made = [awarded(badge_class, f"p{size}-{n}@example.org") for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            rows = result_of(api.post(PATH, [wish(row) for row in made]))
        assert all(row["revoked"] for row in rows)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
    assert max(len(query["sql"]) for query in queries) < 300 * size  # what is read is short, too


def test_staff_may_not(badge_class, issuer):
    made = awarded(badge_class)
    helper = API(staff(issuer, "staff@example.org", Role.STAFF))
    (row,) = result_of(helper.post(PATH, [wish(made)]))
    assert row["reason"] == "permission denied or object not found"
    assert Assertion.objects.get().revoked_at is None


def test_a_token_for_one_issuer_revokes_there_alone(owner, badge_class, issuer):
    mine, other = awarded(badge_class), awarded(badge_class_of(issuer_of(owner, name="Other")))
    api = API(owner, f"rw:issuer:{issuer.entity_id}")
    rows = result_of(api.post(PATH, [wish(mine), wish(other)]))
    assert [row["revoked"] for row in rows] == [True, False]


@pytest.mark.parametrize("body", [{}, None, "x", 7, {"entityId": "x"}], ids=str)
def test_it_takes_a_list(api, body):
    failure_of(api.post(PATH, body), 400)


def test_it_takes_a_thousand_at_most(api):
    failure_of(api.post(PATH, [{}] * 1001), 400)
    assert result_of(api.post(PATH, [])) == []


def test_a_megabyte_is_not_sent_back(api):
    wishes = [{"entityId": "x" * 1_000_000, "revocationReason": "y" * 1_000_000},
              {"entityId": [0] * 100_000, "revocationReason": "y"}]  # fmt: skip
    answer = api.post(PATH, wishes)
    first, second = result_of(answer)
    assert len(answer.content) < 2000
    assert first["reason"] == "permission denied or object not found"
    assert first["entityId"].startswith("xxx")
    assert second == {
        "revoked": False, "revocationReason": "y", "reason": "entityId is required"
    }  # fmt: skip

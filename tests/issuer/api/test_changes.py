"""The `/changed` feeds: what changed since a moment, each object once, nothing ever missed."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activity.models import LogEntry
from api.feeds import SETTLING
from issuer.models import Role
from tests.support.envelopes import failure_of
from tests.support.worlds import API, awarded, badge_class_of, instant, issuer_of, staff

PATH = "/v2/assertions/changed"


def feed(api: API, path: str = PATH) -> dict:
    answer = api.get(path)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert set(body) == {"status", "result", "pagination", "timestamp"}
    assert "Link" not in answer
    return body


def ids(body: dict) -> list[str]:
    return [row["entityId"] for row in body["result"]]


@pytest.fixture
def clock():
    with time_machine.travel(instant("2026-11-22T12:00:00Z"), tick=False) as traveller:
        yield traveller


def test_each_object_once_at_its_newest_change(api, badge_class, clock):
    made = []
    for number in range(3):
        clock.shift(60)
        made.append(awarded(badge_class, f"p{number}@example.org"))
    clock.shift(60)
    api.put(f"/v2/assertions/{made[0].entity_id}", {"narrative": "x"})
    clock.shift(60)
    api.delete(f"/v2/assertions/{made[1].entity_id}", {"revocation_reason": "x"})
    body = feed(api)
    assert ids(body) == [made[2].entity_id, made[0].entity_id, made[1].entity_id]
    assert body["result"][2]["revoked"] is True
    assert body["pagination"] == {
        "hasNext": False, "nextResults": None, "hasPrevious": False, "previousResults": None,
    }  # fmt: skip


def test_since_is_strictly_later(api, badge_class, clock):
    first = awarded(badge_class, "a@example.org")
    moment = timezone.now().isoformat()
    clock.shift(1)
    second = awarded(badge_class, "b@example.org")
    assert ids(feed(api, f"{PATH}?since={moment.replace('+', '%2B')}")) == [second.entity_id]
    assert ids(feed(api, f"{PATH}?since=2026-11-22T11:59:59.999Z")) == [
        first.entity_id, second.entity_id,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "since", ["", "x", "2026-11-22", "2026-11-22T12:00:00", "2026-11-22T12:00:00+00:00",
              "0001-01-01T00:00:00%2B14:00", "7"]
)  # fmt: skip
def test_bad_since(api, since):
    body = failure_of(api.get(f"{PATH}?since={since}"), 400)
    assert body["fieldErrors"] == {"since": ["must be ISO-8601 format with time zone"]}


def test_a_walk_through_the_pages_meets_each_once(api, badge_class, clock):
    made = [awarded(badge_class, f"p{number}@example.org") for number in range(5)]
    first = feed(api, f"{PATH}?num=2")
    clock.shift(3600)
    second = feed(api, first["pagination"]["nextResults"])
    third = feed(api, second["pagination"]["nextResults"])
    assert sorted(ids(first) + ids(second) + ids(third)) == sorted(m.entity_id for m in made)
    assert third["pagination"]["hasNext"] is False
    assert ids(feed(api, third["pagination"]["previousResults"])) == ids(second)
    assert first["timestamp"] == second["timestamp"] == third["timestamp"]


def test_what_was_under_way_is_told_the_next_time(api, badge_class, clock):
    """An act recorded a moment before the feed was read, and committed a moment after."""
    timestamp = datetime.fromisoformat(feed(api)["timestamp"])
    late = awarded(badge_class)
    under_way = timezone.now() - SETTLING / 2
    LogEntry.objects.filter(object_id=late.entity_id).update(at=under_way)
    since = timestamp.isoformat().replace("+", "%2B")
    assert late.entity_id in ids(feed(api, f"{PATH}?since={since}"))


def test_a_walk_cannot_claim_the_future(api, clock):
    body = feed(api, f"{PATH}?asOf=2999-01-01T00:00:00Z")
    assert datetime.fromisoformat(body["timestamp"]) == timezone.now() - SETTLING


def test_issuers_and_classes_have_feeds(api, issuer, clock):
    clock.shift(1)
    badge_class = badge_class_of(issuer)
    gone = badge_class_of(issuer)
    clock.shift(1)
    api.put(f"/v2/badgeclasses/{badge_class.entity_id}", {"archived": True})
    api.delete(f"/v2/badgeclasses/{gone.entity_id}")
    body = feed(api, "/v2/badgeclasses/changed")
    assert ids(body) == [badge_class.entity_id]
    assert body["result"][0]["archived"] is True
    staff(issuer, "s@example.org", Role.STAFF)
    issuers = feed(api, "/v2/issuers/changed?include_staff=0")
    assert ids(issuers) == [issuer.entity_id]
    assert "staff" not in issuers["result"][0]


def test_who_may(owner, badge_class, stranger, issuer):
    awarded(badge_class)
    assert ids(feed(stranger)) == []
    assert len(ids(feed(API(owner, "r:issuer")))) == 1
    failure_of(API(owner, f"rw:issuer:{issuer.entity_id}").get(PATH), 403)
    failure_of(API(owner, "r:profile").get(PATH), 403)
    failure_of(stranger.post(PATH, {}), 405)


@pytest.mark.parametrize("kind", ["issuers", "badgeclasses", "assertions"])
def test_queries_at_few_and_many_rows(api, owner, kind, rows=120):
    path = f"/v2/{kind}/changed?num=100"
    counts = []
    for size in (1, rows):
        for number in range(size):
            issuer = issuer_of(owner, name=f"{kind} {number}")
            if number % 10 == 0:
                awarded(badge_class_of(issuer), f"p{number}@example.org")
        with CaptureQueriesContext(connection) as queries:
            feed(api, path)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


MANY_ACTS = """
    WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 100000)
    INSERT INTO activity_logentry
        (at, verb, object_type, object_id, issuer_id, actor_id, client, channel, facts)
    SELECT {moment}, 'assertion.updated', 'assertion', 'other' || n, %s, '', '', 'api', '{{}}'
    FROM counted
"""
# A second after one another, until a day ago.
MOMENT = {
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '-' || (186400 - n) || ' seconds')",
    "postgresql": "now() - (186400 - n) * interval '1 second'",
}


def act_a_hundred_thousand_times(issuer) -> None:
    """On other objects: their acts stand in the log."""
    with connection.cursor() as cursor:
        acts = MANY_ACTS.format(moment=MOMENT[connection.vendor])
        cursor.execute(acts, [issuer.entity_id])
        cursor.execute("ANALYZE activity_logentry")
    assert LogEntry.objects.count() > 100_000


def test_the_newest_page_of_a_hundred_thousand_changes_reads_no_more(api, issuer, badge_class):
    """The page is found by its index."""
    made = awarded(badge_class)
    act_a_hundred_thousand_times(issuer)
    since = (timezone.now() - timedelta(hours=1)).isoformat().replace("+", "%2B")
    with CaptureQueriesContext(connection) as queries:
        assert ids(feed(api, f"{PATH}?since={since}")) == [made.entity_id]
    assert len(queries) <= 6


# What a database says that reads, or sorts, all that follow the cursor.
READS_ALL = {"sqlite": "TEMP B-TREE FOR ORDER BY", "postgresql": "Seq Scan on activity_logentry"}


def test_a_page_amid_a_hundred_thousand_changes_is_found_by_its_index(api, issuer, badge_class):
    awarded(badge_class)
    act_a_hundred_thousand_times(issuer)
    following = feed(api, f"{PATH}?num=100")["pagination"]["nextResults"]
    with CaptureQueriesContext(connection) as queries:
        api.get(following)
    (page,) = [query["sql"] for query in queries if "LIMIT 101" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' * (connection.vendor == 'sqlite')}{page}")
        plan = str(cursor.fetchall())
    assert "activity_logentry" in plan
    assert READS_ALL[connection.vendor] not in plan

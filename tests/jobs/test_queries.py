from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.claiming import claim
from jobs.errors import Abandon
from jobs.models import Job
from jobs.queries import backlog, dead_jobs, reports_by_kind, unfinished
from jobs.registry import handler
from jobs.services import abandon, complete, enqueue, enqueue_many

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ran")]


def test_an_empty_table() -> None:
    assert backlog() == {"due": 0, "oldest_seconds": 0, "running": 0, "dead": 0}


def test_each_number_is_told_apart() -> None:
    enqueue_many(kind="note", payloads=[{"id": str(number)} for number in range(7)])
    jobs = claim(limit=4)
    complete(jobs[0])
    abandon(jobs[1], Abandon("no"))
    now = timezone.now()
    enqueue(kind="note", payload={}, run_at=now - timedelta(seconds=90))
    enqueue(kind="note", payload={}, run_at=now + timedelta(seconds=90))
    with time_machine.travel(now, tick=False), CaptureQueriesContext(connection) as captured:
        assert backlog() == {"due": 4, "oldest_seconds": 90, "running": 2, "dead": 1}
    assert len(captured) == 1


@pytest.mark.parametrize("read", [backlog, reports_by_kind])
def test_it_goes_by_the_indexes(read: Callable[[], object]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as captured:
            read()
        explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} {captured[0]['sql']}")
        plan = str(cursor.fetchall())
    for index in ("jobs_due", "jobs_leases", "jobs_dead"):
        assert index in plan
    assert "jobs_dead" in dead_jobs().explain()


def test_the_unfinished_of_a_kind_are_found_by_their_index() -> None:
    rows = unfinished("note").order_by("run_at", "pk")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        assert "jobs_unfinished" in rows.explain()
        if connection.vendor == "sqlite":  # as it is asked: with parameters
            sql, values = rows.query.sql_with_params()
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            assert "jobs_unfinished" in str(cursor.fetchall())


def test_the_dead_are_listed_latest_first() -> None:
    now = timezone.now()
    enqueue_many(kind="note", payloads=[{"id": name} for name in "abc"])
    for hours, job in zip((1, 3, 2), claim(limit=3), strict=True):
        with time_machine.travel(now + timedelta(hours=hours)):
            abandon(job, Abandon("no"))
    assert [job.payload["id"] for job in dead_jobs()] == ["b", "c", "a"]
    assert Job.objects.count() == 3


def test_unfinished_of_a_kind() -> None:
    handler("other")(lambda payload: None)
    for kind in ("note", "note", "note", "other"):
        enqueue(kind=kind, payload={"id": "a"})
    first, second = Job.objects.filter(kind="note")[:2]
    Job.objects.filter(pk=first.pk).update(state="done")
    Job.objects.filter(pk=second.pk).update(state="dead")
    assert [job.state for job in unfinished("note").order_by("pk")] == ["dead", "waiting"]

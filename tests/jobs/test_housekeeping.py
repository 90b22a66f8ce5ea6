from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs import housekeeping
from jobs.claiming import claim
from jobs.errors import Abandon
from jobs.models import Job
from jobs.registry import handler, schedule
from jobs.services import abandon, complete, enqueue_many
from jobs.worker import run_due

pytestmark = pytest.mark.django_db


def test_done_jobs_go_after_a_week_and_no_others(ran: list[str]) -> None:
    enqueue_many(kind="note", payloads=[{"id": name} for name in "abcd"])
    jobs = claim(limit=3)
    now = timezone.now()
    with time_machine.travel(now - timedelta(days=7, minutes=1)):
        complete(jobs[0])
        abandon(jobs[1], Abandon("no"))
    with time_machine.travel(now - timedelta(days=6, hours=23)):
        complete(jobs[2])
    housekeeping.prune({})
    assert sorted(job.payload["id"] for job in Job.objects.all()) == ["b", "c", "d"]


def test_a_large_number_goes_in_batches(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 10)
    enqueue_many(kind="note", payloads=[{"id": str(number)} for number in range(25)])
    for job in claim(limit=25):
        complete(job)
    with (
        time_machine.travel(timezone.now() + timedelta(days=8)),
        CaptureQueriesContext(connection) as captured,
    ):
        housekeeping.prune({})
    assert not Job.objects.exists()
    deletes = [query for query in captured if query["sql"].startswith("DELETE")]
    assert len(deletes) == 3


def test_it_comes_round_daily() -> None:
    handler("jobs.prune")(housekeeping.prune)
    schedule("jobs.prune", every=timedelta(days=1))
    now = timezone.now()
    ran = 0
    for day in range(10):
        with time_machine.travel(now + timedelta(days=day)):
            ran += run_due()
    assert ran == 9
    assert Job.objects.filter(state="done").count() <= 8  # and it clears up after itself

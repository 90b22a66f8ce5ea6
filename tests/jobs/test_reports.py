from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.claiming import LEASE, claim
from jobs.errors import Abandon, LeaseLost
from jobs.models import Job
from jobs.registry import handler
from jobs.services import (
    abandon,
    complete,
    enqueue,
    enqueue_many,
    extend,
    fail,
    go_on,
    pull_forward,
    put_off,
    release,
    retry,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ran")]


def claimed(dedupe_key: str | None = None) -> Job:
    enqueue(kind="note", payload={"id": "a"}, dedupe_key=dedupe_key)
    (job,) = claim()
    return job


def test_complete() -> None:
    complete(claimed())
    job = Job.objects.get()
    assert (job.state, job.lease_until) == ("done", None)
    assert job.finished_at is not None


def test_a_failed_job_waits_for_its_next_attempt() -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        fail(claimed(), ValueError("ada@example.org"))
    job = Job.objects.get()
    assert (job.state, job.lease_until, job.finished_at) == ("waiting", None, None)
    assert (job.attempts, job.last_error) == (1, "builtins.ValueError")
    assert now < job.run_at <= now + timedelta(seconds=5)


def test_retry_after_is_honoured() -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        fail(claimed(), ValueError(), retry_after=3000)
    job = Job.objects.get()
    assert now + timedelta(seconds=3000) <= job.run_at <= now + timedelta(seconds=3300)
    with time_machine.travel(now + timedelta(seconds=2999)):
        assert claim() == []
    with time_machine.travel(now + timedelta(seconds=3301)):
        assert claim() == [job]


def test_the_last_failure_is_death() -> None:
    enqueue(kind="note", payload={"id": "a"})
    now = timezone.now()
    for attempt in range(3):
        assert Job.objects.get().state == "waiting"
        with time_machine.travel(now + attempt * timedelta(hours=1)):
            fail(claim()[0], ValueError())
    job = Job.objects.get()
    assert (job.state, job.attempts, job.lease_until) == ("dead", 3, None)
    assert job.finished_at is not None


def test_abandon_is_death_at_once() -> None:
    abandon(claimed(), Abandon("award is gone"))
    job = Job.objects.get()
    assert (job.state, job.last_error) == ("dead", "jobs.errors.Abandon: award is gone")


def test_extend_holds_the_job_longer() -> None:
    job = claimed()
    now = timezone.now()
    with time_machine.travel(now + LEASE / 2):
        extend(job)
    with time_machine.travel(now + LEASE * 1.25):
        assert claim() == []
    with time_machine.travel(now + LEASE * 1.75):
        assert claim() == [job]


def test_a_released_job_is_due_as_if_never_claimed() -> None:
    before = claimed().run_at
    job = Job.objects.get()
    release(job)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.run_at, job.lease_until) == ("waiting", 0, before, None)
    assert claim() == [job]


@pytest.fixture
def peers() -> None:
    """Letters speak to a peer of theirs, parcels and notes to nobody."""
    for kind in ("letter", "card"):
        handler(kind, peer=lambda payload: f"to:{payload['id']}")(lambda payload: None)
    handler("parcel")(lambda payload: None)


def names(jobs: list[Job]) -> list[tuple[str, str]]:
    return [(job.kind, job.payload["id"]) for job in jobs]


@pytest.mark.usefixtures("peers")
def test_all_that_speak_to_a_peer_are_put_off() -> None:
    enqueue(kind="letter", payload={"id": "1"})
    (running,) = claim()
    for kind, name in (("letter", "1"), ("card", "1"), ("letter", "12"), ("parcel", "1")):
        enqueue(kind=kind, payload={"id": name})
    later = timezone.now() + timedelta(hours=2)
    enqueue(kind="letter", payload={"id": "1"}, run_at=later)
    until = timezone.now() + timedelta(hours=1)
    put_off(peer="to:1", until=until)
    assert names(claim(limit=9)) == [("letter", "12"), ("parcel", "1")]
    assert Job.objects.get(pk=running.pk).state == "running"
    assert Job.objects.filter(run_at=until, state="waiting").count() == 2
    assert Job.objects.filter(run_at=later).count() == 1


@pytest.mark.usefixtures("peers")
def test_what_was_put_off_is_pulled_forward() -> None:
    """But for what waits longer than that, for reasons of its own, and what is another's."""
    until = timezone.now() + timedelta(hours=1)
    for name in ("1", "2"):
        enqueue(kind="letter", payload={"id": name})
        put_off(peer=f"to:{name}", until=until)
    enqueue(kind="card", payload={"id": "1"}, run_at=until + timedelta(hours=1))
    assert claim(limit=9) == []
    pull_forward(peer="to:1", until=until)
    assert names(claim(limit=9)) == [("letter", "1")]
    assert Job.objects.filter(state="waiting").count() == 2


@pytest.mark.usefixtures("peers")
@pytest.mark.parametrize("move", [put_off, pull_forward])
def test_ten_thousand_are_moved_in_one_statement_by_an_index(move: Callable[..., None]) -> None:
    enqueue_many(kind="letter", payloads=[{"id": "1"}] * 10_000)
    enqueue_many(kind="parcel", payloads=[{"id": "1"}] * 10_000)
    enqueue(kind="letter", payload={"id": "2"})
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE jobs_job")
        with CaptureQueriesContext(connection) as captured:
            move(peer="to:2", until=timezone.now() + timedelta(hours=1))
        (update,) = [query["sql"] for query in captured if query["sql"].startswith("UPDATE")]
        explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} {update}")
        assert "jobs_of_peer" in str(cursor.fetchall())


REPORTS: list[Callable[[Job], None]] = [
    complete,
    extend,
    go_on,
    release,
    lambda job: fail(job, ValueError()),
    lambda job: abandon(job, ValueError()),
]


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("change", [{"fence": 2}, {"state": "done", "lease_until": None}])
def test_every_report_is_fenced(report: Callable[[Job], None], change: dict[str, object]) -> None:
    job = claimed()
    Job.objects.update(**change)
    before = Job.objects.values().get()
    with pytest.raises(LeaseLost):
        report(job)
    assert Job.objects.values().get() == before


def test_a_dead_job_is_brought_back_with_all_its_attempts() -> None:
    abandon(claimed(), Abandon("no"))
    job = Job.objects.get()
    assert retry(job) is True
    assert claim() == [job]
    job.refresh_from_db()
    assert (job.attempts, job.finished_at, job.fence) == (1, None, 2)


@pytest.mark.parametrize("state", ["waiting", "done"])
def test_only_a_dead_job_is_brought_back(state: str) -> None:
    enqueue(kind="note", payload={"id": "a"})
    Job.objects.update(state=state)
    assert retry(Job.objects.get()) is False
    assert Job.objects.get().state == state


def state_and_time(job: Job) -> tuple[str, datetime]:
    job.refresh_from_db()
    return job.state, job.run_at


def test_a_failed_job_hands_over_to_its_waiting_twin() -> None:
    job = claimed("k")
    later = timezone.now() + timedelta(days=1)
    twin = enqueue(kind="note", payload={"id": "a"}, dedupe_key="k", run_at=later)
    assert twin is not None
    fail(job, ValueError())
    assert state_and_time(job)[0] == "done"
    assert "Superseded" in job.last_error
    state, run_at = state_and_time(twin)
    assert state == "waiting"
    assert run_at < timezone.now() + timedelta(seconds=6)


def test_the_twin_keeps_an_earlier_time() -> None:
    job = claimed("k")
    twin = enqueue(kind="note", payload={"id": "a"}, dedupe_key="k")
    assert twin is not None
    due = twin.run_at
    fail(job, ValueError(), retry_after=500)
    assert state_and_time(twin) == ("waiting", due)


def test_a_released_job_hands_over_too() -> None:
    job = claimed("k")
    enqueue(kind="note", payload={"id": "a"}, dedupe_key="k")
    release(job)
    assert sorted(Job.objects.values_list("state", flat=True)) == ["done", "waiting"]


def test_a_dead_job_with_a_waiting_twin_stays_down() -> None:
    job = claimed("k")
    abandon(job, Abandon("no"))
    enqueue(kind="note", payload={"id": "a"}, dedupe_key="k")
    assert retry(job) is False
    assert sorted(Job.objects.values_list("state", flat=True)) == ["done", "waiting"]

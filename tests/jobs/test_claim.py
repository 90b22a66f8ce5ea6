import threading
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.claiming import LEASE, claim, due_jobs, expired_leases
from jobs.errors import LeaseLost
from jobs.models import Job
from jobs.registry import handler
from jobs.services import complete, enqueue, enqueue_many
from tests.support.threads import together

pytestmark = pytest.mark.usefixtures("ran")


def add(name: str, **more: object) -> Job:
    job = enqueue(kind="note", payload={"id": name}, **more)  # type: ignore[arg-type]
    assert job is not None
    return job


def names(jobs: list[Job]) -> list[str]:
    return [job.payload["id"] for job in jobs]


@pytest.mark.django_db(transaction=True)
def test_sixteen_claimers_get_each_of_200_jobs_once() -> None:
    enqueue_many(kind="note", payloads=[{"id": str(number)} for number in range(200)])

    def take(number: int) -> list[int]:
        taken: list[int] = []
        while jobs := claim(limit=1 + number % 3):
            taken += [job.pk for job in jobs]
        return taken

    counted = Counter(sum(together(16, take), []))
    assert len(counted) == 200
    assert set(counted.values()) == {1}
    assert set(Job.objects.values_list("state", "fence", "attempts")) == {("running", 1, 1)}


@pytest.mark.django_db(transaction=True)
def test_a_claim_does_not_wait_for_another() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    enqueue_many(kind="note", payloads=[{"id": "a"}, {"id": "b"}])
    held, done = threading.Event(), threading.Event()

    def slow() -> list[Job]:
        with transaction.atomic():
            jobs = claim()
            held.set()
            assert done.wait(5), "the other one waited for us"
        return jobs

    def quick() -> list[Job]:
        held.wait(5)
        jobs = claim()
        done.set()
        return jobs

    first, second = together(2, lambda number: quick() if number else slow())
    assert names(first + second) == ["a", "b"]


@pytest.mark.django_db(transaction=True)
def test_a_lease_that_ran_out_is_taken_over_by_one() -> None:
    add("a")
    claim()
    with time_machine.travel(timezone.now() + LEASE, tick=True):
        taken = sum(together(8, lambda number: claim(limit=2)), [])
    assert [(job.fence, job.attempts) for job in taken] == [(2, 2)]


@pytest.mark.django_db
def test_a_claim_marks_row_and_object_alike() -> None:
    add("a")
    with time_machine.travel(timezone.now(), tick=False):
        (job,) = claim(lease=timedelta(seconds=7))
        row = Job.objects.get()
        assert row.lease_until == timezone.now() + timedelta(seconds=7)
    for field in ("state", "attempts", "fence", "lease_until"):
        assert getattr(job, field) == getattr(row, field)


@pytest.mark.django_db
def test_priority_goes_first_then_time_then_order_of_asking() -> None:
    now = timezone.now()
    add("late", run_at=now)
    add("early", run_at=now - timedelta(hours=1))
    add("urgent", priority=1)
    add("same1", run_at=now - timedelta(minutes=5))
    add("same2", run_at=now - timedelta(minutes=5))
    assert names(claim(limit=2)) == ["urgent", "early"]
    assert names(claim(limit=9)) == ["same1", "same2", "late"]


@pytest.mark.django_db
def test_a_flood_of_mails_delays_no_mirror() -> None:
    handler("mail", priority=50)(lambda payload: None)
    handler("mirror", priority=40)(lambda payload: None)
    enqueue_many(kind="mail", payloads=[{"id": str(number)} for number in range(10_000)])
    enqueue(kind="mirror", payload={"id": "a"})
    assert names(claim()) == ["a"]
    assert names(claim()) == ["0"]


@pytest.mark.django_db
def test_an_urgent_claim_takes_what_goes_before_mails() -> None:
    """By kind and by job: a mail that somebody waits for is in front, and a mail even so."""
    handler("mail", priority=50)(lambda payload: None)
    handler("mirror", priority=40)(lambda payload: None)
    enqueue(kind="mail", payload={"id": "code"}, priority=10)
    enqueue(kind="mirror", payload={"id": "some-day"}, priority=90)
    enqueue(kind="mirror", payload={"id": "now"})
    assert names(claim(limit=5, urgent=True)) == ["now"]
    assert names(claim(limit=5)) == ["code", "some-day"]


@pytest.mark.django_db
def test_a_lost_lease_takes_its_place_in_the_order() -> None:
    add("lost", priority=20)
    claim()
    add("after", priority=30)
    add("before", priority=10)
    with time_machine.travel(timezone.now() + LEASE):
        assert names(claim(limit=2)) == ["before", "lost"]


@pytest.mark.django_db
def test_what_is_not_due_is_left() -> None:
    job = add("a", run_at=timezone.now() + timedelta(minutes=1))
    assert claim() == []
    with time_machine.travel(job.run_at):
        assert claim() == [job]


@pytest.mark.django_db
def test_a_kind_unknown_here_is_left_alone() -> None:
    """In a rolling upgrade old workers meet new kinds: waiting ones, crashed ones, poison."""
    terms = {"priority": 0, "max_attempts": 1, "payload": {}}
    long_ago = timezone.now() - timedelta(days=1)
    Job.objects.create(kind="new", run_at=long_ago, **terms)
    running = {"state": "running", "attempts": 1, "lease_until": long_ago}
    Job.objects.create(kind="new", **running, **terms)
    before = list(Job.objects.order_by("pk").values())
    known = add("a")
    assert claim(limit=9) == [known]
    assert list(Job.objects.filter(kind="new").order_by("pk").values()) == before


@pytest.mark.django_db
def test_the_old_holder_of_a_lost_lease_can_change_nothing() -> None:
    add("a")
    (old,) = claim()
    with time_machine.travel(timezone.now() + LEASE):
        (new,) = claim()
        assert (new.pk, new.fence) == (old.pk, old.fence + 1)
        with pytest.raises(LeaseLost):
            complete(old)
        assert Job.objects.get().state == "running"
        complete(new)
    assert Job.objects.get().state == "done"


@pytest.mark.django_db
def test_a_lease_is_good_until_it_runs_out() -> None:
    add("a")
    claim()
    with time_machine.travel(timezone.now() + LEASE - timedelta(seconds=5)):
        assert claim() == []


@pytest.mark.django_db
def test_poison_dies_after_its_attempts() -> None:
    add("poison")  # three attempts
    now = timezone.now()
    for attempt in range(3):
        with time_machine.travel(now + attempt * 2 * LEASE):
            assert names(claim()) == ["poison"]
    with time_machine.travel(now + 6 * LEASE):
        fresh = add("fresh")
        assert claim() == [fresh]
    dead = Job.objects.get(state="dead")
    assert dead.payload["id"] == "poison"
    assert (dead.attempts, dead.lease_until) == (3, None)
    assert dead.finished_at is not None
    assert "never reported" in dead.last_error


@pytest.mark.django_db
def test_who_comes_back_after_the_burial_is_too_late() -> None:
    job = add("slow")
    Job.objects.update(max_attempts=1)
    (job,) = claim()
    with time_machine.travel(timezone.now() + LEASE):
        assert claim() == []
        with pytest.raises(LeaseLost):
            complete(job)
    assert Job.objects.get().state == "dead"


@pytest.mark.django_db
def test_the_number_of_statements_does_not_grow_with_the_jobs() -> None:
    def statements(limit: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(claim(limit=limit)) == limit
        return len(captured)

    enqueue_many(kind="note", payloads=[{"id": str(number)} for number in range(61)])
    assert statements(1) == statements(60) <= 6


@pytest.mark.django_db
def test_claiming_goes_by_the_indexes() -> None:
    now = timezone.now()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Small or freshly emptied tables have cheaper ways than large ones.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    due = due_jobs(now, ["note", "other"])[:5].explain()
    assert "jobs_due" in due
    assert "TEMP B-TREE" not in due
    assert "Sort" not in due
    assert "jobs_leases" in expired_leases(now, ["note", "other"])[:5].explain()

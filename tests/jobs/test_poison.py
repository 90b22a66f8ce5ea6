"""A job that kills its worker each time is kept apart long before its attempts are used up."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from jobs.claiming import EXPIRED_PORTION, LEASE, MOST_LOST, SUSPECT, claim
from jobs.models import Job
from jobs.registry import handler
from jobs.services import complete, enqueue, enqueue_many, fail, note_progress, retry
from jobs.worker import run_due
from tests.support.threads import together

ROOT = Path(__file__).resolve().parents[2]


def add_poison() -> Job:
    job = enqueue(kind="note", payload={"id": "poison"}, priority=1)
    assert job is not None
    Job.objects.filter(pk=job.pk).update(max_attempts=60)
    return job


def die_of_it() -> int:
    database = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "tests.jobs.poisoned_worker", database]
    return subprocess.run(command, cwd=ROOT, timeout=60).returncode


@pytest.mark.django_db(transaction=True)
def test_a_job_that_kills_its_workers_is_kept_apart(ran: list[str]) -> None:
    poison = add_poison()
    enqueue(kind="note", payload={"id": "good"})
    Job.objects.filter(pk=poison.pk).update(attempts=MOST_LOST - 3, lost_leases=MOST_LOST - 3)
    for _ in range(3):
        assert die_of_it() == -signal.SIGKILL
    with time_machine.travel(timezone.now() + LEASE):
        run_due()
    assert ran == ["good"]
    poison.refresh_from_db()
    assert (poison.state, poison.attempts) == ("dead", MOST_LOST)
    assert "never reported" in poison.last_error
    assert retry(poison)
    poison.refresh_from_db()
    assert (poison.state, poison.lost_leases) == ("waiting", 0)
    with time_machine.travel(timezone.now() + timedelta(seconds=1)):
        run_due()
    assert ran == ["good", "poison"]  # its handler here is a good one


def lose(times: int, start: timedelta) -> None:
    """So many workers take it and are not heard of again."""
    for number in range(times):
        with time_machine.travel(timezone.now() + start + number * 2 * LEASE):
            assert claim()


@pytest.mark.django_db
def test_reports_in_between_count_from_nothing_again(ran: list[str]) -> None:
    add_poison()
    lose(MOST_LOST, timedelta(0))
    (job,) = Job.objects.all()
    fail(job, ValueError())
    assert Job.objects.get().lost_leases == 0
    lose(MOST_LOST, timedelta(hours=1))
    complete(Job.objects.get())
    assert Job.objects.get().state == "done"


def lose_four(times: int) -> None:
    enqueue_many(kind="note", payloads=[{"id": str(number)} for number in range(4)])
    Job.objects.update(max_attempts=60)
    for number in range(times):
        with time_machine.travel(timezone.now() + number * 2 * LEASE):
            assert len(claim(limit=9)) == 4


@pytest.mark.django_db
def test_nobody_goes_down_with_it(ran: list[str]) -> None:
    """A worker runs several at once: which of them killed it shows when they run by themselves."""
    lose_four(SUSPECT)
    poison = "2"
    for number in range(40):
        with time_machine.travel(timezone.now() + (SUSPECT + number) * 2 * LEASE):
            taken = claim(limit=9)
            if poison not in [job.payload["id"] for job in taken]:
                for job in taken:
                    complete(job)
    states = {job.payload["id"]: job.state for job in Job.objects.all()}
    assert states == {"0": "done", "1": "done", "2": "dead", "3": "done"}


def suspect(kind: str = "note", *, priority: int = 50, lost: int = SUSPECT + 2) -> Job:
    """One whose worker has died so often, and just now again."""
    return Job.objects.create(
        kind=kind,
        priority=priority,
        state="running",
        max_attempts=60,
        lost_leases=lost,
        run_at=timezone.now() - timedelta(hours=1),
        lease_until=timezone.now() - timedelta(seconds=1),
    )


@pytest.mark.django_db(transaction=True)
def test_suspects_run_one_at_a_time(ran: list[str]) -> None:
    """Whoever claims what: reserved threads take urgent kinds alone."""
    handler("urgent", priority=40)(lambda payload: None)
    for _ in range(5):
        Job.objects.all().delete()
        for kind in ("note", "urgent") * 2:
            suspect(kind)
        good = enqueue(kind="note", payload={"id": "good"})
        taken = sum(together(6, lambda number: claim(urgent=number % 2 == 0)), [])
        assert len(taken) == 2
        assert good in taken


@pytest.mark.django_db
def test_what_came_further_is_no_suspect_any_more(ran: list[str]) -> None:
    suspect(), suspect()
    (first,) = claim(limit=9)
    assert claim(limit=9) == []
    note_progress(first)
    assert len(claim(limit=9)) == 1


@pytest.mark.django_db
def test_of_suspects_the_most_urgent_runs_first(ran: list[str]) -> None:
    last, first = suspect(priority=80), suspect(priority=40)
    enqueue_many(kind="note", payloads=[{"id": str(number)} for number in range(3)])
    (taken,) = claim()
    assert taken == first
    complete(taken)
    assert last not in claim(limit=3)
    assert claim() == [last]


@pytest.mark.django_db
def test_suspects_that_rest_hide_nobody(ran: list[str]) -> None:
    for _ in range(EXPIRED_PORTION + 2):
        suspect()
    innocent = suspect(lost=0)
    assert innocent in claim(limit=2)

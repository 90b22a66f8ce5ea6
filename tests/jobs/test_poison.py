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

from jobs.models import Job
from jobs.services import LEASE, MOST_LOST, claim, complete, enqueue, fail, retry
from jobs.worker import run_due

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

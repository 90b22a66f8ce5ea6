import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from jobs.claiming import LEASE
from jobs.models import Job
from jobs.services import enqueue
from jobs.worker import run_due

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def stuck_worker() -> Iterator[subprocess.Popen[str]]:
    """A worker process on the test's database; killed at the end of the block at the latest."""
    command = [sys.executable, "-m", "tests.jobs.stuck_worker"]
    database = str(connection.settings_dict["NAME"])
    with subprocess.Popen(
        [*command, database], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.django_db(transaction=True)
def test_a_killed_workers_job_is_done_by_another_after_the_lease(ran: list[str]) -> None:
    enqueue(kind="note", payload={"id": "a"})
    with stuck_worker() as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running a\n"
        process.kill()  # SIGKILL: no handler, no finally, no report
        assert process.wait(10) == -9
    job = Job.objects.get(kind="note")  # the worker has planned its housekeeping too
    assert (job.state, job.attempts, job.fence) == ("running", 1, 1)
    assert run_due() == 0
    assert ran == []
    with time_machine.travel(timezone.now() + LEASE):
        assert run_due() == 1
    assert ran == ["a"]
    job.refresh_from_db()
    assert (job.state, job.attempts, job.fence) == ("done", 2, 2)

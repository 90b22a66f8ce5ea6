import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from jobs.claiming import LEASE, claim
from jobs.errors import Abandon, Continue, Retry
from jobs.execution import came_further, execute
from jobs.models import Job
from jobs.registry import Payload, handler
from jobs.services import enqueue


def run_one(function: Callable[[Payload], None]) -> Job:
    handler("x", max_attempts=3)(function)
    enqueue(kind="x", payload={"id": "a"})
    execute(claim()[0])
    return Job.objects.get()


def raising(error: BaseException) -> Callable[[Payload], None]:
    def function(payload: Payload) -> None:
        raise error

    return function


@pytest.mark.django_db
def test_the_handler_gets_the_payload() -> None:
    seen: list[Payload] = []
    assert run_one(seen.append).state == "done"
    assert seen == [{"id": "a"}]


@pytest.mark.django_db
def test_what_goes_on_where_it_stood_is_no_poison() -> None:
    seen: list[tuple[int, int]] = []

    def go_on(payload: Payload) -> None:
        for _ in range(2):
            job = Job.objects.get()
            seen.append((job.attempts, job.lost_leases))
            came_further()

    handler("x")(go_on)
    enqueue(kind="x", payload={"id": "a"})
    Job.objects.update(attempts=40, lost_leases=3)
    execute(claim()[0])
    assert seen == [(41, 3), (1, 0)]
    came_further()  # outside a job it says nothing


@pytest.mark.django_db(transaction=True)
def test_the_handler_runs_outside_any_transaction() -> None:
    inside: list[bool] = []
    run_one(lambda payload: inside.append(connection.in_atomic_block))
    assert inside == [False]


@pytest.mark.django_db
@pytest.mark.parametrize("error", [ValueError("a@b.example"), SystemExit(3), Retry(reason="busy")])
def test_an_error_means_another_attempt(error: BaseException) -> None:
    job = run_one(raising(error))
    assert job.state == "waiting"
    assert type(error).__name__ in job.last_error
    assert "@" not in job.last_error


@pytest.mark.django_db
def test_retry_names_its_time() -> None:
    with time_machine.travel(timezone.now(), tick=False):
        now = timezone.now()
        job = run_one(raising(Retry(after=900, reason="busy")))
    assert now + timedelta(seconds=900) <= job.run_at <= now + timedelta(seconds=990)
    assert job.last_error == "jobs.errors.Retry: busy"


@pytest.mark.django_db
def test_abandon_is_death() -> None:
    assert run_one(raising(Abandon("gone"))).state == "dead"


@pytest.mark.django_db
def test_who_got_somewhere_goes_on_with_all_attempts() -> None:
    left = [1, 2, 3, 4, 5]  # more than there are attempts

    def do_one(payload: Payload) -> None:
        left.pop()
        if left:
            raise Continue

    handler("x", max_attempts=3)(do_one)
    handler("y")(lambda payload: None)
    enqueue(kind="x", payload={})
    enqueue(kind="y", payload={})
    execute(claim()[0])
    assert claim()[0].kind == "y"  # which was due before the rest
    for _ in range(4):
        execute(claim()[0])
    assert Job.objects.get(kind="x").state == "done"


@pytest.mark.django_db
def test_an_interrupted_job_is_given_back() -> None:
    with pytest.raises(KeyboardInterrupt):
        run_one(raising(KeyboardInterrupt()))
    job = Job.objects.get()
    assert (job.state, job.attempts) == ("waiting", 0)


@pytest.mark.django_db
def test_a_lost_lease_is_told_and_nothing_is_changed(caplog: pytest.LogCaptureFixture) -> None:
    def sleep_through_the_lease(payload: Payload) -> None:
        with time_machine.travel(timezone.now() + LEASE):
            claim()

    job = run_one(sleep_through_the_lease)
    assert (job.state, job.fence) == ("running", 2)
    assert "lease lost" in caplog.text


@pytest.mark.django_db
def test_the_unexpected_is_logged_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        run_one(raising(KeyError("x")))
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info is not None
    assert record.exc_info[0] is KeyError

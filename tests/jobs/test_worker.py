import threading
import time
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from jobs.models import Job
from jobs.registry import Payload, handler, schedule
from jobs.services import enqueue, enqueue_many
from jobs.worker import Worker, run_due
from tests.jobs.threads import working
from tests.support.threads import eventually, together


def states() -> dict[str, str]:
    return {job.payload.get("id", ""): job.state for job in Job.objects.all()}


@pytest.mark.django_db(transaction=True)
def test_it_runs_everything_once(ran: list[str]) -> None:
    names = [f"id-{number}" for number in range(60)]
    enqueue_many(kind="note", payloads=[{"id": name} for name in names])
    with working(threads=4):
        eventually(lambda: Job.objects.filter(state="done").count() == 60)
    assert sorted(ran) == sorted(names)


@pytest.mark.django_db(transaction=True)
def test_several_workers_share(ran: list[str]) -> None:
    names = [f"id-{number}" for number in range(60)]
    enqueue_many(kind="note", payloads=[{"id": name} for name in names])
    with working(threads=2), working(threads=2), working(threads=2):
        eventually(lambda: Job.objects.filter(state="done").count() == 60)
    assert sorted(ran) == sorted(names)


@pytest.mark.django_db(transaction=True)
def test_mails_that_hang_leave_threads_for_a_mirror(ran: list[str]) -> None:
    hanging, go_on = threading.Semaphore(0), threading.Event()

    def hang(payload: Payload) -> None:
        hanging.release()
        go_on.wait(30)

    handler("mail")(hang)
    handler("mirror", priority=40)(lambda payload: ran.append(payload["id"]))
    enqueue_many(kind="mail", payloads=[{"id": f"mail-{n}"} for n in range(10)])
    with working(threads=4, reserved=2):
        try:
            for _ in range(2):
                assert hanging.acquire(timeout=10)
            enqueue(kind="mirror", payload={"id": "a"})
            eventually(lambda: states()["a"] == "done")
            assert Job.objects.filter(kind="mail", state="running").count() == 2
        finally:
            go_on.set()
        eventually(lambda: set(states().values()) == {"done"})


@pytest.mark.django_db(transaction=True)
def test_an_idle_worker_finds_new_work(ran: list[str]) -> None:
    with working():
        time.sleep(0.1)
        enqueue(kind="note", payload={"id": "a"})
        eventually(lambda: states() == {"a": "done"})


@pytest.mark.django_db(transaction=True)
def test_stopping_finishes_what_runs_and_begins_nothing() -> None:
    running, go_on = threading.Barrier(3), threading.Event()

    def wait(payload: Payload) -> None:
        running.wait(10)
        go_on.wait(10)

    handler("wait")(wait)
    enqueue_many(kind="wait", payloads=[{"id": name} for name in "abcd"])
    with working(threads=2) as stop:
        running.wait(10)
        stop.set()
        go_on.set()
    assert states() == {"a": "done", "b": "done", "c": "waiting", "d": "waiting"}
    assert set(Job.objects.filter(state="waiting").values_list("attempts", flat=True)) == {0}


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_finished_is_given_back_at_once(ran: list[str]) -> None:
    running, go_on = threading.Event(), threading.Event()

    def hang(payload: Payload) -> None:
        running.set()
        go_on.wait(30)

    handler("hang")(hang)
    enqueue(kind="hang", payload={"id": "a"})
    enqueue(kind="note", payload={"id": "b"})
    try:
        with working(threads=2, patience=0.1):
            assert running.wait(10)
            eventually(lambda: states()["b"] == "done")
        job = Job.objects.get(kind="hang")
        assert (job.state, job.attempts, job.lease_until) == ("waiting", 0, None)
        assert states()["b"] == "done"
    finally:
        go_on.set()
    eventually(lambda: not hanging_threads())
    assert states()["a"] == "waiting"  # what the old thread reported was refused


def hanging_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("jobs-")]


@pytest.mark.django_db(transaction=True)
def test_what_was_claimed_as_the_stop_came_is_released(ran: list[str]) -> None:
    class StopOnSecondLook(threading.Event):
        """Set as soon as the runner has claimed: it looks before the claim and after it."""

        def is_set(self) -> bool:
            if Job.objects.filter(state="running").exists():
                self.set()
            return super().is_set()

    enqueue(kind="note", payload={"id": "a"})
    with working(stop=StopOnSecondLook()) as stop:
        assert stop.wait(10)
    assert ran == []
    job = Job.objects.get()
    assert (job.state, job.attempts, job.fence) == ("waiting", 0, 1)


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_keeps_a_long_job() -> None:
    lease = timedelta(seconds=0.6)
    runs: list[str] = []
    leases: set[object] = set()

    def outlast(payload: Payload) -> None:
        runs.append(payload["id"])
        until = time.perf_counter() + 1.0
        while time.perf_counter() < until:
            leases.add(Job.objects.get().lease_until)
            time.sleep(0.02)

    handler("long")(outlast)
    enqueue(kind="long", payload={"id": "a"})
    with working(lease=lease), working(lease=lease):
        eventually(lambda: states() == {"a": "done"})
    assert runs == ["a"]
    assert len(leases) >= 3
    assert Job.objects.get().fence == 1


@pytest.mark.django_db(transaction=True)
def test_a_failing_job_does_not_stop_the_worker(ran: list[str]) -> None:
    def fail(payload: Payload) -> None:
        raise ValueError

    handler("bad", priority=0)(fail)
    enqueue(kind="bad", payload={"id": "bad"})
    enqueue(kind="note", payload={"id": "good"})
    with working():
        eventually(lambda: states() == {"bad": "waiting", "good": "done"})


@pytest.mark.django_db(transaction=True)
def test_it_plans_the_schedules(ran: list[str]) -> None:
    schedule("note", every=timedelta(days=1))
    with working(), working():
        eventually(Job.objects.exists)
    assert Job.objects.get().period is not None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.django_db(transaction=True)
def test_a_dead_thread_ends_the_worker() -> None:
    class BreaksRunners(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if threading.current_thread().name.startswith("jobs-"):
                raise SystemExit  # ends a thread without a sound
            return super().wait(timeout)

    worker = Worker(stop=BreaksRunners(), threads=2)
    with pytest.raises(RuntimeError, match="died"):
        together(1, lambda number: worker.run())


@pytest.mark.django_db
def test_run_due_runs_what_is_due_and_what_that_brings(ran: list[str]) -> None:
    @handler("parent")
    def bring_another(payload: Payload) -> None:
        enqueue(kind="note", payload={"id": "child"})

    enqueue(kind="parent", payload={})
    enqueue(kind="note", payload={"id": "later"}, run_at=timezone.now() + timedelta(hours=1))
    assert run_due() == 2
    assert ran == ["child"]
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        assert run_due() == 1
    assert ran == ["child", "later"]


@pytest.mark.django_db
def test_run_due_stops_at_its_limit(ran: list[str]) -> None:
    enqueue_many(kind="note", payloads=[{"id": name} for name in "abc"])
    assert run_due(limit=2) == 2
    assert ran == ["a", "b"]

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs import services
from jobs.claiming import claim
from jobs.errors import UnknownKind
from jobs.models import Job
from jobs.registry import handler
from jobs.services import complete, enqueue, enqueue_many
from tests.support.threads import together

pytestmark = pytest.mark.usefixtures("ran")


@pytest.mark.django_db
def test_it_waits_with_the_terms_of_its_kind() -> None:
    handler("other", max_attempts=4, priority=7)(lambda payload: None)
    job = enqueue(kind="other", payload={"id": "a"})
    assert job is not None
    job.refresh_from_db()
    assert (job.state, job.priority, job.max_attempts, job.payload) == (
        "waiting",
        7,
        4,
        {"id": "a"},
    )
    assert job.run_at <= timezone.now()


@pytest.mark.django_db
def test_run_at_and_priority_can_be_given() -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    job = enqueue(kind="note", payload={}, run_at=tomorrow, priority=0)
    assert job is not None
    assert (job.run_at, job.priority) == (tomorrow, 0)


@pytest.mark.django_db
def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownKind):
        enqueue(kind="typo", payload={})
    assert not Job.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "more", [{"payload": {"to": "a@b.example"}}, {"payload": {}, "dedupe_key": "a@b.example"}]
)
def test_personal_data_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="ids and digests"):
        enqueue(kind="note", **more)  # type: ignore[arg-type]
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_goes_with_the_callers_transaction() -> None:
    class Undo(Exception):
        pass

    with pytest.raises(Undo), transaction.atomic():
        enqueue(kind="note", payload={"id": "a"})
        enqueue(kind="note", payload={"id": "b"}, dedupe_key="k")
        enqueue_many(kind="note", payloads=[{"id": "c"}])
        assert Job.objects.count() == 3
        raise Undo
    assert not Job.objects.exists()
    assert claim() == []


@pytest.mark.django_db
def test_asking_twice_while_one_waits_makes_one() -> None:
    first = enqueue(kind="note", payload={"id": "a"}, dedupe_key="k")
    assert enqueue(kind="note", payload={"id": "a"}, dedupe_key="k") is None
    assert enqueue(kind="note", payload={"id": "b"}, dedupe_key="l") is not None
    assert Job.objects.get(dedupe_key="k") == first


@pytest.mark.django_db
def test_a_running_one_does_not_stand_in_the_way() -> None:
    enqueue(kind="note", payload={"id": "a"}, dedupe_key="k")
    (job,) = claim()
    assert enqueue(kind="note", payload={"id": "a"}, dedupe_key="k") is not None
    complete(job)
    assert enqueue(kind="note", payload={"id": "a"}, dedupe_key="k") is None
    assert Job.objects.count() == 2


@pytest.mark.django_db
def test_many_are_enqueued_with_few_statements() -> None:
    def statements(count: int, **more: object) -> int:
        payloads = [{"id": f"{count}-{n}"} for n in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            enqueue_many(kind="note", payloads=payloads, **more)  # type: ignore[arg-type]
        return len(captured)

    assert statements(1) == statements(60)
    keyed = {"dedupe_key": lambda payload: payload["id"]}
    assert statements(2, **keyed) == statements(61, **keyed)
    assert Job.objects.count() == 1 + 60 + 2 + 61


@pytest.mark.django_db
def test_many_are_deduplicated() -> None:
    enqueue(kind="note", payload={"id": "b"}, dedupe_key="b")
    payloads = [{"id": name} for name in ("c", "b", "a", "c")]
    enqueue_many(kind="note", payloads=payloads, dedupe_key=lambda payload: payload["id"])
    assert sorted(job.payload["id"] for job in Job.objects.all()) == ["a", "b", "c"]


@pytest.mark.django_db(transaction=True)
def test_racing_callers_make_one_job_a_key() -> None:
    keys = [f"key-{number}" for number in range(10)]

    def ask(number: int) -> list[str]:
        made = [key for key in keys if enqueue(kind="note", payload={"id": key}, dedupe_key=key)]
        return made

    made = sum(together(12, ask), [])
    assert sorted(made) == keys
    assert sorted(job.dedupe_key or "" for job in Job.objects.all()) == keys


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("batch", [1, 1000])
def test_racing_batches_make_one_job_a_key(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In opposite orders, a statement a key: if we did not sort the keys, they would deadlock."""
    monkeypatch.setattr(services, "BATCH", batch)
    payloads = [{"id": f"key-{number}"} for number in range(40)]

    def ask(number: int) -> None:
        mine = payloads if number % 2 else payloads[::-1]
        enqueue_many(kind="note", payloads=mine, dedupe_key=lambda payload: payload["id"])

    together(8, ask)
    assert Job.objects.count() == 40


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("many", [False, True])
def test_a_waiting_twin_does_not_run_before_the_caller_has_committed(many: bool) -> None:
    """Else it could run on the old data, and nobody would come for the new."""
    enqueue(kind="note", payload={"id": "a"}, dedupe_key="k")
    asked, tried, committing = threading.Event(), threading.Event(), threading.Event()

    def caller() -> bool:
        with transaction.atomic():
            if many:
                enqueue_many(kind="note", payloads=[{"id": "a"}], dedupe_key=lambda payload: "k")
            else:
                assert enqueue(kind="note", payload={"id": "a"}, dedupe_key="k") is None
            asked.set()
            tried.wait(0.3)  # SQLite makes the claim wait for us: then nobody has tried
            committing.set()
        return True

    def claimer() -> bool:
        asked.wait(10)
        while not claim():
            tried.set()
        return committing.is_set()

    assert together(2, lambda number: claimer() if number else caller()) == [True, True]
    assert Job.objects.count() == 1

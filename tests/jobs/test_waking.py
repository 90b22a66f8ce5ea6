import pytest
from django.db import transaction

from jobs import waking
from jobs.models import Job
from jobs.services import enqueue, enqueue_many

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ran")]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many jobs others could see whenever the waker was called."""
    counts: list[int] = []
    monkeypatch.setattr(waking, "_wakers", [])
    waking.wake_by(lambda: counts.append(Job.objects.count()))
    return counts


def test_others_are_told_once_they_can_see_the_job(seen: list[int]) -> None:
    enqueue(kind="note", payload={"id": "a"})
    enqueue(kind="note", payload={"id": "b"}, dedupe_key="b")
    enqueue_many(kind="note", payloads=[{"id": "c"}, {"id": "d"}])
    assert seen == [1, 2, 4]
    with transaction.atomic():
        enqueue(kind="note", payload={"id": "e"})
        enqueue_many(kind="note", payloads=[{"id": "f"}], dedupe_key=lambda payload: payload["id"])
        assert seen == [1, 2, 4]
    assert seen[3:] == [6, 6]


def test_of_what_was_taken_back_nobody_is_told(seen: list[int]) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enqueue(kind="note", payload={"id": "a"})
        enqueue_many(kind="note", payloads=[{"id": "b"}])
        _ = 1 / 0
    assert seen == []


def test_a_waker_that_fails_costs_no_job(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ConnectionError

    monkeypatch.setattr(waking, "_wakers", [fail])
    with transaction.atomic():
        enqueue(kind="note", payload={"id": "a"})
    assert Job.objects.count() == 1
    assert "ConnectionError" in caplog.text

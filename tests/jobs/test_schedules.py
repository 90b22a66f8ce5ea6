from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from jobs.claiming import claim
from jobs.models import Job
from jobs.registry import handler, schedule
from jobs.schedules import EPOCH, Planner, ensure_job, next_period
from jobs.services import complete, fail
from jobs.worker import run_due
from tests.support.threads import together

HOUR = timedelta(hours=1)
NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def hourly() -> list[datetime]:
    """When the hourly kind ran."""
    times: list[datetime] = []
    handler("hourly")(lambda payload: times.append(datetime.now(UTC)))
    schedule("hourly", every=HOUR)
    return times


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(timedelta(seconds=1), timedelta(days=400)),
)
def test_the_next_period_is_the_next_multiple(now: datetime, every: timedelta) -> None:
    period = next_period(now, every)
    assert now < period <= now + every
    assert (period - EPOCH) % every == timedelta(0)


@pytest.mark.django_db(transaction=True)
def test_racing_workers_make_one_job_a_period(hourly: list[datetime]) -> None:
    planners = [Planner() for _ in range(8)]

    def work(number: int) -> list[int]:
        done = []
        for _ in range(3):
            planners[number].plan()
            for job in claim():
                complete(job)
                done.append(job.pk)
            planners[number].plan()
        return done

    for hour in range(5):
        with time_machine.travel(NOON + hour * HOUR, tick=False):
            done = sum(together(8, work), [])
        assert len(done) == (1 if hour else 0)  # at first there is only the coming period's
    periods = list(Job.objects.order_by("period").values_list("period", flat=True))
    assert periods == [NOON + hour * HOUR for hour in range(1, 6)]
    assert list(Job.objects.order_by("period").values_list("run_at", flat=True)) == periods


@pytest.mark.django_db
@pytest.mark.usefixtures("hourly")
def test_a_worker_whose_clock_is_behind_does_not_double() -> None:
    with time_machine.travel(NOON - HOUR / 2):
        Planner().plan()
    with time_machine.travel(NOON):
        complete(claim()[0])
    with time_machine.travel(NOON - timedelta(seconds=3)):
        Planner().plan()
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_missed_periods_are_not_made_up(hourly: list[datetime]) -> None:
    with time_machine.travel(NOON - HOUR / 2):
        run_due()
    with time_machine.travel(NOON + 50.5 * HOUR):
        assert run_due() == 1
    assert len(hourly) == 1
    assert Job.objects.get(state="waiting").period == NOON + 51 * HOUR


@pytest.mark.django_db
def test_each_period_has_its_run(hourly: list[datetime]) -> None:
    for quarter in range(1, 21):
        with time_machine.travel(NOON + quarter * HOUR / 4, tick=False):
            run_due()
    assert hourly == [NOON + hour * HOUR for hour in range(1, 6)]


@pytest.mark.django_db
def test_a_planner_asks_again_only_for_a_new_period(hourly: list[datetime]) -> None:
    planner = Planner()

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            planner.plan()
        return len(captured)

    with time_machine.travel(NOON, tick=False):
        assert statements() > 0
        assert statements() == 0
    with time_machine.travel(NOON + HOUR, tick=False):
        assert statements() > 0  # the earlier one still waits: not provided for
        assert statements() > 0
        complete(claim()[0])
        assert statements() > 0
        assert statements() == 0
    assert Job.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("hourly")
def test_one_of_a_kind_waits_even_when_the_last_one_failed() -> None:
    assert ensure_job("hourly", NOON)
    with time_machine.travel(NOON, tick=False):
        (job,) = claim()
        assert ensure_job("hourly", NOON + HOUR)
        fail(job, ValueError())
    waiting = Job.objects.get(state="waiting")
    assert waiting.period == NOON + HOUR
    assert waiting.run_at < NOON + timedelta(seconds=6)

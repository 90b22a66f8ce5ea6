"""Many workers at one mirror, and what nobody works on any more."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from jobs.models import Job
from jobs.worker import run_due
from mirror.handlers import IDLE
from mirror.models import MirroredAssertion
from tests.mirror.conftest import pass_time
from tests.mirror.remote import forget_tokens, status
from tests.support.threads import together
from tests.support.worlds import awarded

pytestmark = pytest.mark.django_db(transaction=True)


def test_workers_sign_in_once_and_make_one_class(provider, badge_class, remote) -> None:
    for number in range(8):
        awarded(badge_class, f"{number}@example.org")
    together(4, lambda number: run_due())
    pass_time(hours=0.2)
    assert (len(remote.classes), len(remote.awards)) == (1, 8)
    assert dict(remote.sign_ins) == {"password": 1}
    assert remote.requests("POST", "/assertions") == 8


def test_workers_renew_a_token_that_was_taken_back_once(provider, badge_class, remote) -> None:
    awarded(badge_class)
    run_due()
    remote.fail("POST", "/assertions", forget_tokens)
    for number in range(8):
        awarded(badge_class, f"{number}@example.org")
    together(4, lambda number: run_due())
    pass_time(hours=0.2)
    assert len(remote.awards) == 9
    assert dict(remote.sign_ins) == {"password": 2, "refresh": 1}


def test_two_jobs_for_one_award_make_one(provider, badge_class, remote) -> None:
    """One of an act, one of a retry: they run at the same time."""
    awarded(badge_class)
    job = Job.objects.get(kind="mirror.award")
    Job.objects.bulk_create(
        Job(kind=job.kind, payload=job.payload, priority=1, max_attempts=50) for _ in range(3)
    )
    together(4, lambda number: run_due())
    pass_time(hours=0.2)
    assert (len(remote.awards), remote.requests("POST", "/assertions")) == (1, 1)


def test_what_lies_idle_is_pushed_again(provider, badge_class, remote) -> None:
    """Whatever became of its job."""
    remote.fail("POST", "/assertions", status(500))
    awarded(badge_class)
    run_due()
    assert MirroredAssertion.objects.get().state == "staged"
    Job.objects.filter(kind="mirror.award").delete()
    with time_machine.travel(timezone.now() + IDLE + timedelta(hours=1)):
        run_due()
    assert len(remote.awards) == 1
    assert MirroredAssertion.objects.get().state == "complete"

"""Many workers at one mirror, and what nobody works on any more."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from jobs.claiming import MOST_LOST
from jobs.models import Job
from jobs.worker import run_due
from mirror import queries
from mirror.handlers import IDLE, sweep
from mirror.models import BadgeProvider, MirroredAssertion, MirroredBadgeClass
from mirror.services.providers import choose_badge_class
from tests.mirror.conftest import pass_time
from tests.mirror.remote import forget_tokens, status
from tests.support.threads import together
from tests.support.worlds import SERVER, awarded, issuer_of, person

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


def test_a_class_that_is_chosen_while_it_is_pushed_is_the_chosen_one(
    provider, badge_class, remote
) -> None:
    """The pusher has been told of another one of the same name, and was overtaken."""
    remote.add(remote.classes, {"name": badge_class.name})
    chosen = remote.add(remote.classes, {"name": "Another name"})["entityId"]

    def choose(handler, body) -> bool:
        choice = {"provider": provider, "badge_class": badge_class, "remote_id": chosen}
        together(1, lambda number: choose_badge_class(actor=SERVER, **choice))
        return True

    remote.fail("GET", "/badgeclasses", choose)
    awarded(badge_class)
    run_due()
    pass_time(hours=0.2)
    assert MirroredBadgeClass.objects.get().remote_id == chosen
    assert [row["badgeclass"] for row in remote.awards] == [chosen]


def age() -> None:
    """All that is unfinished has lain idle for long, and its jobs are gone, but for dead ones."""
    idle = timezone.now() - IDLE - timedelta(hours=1)
    MirroredAssertion.objects.update(updated_at=idle, state="staged")
    MirroredBadgeClass.objects.update(updated_at=idle, state="staged")
    Job.objects.filter(kind__startswith="mirror").exclude(state="dead").delete()


def pushes() -> int:
    return Job.objects.filter(
        kind__in=["mirror.award", "mirror.badge-class"], state="waiting"
    ).count()


def test_what_nobody_wants_is_not_swept_up(provider, badge_class, remote) -> None:
    """The class was taken off the list, or the mirror is another issuer's by now."""
    awarded(badge_class)
    run_due()
    age()
    BadgeProvider.objects.update(all_classes=False)
    sweep({})
    assert pushes() == 2, "its class is one of the chosen"
    age()
    MirroredBadgeClass.objects.all().delete()
    sweep({})
    assert pushes() == 0
    BadgeProvider.objects.update(all_classes=True, issuer=issuer_of(person(), name="Another"))
    MirroredBadgeClass.objects.create(provider=provider, badge_class=badge_class)
    age()
    sweep({})
    assert pushes() == 0


def test_what_killed_its_workers_is_not_swept_up(
    provider, badge_class, remote, monkeypatch
) -> None:
    """Until somebody has looked into it. What only was refused too often is."""
    monkeypatch.setattr(queries, "PORTION", 2)
    awards = [awarded(badge_class, f"{number}@example.org") for number in range(5)]
    run_due()
    age()
    poison, tired = (
        Job(kind="mirror.award", payload={"provider": provider.pk, "assertion": award.entity_id},
            priority=40, max_attempts=500, attempts=500, state="dead")
        for award in awards[:2]
    )  # fmt: skip
    poison.lost_leases = MOST_LOST - 1
    Job.objects.bulk_create([poison, tired])
    sweep({})
    waiting = Job.objects.filter(kind="mirror.award", state="waiting")
    assert sorted(job.payload["assertion"] for job in waiting) == sorted(
        award.entity_id for award in awards[1:]
    )


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

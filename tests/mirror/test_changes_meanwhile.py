"""Awards that change here before the remote has said what became of the last request."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from issuer.services.corrections import correct_assertion
from issuer.services.revocations import revoke_assertion
from jobs.models import Job
from jobs.worker import run_due
from mirror.models import MirroredAssertion
from mirror.queries import award_to_push
from mirror.services.pushing import push_award
from tests.mirror.conftest import pass_time
from tests.mirror.remote import Handler, do_and_cut, status
from tests.mirror.test_pushing import ADMINISTRATOR
from tests.support.threads import together
from tests.support.worlds import awarded, instant

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = b"A previous award of this badge already exists"


def correct(assertion, **correction) -> None:
    correct_assertion(actor=ADMINISTRATOR, assertion=assertion, **correction)


def revoke(assertion) -> None:
    revoke_assertion(actor=ADMINISTRATOR, assertion=assertion, reason="A mistake.")


def there(remote) -> list[tuple[str, bool]]:
    """For whom the awards over there are, and whether they are revoked."""
    return [(row["recipient"]["identity"], row["revoked"]) for row in remote.awards]


def states() -> set[str]:
    return set(MirroredAssertion.objects.values_list("state", flat=True))


# Before the request is looked into


def test_who_it_was_asked_for_becomes_somebody_else(provider, badge_class, remote) -> None:
    remote.fail("POST", "/assertions", do_and_cut)
    assertion = awarded(badge_class, "old@example.org")
    run_due()
    correct(assertion, identity="new@example.org")
    pass_time()
    assert there(remote) == [("new@example.org", False)]
    assert states() == {"complete"}


@pytest.mark.parametrize(
    "correction",
    [{"identity": "new@example.org"}, {"issued_on": instant("2020-01-02T03:04:05Z")}],
    ids=["recipient", "date"],
)
def test_what_was_corrected_is_revoked_all_the_same(
    correction, provider, badge_class, remote
) -> None:
    remote.fail("POST", "/assertions", do_and_cut)
    assertion = awarded(badge_class, "old@example.org")
    run_due()
    correct(assertion, **correction)
    revoke(assertion)
    pass_time()
    assert there(remote) == [("old@example.org", True)]
    assert states() == {"complete"}


def test_what_somebody_else_holds_is_not_taken_for_it(provider, badge_class, remote) -> None:
    """The request came to nothing, and its recipient has one that was made by hand."""
    awarded(badge_class, "first@example.org")
    run_due()
    recipient = {"identity": "old@example.org", "type": "email", "hashed": True}
    theirs = remote.awards[0] | {"recipient": recipient, "issuedOn": "2020-01-01T00:00:00Z"}
    by_hand = remote.add(remote.awards, theirs)
    remote.fail("POST", "/assertions", status(500))
    assertion = awarded(badge_class, "old@example.org")
    run_due()
    correct(assertion, identity="new@example.org")
    pass_time()
    assert by_hand["recipient"]["identity"] == "old@example.org"
    assert there(remote)[-1] == ("new@example.org", False)


# One award frees its recipient for another


def move(assertion) -> None:
    correct(assertion, identity="another@example.org")


@pytest.mark.parametrize(("change", "method"), [(revoke, "DELETE"), (move, "PUT")])
def test_a_new_award_waits_for_what_frees_its_recipient(
    change: Callable, method: str, provider, badge_class, remote
) -> None:
    first = awarded(badge_class, "grace@example.org")
    run_due()
    remote.fail(method, remote.awards[0]["entityId"], status(500))
    change(first)
    awarded(badge_class, "grace@example.org")
    pass_time()
    held = sorted(identity for identity, is_revoked in there(remote) if not is_revoked)
    freed = {revoke: [], move: ["another@example.org"]}[change]
    assert held == [*freed, "grace@example.org"]
    assert states() == {"complete"}


@pytest.mark.parametrize("change", [revoke, move])
def test_also_one_that_is_freed_while_it_is_refused(
    change: Callable, provider, badge_class, remote
) -> None:
    """Two workers, and nothing fails: the remote refuses the one, then hears of the other."""
    first = awarded(badge_class, "grace@example.org")
    run_due()

    def refuse_then_change(handler: Handler, body: bytes) -> bool:
        change(first)
        together(1, lambda number: push_award(provider, first))
        handler.reply(400, {"validationErrors": [REFUSED.decode()]})
        return False

    remote.fail("POST", "/assertions", refuse_then_change)
    awarded(badge_class, "grace@example.org")
    pass_time()
    assert ("grace@example.org", False) in there(remote)
    assert states() == {"complete"}


def test_a_refusal_stays_one_where_nobody_frees_them(provider, badge_class, remote) -> None:
    """What is in the way has failed itself: somebody has to look into it."""
    first = awarded(badge_class, "grace@example.org")
    run_due()
    remote.fail("DELETE", remote.awards[0]["entityId"], status(403))
    revoke(first)
    run_due()
    second = awarded(badge_class, "grace@example.org")
    pass_time(hours=1)
    assert remote.requests("POST", "/assertions") == 2
    row = MirroredAssertion.objects.get(assertion=second)
    assert row.state == "failed"
    assert REFUSED.decode() in row.last_error


def test_nor_where_what_was_before_never_came_there(provider, badge_class, remote) -> None:
    remote.fail("POST", "/assertions", status(500))
    first = awarded(badge_class, "grace@example.org")
    run_due()
    revoke(first)
    pass_time(hours=1)
    assert states() == {"complete"}
    remote.fail("POST", "/assertions", status(400))
    awarded(badge_class, "grace@example.org")
    pass_time(hours=1)
    assert states() == {"complete", "failed"}


# Whoever comes late


@pytest.mark.parametrize("change", [revoke, move])
def test_a_push_that_lay_still_tells_what_is_true_now(
    change: Callable, provider, badge_class, remote
) -> None:
    assertion = awarded(badge_class, "grace@example.org")
    stale = award_to_push(provider.pk, assertion.entity_id)
    change(assertion)
    run_due()
    push_award(*stale)
    pass_time()
    assert there(remote) == {revoke: [], move: [("another@example.org", False)]}[change]


def test_an_answer_from_before_does_not_end_the_rest_that_was_asked_for(
    provider, badge_class, remote
) -> None:
    """One push is under way when another one is told to leave the remote alone."""

    def demand_rest_meanwhile(handler: Handler, body: bytes) -> bool:
        remote.fail("POST", "/assertions", status(429, Retry_After="3600"))
        together(1, lambda number: run_due(limit=1))
        return True

    remote.fail("POST", "/assertions", demand_rest_meanwhile)
    for number in range(5):
        awarded(badge_class, f"{number}@example.org")
    start = timezone.now()
    run_due()
    with time_machine.travel(start + timedelta(minutes=55)):
        run_due()
    assert (len(remote.awards), remote.requests("POST", "/assertions")) == (1, 2)
    provider.refresh_from_db()
    assert provider.resting_until >= start + timedelta(hours=1)
    with time_machine.travel(start + timedelta(minutes=80)):
        run_due()
    assert len(remote.awards) == 5
    assert not Job.objects.filter(kind="mirror.award").exclude(state="done").exists()

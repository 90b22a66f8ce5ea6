"""Awards here against those over there."""

from dataclasses import replace

import pytest

from issuer.services.revocations import revoke_assertion
from jobs.worker import run_due
from mirror.models import MirroredAssertion
from mirror.services.reconciling import reconcile
from tests.mirror.conftest import provider_of
from tests.support.worlds import SERVER, awarded

pytestmark = pytest.mark.django_db(transaction=True)

ADMINISTRATOR = replace(SERVER, administrator=True)
NOTHING = {"missing": 0, "differing": 0, "unknown": 0, "withdrawn": 0}


def test_awards_from_before_the_mirror_are_sent(issuer, badge_class, remote) -> None:
    for number in range(3):
        awarded(badge_class, f"{number}@example.org")
    provider = provider_of(issuer, remote)
    assert run_due() and remote.awards == []
    assert reconcile(provider).numbers() == NOTHING | {"here": 3, "there": 0, "missing": 3}
    run_due()
    assert reconcile(provider).numbers() == NOTHING | {"here": 3, "there": 3}
    run_due()
    assert len(remote.awards) == 3


def test_what_was_lost_over_there_is_sent_again(provider, badge_class, remote) -> None:
    awarded(badge_class)
    run_due()
    remote.awards.clear()
    assert reconcile(provider).missing == 1
    run_due()
    assert len(remote.awards) == 1
    assert MirroredAssertion.objects.get().remote_id == remote.awards[0]["entityId"]


def test_what_differs_is_corrected(provider, badge_class, remote) -> None:
    awarded(badge_class)
    run_due()
    remote.awards[0]["issuedOn"] = "2001-01-01T00:00:00Z"
    assert reconcile(provider).differing == 1
    run_due()
    assert not remote.awards[0]["issuedOn"].startswith("2001")
    assert reconcile(provider).differing == 0


def test_a_revocation_that_was_undone_is_repeated(provider, badge_class, remote) -> None:
    assertion = awarded(badge_class)
    run_due()
    revoke_assertion(actor=ADMINISTRATOR, assertion=assertion, reason="A mistake.")
    run_due()
    remote.awards[0]["revoked"] = False
    assert reconcile(provider).differing == 1
    run_due()
    assert remote.awards[0]["revoked"]


def test_what_is_theirs_alone_is_counted_and_left(provider, badge_class, remote) -> None:
    awarded(badge_class)
    run_due()
    row = remote.awards[0]
    remote.add(remote.awards, row | {"recipient": {"identity": "other@example.org"}})
    row["revoked"] = True
    found = reconcile(provider)
    assert (found.unknown, found.withdrawn, found.missing, found.differing) == (1, 1, 0, 0)
    asked = len(remote.asked)
    run_due()
    assert len(remote.asked) == asked

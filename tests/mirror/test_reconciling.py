"""Awards here against those over there."""

from dataclasses import replace

import pytest

from issuer.services.revocations import revoke_assertion
from jobs.worker import run_due
from mirror import queries
from mirror.models import BadgeProvider, MirroredAssertion
from mirror.services import reconciling
from mirror.services.reconciling import reconcile
from mirror.services.staging import stage_reconciliation
from tests.mirror.conftest import provider_of
from tests.mirror.remote import status
from tests.support.threads import together
from tests.support.worlds import SERVER, awarded, badge_class_of

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


@pytest.fixture
def small_portions(monkeypatch) -> None:
    monkeypatch.setattr(queries, "PORTION", 2)


def test_many_are_compared_while_others_write(
    small_portions, provider, badge_class, remote, monkeypatch
) -> None:
    """Another process commits while each of them is compared."""
    for number in range(5):
        awarded(badge_class, f"{number}@example.org")
    run_due()
    for row in remote.awards[1:4]:
        row["issuedOn"] = "2001-01-01T00:00:00Z"
    del remote.awards[0]
    told = reconciling.award_facts

    def meanwhile(assertion):
        together(1, lambda number: BadgeProvider.objects.update(name=assertion.entity_id))
        return told(assertion)

    monkeypatch.setattr(reconciling, "award_facts", meanwhile)
    found = reconcile(provider).numbers()
    assert found == NOTHING | {"here": 5, "there": 4, "missing": 1, "differing": 3}
    run_due()
    assert reconcile(provider).numbers() == NOTHING | {"here": 5, "there": 5}


def test_what_was_compared_is_staged_though_the_rest_cannot_be(
    small_portions, provider, badge_class, remote, issuer, monkeypatch
) -> None:
    """A process that dies in the middle has forgotten nothing that nobody pushes again."""
    for number in range(4):
        awarded(badge_class, f"{number}@example.org")
    run_due()
    remote.awards.clear()
    stage = reconciling.stage_awards
    staged = []

    def die_later(awards, **occasion) -> None:
        if staged:
            raise RuntimeError("dies")
        staged.extend(awards)
        stage(staged, **occasion)

    monkeypatch.setattr(reconciling, "stage_awards", die_later)
    with pytest.raises(RuntimeError):
        reconcile(provider)
    assert MirroredAssertion.objects.filter(remote_id="", state="staged").count() == 2
    run_due()
    assert len(remote.awards) == 2


def test_a_class_that_is_gone_over_there_is_made_anew(provider, badge_class, remote) -> None:
    other = badge_class_of(badge_class.issuer, name="Second steps")
    awarded(badge_class)
    awarded(other)
    run_due()
    gone = remote.classes.pop(0)["entityId"]
    remote.awards = [row for row in remote.awards if row["badgeclass"] != gone]
    remote.awards[0]["issuedOn"] = "2001-01-01T00:00:00Z"
    stage_reconciliation(provider)
    run_due()
    assert sorted(row["name"] for row in remote.classes) == ["First steps", "Second steps"]
    assert len(remote.awards) == 2
    assert not remote.awards[0]["issuedOn"].startswith("2001"), "the other class was compared, too"
    assert {row.state for row in MirroredAssertion.objects.all()} == {"complete"}
    assert reconcile(provider).numbers() == NOTHING | {"here": 2, "there": 2}


def test_a_class_that_may_not_be_seen_is_told_of(provider, badge_class, remote) -> None:
    """It exists over there: it is left, and so is what is known of it. The others are compared."""
    awarded(badge_class)
    awarded(badge_class_of(badge_class.issuer, name="Second steps"))
    run_due()
    first, second = (row["entityId"] for row in remote.classes)
    remote.awards.clear()
    remote.fail("GET", f"/{first}/assertions", status(404))
    stage_reconciliation(provider)
    run_due()
    assert [row["badgeclass"] for row in remote.awards] == [second]
    provider.refresh_from_db()
    assert provider.last_error == f"Badge class {badge_class.entity_id}: says 404 bad request"
    stage_reconciliation(provider)
    run_due()
    provider.refresh_from_db()
    assert (provider.last_error, len(remote.awards)) == ("", 2)


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

"""What arrives over there, and in which order."""

from dataclasses import replace

import pytest
from django.core.files.storage import default_storage

from activity.actors import Actor
from issuer.models import Assertion
from issuer.services.badge_classes import update_badge_class
from issuer.services.corrections import correct_assertion
from issuer.services.revocations import revoke_assertion
from jobs.models import Job
from jobs.worker import run_due
from mirror.models import MirroredAssertion, MirroredBadgeClass
from mirror.services.providers import choose_badge_class, remove_provider, retry
from mirror.services.reconciling import reconcile
from tests.mirror.conftest import pass_time, provider_of
from tests.mirror.remote import status
from tests.support.worlds import SERVER, awarded, badge_class_of, instant, issuer_of

pytestmark = pytest.mark.django_db(transaction=True)

ADMINISTRATOR: Actor = replace(SERVER, administrator=True)


def test_an_award_arrives_whole(provider, badge_class, remote) -> None:
    awarded(
        badge_class,
        " Grace@Example.org",
        issued_on=instant("2026-01-02T03:04:05Z"),
        expires_at=instant("2036-01-02T03:04:05Z"),
        narrative="She **danced**.",
        evidence=[{"url": "https://e.example/1"}, {"narrative": "Seen."}],
    )
    run_due()
    (row,) = remote.awards
    assert row["recipient"] == {"identity": "grace@example.org", "type": "email", "hashed": True}
    assert (row["issuedOn"], row["expires"]) == ("2026-01-02T03:04:05Z", "2036-01-02T03:04:05Z")
    assert row["narrative"] == "She **danced**."
    assert row["evidence"] == [{"url": "https://e.example/1"}, {"narrative": "Seen."}]
    assert (row["allowDuplicateAwards"], row["notify"]) == (False, False)
    (there,) = remote.classes
    assert row["badgeclass"] == there["entityId"]
    assert (there["name"], there["description"]) == ("First steps", "Took them.")


def test_a_salt_is_sent_where_one_is_set(issuer, badge_class, remote) -> None:
    provider_of(issuer, remote, salt="pepper")
    awarded(badge_class)
    run_due()
    assert remote.awards[0]["recipient"]["salt"] == "pepper"


def test_corrections_and_revocations_follow(provider, badge_class, remote) -> None:
    assertion = awarded(badge_class)
    run_due()
    correct_assertion(actor=ADMINISTRATOR, assertion=assertion, narrative="Better.")
    run_due()
    (row,) = remote.awards
    assert (row["narrative"], row["revoked"]) == ("Better.", False)
    revoke_assertion(actor=ADMINISTRATOR, assertion=assertion, reason="A mistake.")
    run_due()
    assert (row["revoked"], row["revocationReason"]) == (True, "A mistake.")
    assert [method for method, path in remote.asked if "/assertions" in path] == [
        "POST", "PUT", "DELETE"]  # fmt: skip
    assert run_due() == 0
    assert MirroredAssertion.objects.get().state == "complete"


def test_what_changed_meanwhile_goes_with_the_award(provider, badge_class, remote) -> None:
    remote.fail("POST", "/o/token", status(500))
    assertion = awarded(badge_class)
    run_due()
    correct_assertion(actor=ADMINISTRATOR, assertion=assertion, narrative="Better.")
    pass_time(hours=1)
    assert [row["narrative"] for row in remote.awards] == ["Better."]
    assert remote.requests("PUT") == 0


def test_what_is_revoked_before_it_left_stays_here(provider, badge_class, remote) -> None:
    assertion = awarded(badge_class)
    revoke_assertion(actor=ADMINISTRATOR, assertion=assertion, reason="A mistake.")
    run_due()
    assert (remote.awards, remote.asked) == ([], [])
    assert MirroredAssertion.objects.get().state == "complete"


def test_a_second_award_after_a_revocation_is_a_second_one_there(
    provider, badge_class, remote
) -> None:
    first = awarded(badge_class)
    run_due()
    revoke_assertion(actor=ADMINISTRATOR, assertion=first, reason="A mistake.")
    run_due()
    awarded(badge_class)
    run_due()
    assert [row["revoked"] for row in remote.awards] == [True, False]
    assert MirroredAssertion.objects.filter(state="complete").count() == 2


def test_an_award_that_they_hold_there_already_is_adopted(provider, badge_class, remote) -> None:
    awarded(badge_class)
    run_due()
    MirroredAssertion.objects.all().delete()  # as if somebody had awarded it by hand
    remote.awards[0] |= {"narrative": "By hand.", "issuedOn": "2020-01-01T00:00:00Z"}
    reconcile(provider)
    run_due()
    (row,) = remote.awards
    assert MirroredAssertion.objects.get().remote_id == row["entityId"]
    assert row["narrative"] is None, "it says what ours says"


# Badge classes


def test_a_class_of_the_same_name_is_used(provider, badge_class, remote) -> None:
    remote.add(remote.classes, {"name": "First steps", "description": "Theirs."})
    awarded(badge_class)
    run_due()
    (there,) = remote.classes
    assert remote.awards[0]["badgeclass"] == there["entityId"]
    assert there["description"] == "Theirs.", "it stays until ours changes"
    update_badge_class(actor=ADMINISTRATOR, badge_class=badge_class, description="Ours.")
    run_due()
    assert there["description"] == "Ours."


def test_a_class_is_mapped_by_id(issuer, badge_class, remote) -> None:
    provider = provider_of(issuer, remote, all_classes=False)
    there = remote.add(remote.classes, {"name": "Another name"})
    choose_badge_class(
        actor=SERVER, provider=provider, badge_class=badge_class, remote_id=there["entityId"]
    )
    awarded(badge_class)
    run_due()
    assert (len(remote.classes), len(remote.awards)) == (1, 1)
    assert MirroredBadgeClass.objects.get().open_badge_id == there["openBadgeId"]


def test_of_a_chosen_class_alone(issuer, badge_class, remote) -> None:
    provider = provider_of(issuer, remote, all_classes=False)
    choose_badge_class(actor=SERVER, provider=provider, badge_class=badge_class)
    awarded(badge_class)
    awarded(badge_class_of(issuer, name="Second steps"))
    other = issuer_of(badge_class.created_by, name="Other")
    awarded(badge_class_of(other))
    run_due()
    assert len(remote.awards) == 1


def test_awards_of_a_class_that_was_refused_wait_for_it(issuer, badge_class, remote) -> None:
    provider = provider_of(issuer, remote)
    remote.fail("POST", "/badgeclasses", status(400))
    awarded(badge_class, "one@example.org")
    awarded(badge_class, "two@example.org")
    run_due()
    rows = MirroredAssertion.objects.all()
    assert {row.state for row in rows} == {"failed"}
    assert all("badge class could not be mirrored" in row.last_error for row in rows)
    assert remote.requests("POST", "/badgeclasses") == 1
    assert retry(provider) == 3
    pass_time(hours=0.2)
    assert len(remote.awards) == 2


def test_a_class_is_made_once_by_many_awards(provider, badge_class, remote) -> None:
    for number in range(5):
        awarded(badge_class, f"{number}@example.org")
    run_due()
    assert (len(remote.classes), len(remote.awards)) == (1, 5)


# Off


def test_without_a_provider_nothing_is_added(badge_class) -> None:
    awarded(badge_class)
    assert not Job.objects.filter(kind__startswith="mirror").exists()


def test_removing_it_leaves_the_rest(provider, badge_class, remote) -> None:
    assertion = awarded(badge_class)
    run_due()
    awarded(badge_class, "waits@example.org")
    asked = len(remote.asked)
    remove_provider(actor=SERVER, provider=provider)
    run_due()
    assert len(remote.asked) == asked
    assert (MirroredAssertion.objects.count(), Assertion.objects.count()) == (0, 2)
    assert not Job.objects.filter(kind="mirror.award").exclude(state="done").exists()
    assert default_storage.exists(badge_class.image_file())
    revoke_assertion(actor=ADMINISTRATOR, assertion=assertion, reason="Still possible.")

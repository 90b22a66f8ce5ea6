"""Remotes that fail in every way: in the end there is exactly one award, and no storm before."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone

from issuer.models import Assertion
from issuer.services.revocations import revoke_assertion
from jobs.claiming import claim
from jobs.models import Job
from jobs.services import enqueue
from jobs.worker import run_due
from mirror.adapters.badgr import Badgr
from mirror.contract import NotNow
from mirror.models import BadgeProvider, MirroredAssertion, MirroredBadgeClass
from mirror.queries import counts
from mirror.services.asking import send
from mirror.services.providers import retry
from mirror.services.pushing import is_over
from mirror.services.staging import stage_awards, stage_badge_classes, stage_reconciliation
from tests.mirror.conftest import pass_time, provider_of
from tests.mirror.remote import (
    deep,
    do_and_cut,
    do_and_garble,
    do_and_hang,
    forget_tokens,
    garbage,
    hang,
    hang_then_do,
    refuse,
    status,
)
from tests.support.servers import free_port
from tests.support.threads import eventually, together
from tests.support.worlds import SERVER, awarded

ADMINISTRATOR = replace(SERVER, administrator=True)
pytestmark = pytest.mark.django_db(transaction=True)

FAULTS = {
    "refuses": [refuse] * 3,
    "hangs": [hang] * 2,
    "500": [status(500)] * 3,
    "503, later": [status(503, Retry_After="120")],
    "429": [status(429, Retry_After="120")] * 2,
    "408": [status(408)],
    "401 for a while": [status(401)] * 4,
    "garbage": [garbage] * 2,
    "deep": [deep],
    "creates and cuts": [do_and_cut],
    "creates and garbles": [do_and_garble],
    "creates and hangs": [do_and_hang],
    "all of them": [refuse, hang, status(500), status(429), garbage, do_and_cut],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
@pytest.mark.usefixtures("impatient")
def test_in_the_end_there_is_one_award(faults, provider, badge_class, remote) -> None:
    remote.refuses_duplicates = False
    remote.fail("POST", "/assertions", *faults)
    assertion = awarded(badge_class)
    pass_time()
    assert remote.faults == []
    assert len(remote.awards) == 1
    row = MirroredAssertion.objects.get()
    assert (row.state, row.assertion) == ("complete", assertion)
    assert row.remote_id == remote.awards[0]["entityId"]
    assert (row.open_badge_id, row.image_url) == (
        remote.awards[0]["openBadgeId"], remote.awards[0]["image"])  # fmt: skip
    assert (row.last_error, row.http_status) == ("", None)
    assert remote.requests("POST", "/assertions") <= len(faults) + 1
    assert len(remote.asked) <= 5 * (len(faults) + 1)


def run_after(start: datetime, *seconds: int) -> None:
    for moment in seconds:
        with time_machine.travel(start + timedelta(seconds=moment)):
            run_due()


@pytest.mark.usefixtures("impatient")
def test_what_is_slow_over_there_is_not_asked_for_twice(provider, badge_class, remote) -> None:
    """It checks, takes longer than we wait, and inserts: nobody asks anew before it has settled."""
    remote.fail("POST", "/assertions", hang_then_do)
    awarded(badge_class, "slow@example.org")
    start = timezone.now()
    run_due()
    awarded(badge_class, "other@example.org")
    run_after(start, 12, 30, 60, 90)
    assert remote.requests("GET", "/assertions") == 0
    assert [row["recipient"]["identity"] for row in remote.awards] == ["other@example.org"], (
        "the others do not wait for it"
    )
    remote.released.set()
    eventually(lambda: len(remote.awards) == 2)
    run_after(start, 180, 240)
    assert len(remote.awards) == 2
    assert set(MirroredAssertion.objects.values_list("state", flat=True)) == {"complete"}


@pytest.mark.usefixtures("impatient")
def test_a_class_that_is_slow_over_there_is_made_once(provider, badge_class, remote) -> None:
    remote.fail("POST", "/badgeclasses", hang_then_do)
    awarded(badge_class)
    start = timezone.now()
    run_due()
    run_after(start, 12, 30, 60, 90)
    assert (remote.requests("POST", "/badgeclasses"), remote.classes) == (1, [])
    remote.released.set()
    eventually(lambda: len(remote.classes) == 1)
    run_after(start, 180, 240, 300)
    assert (len(remote.classes), len(remote.awards)) == (1, 1)


@pytest.mark.usefixtures("impatient")
def test_what_was_never_ours_is_not_revoked(provider, badge_class, remote) -> None:
    """Our award was asked for and never came; the recipient holds another one, made by hand."""
    remote.fail("POST", "/assertions", hang)
    assertion = awarded(badge_class, "grace@example.org")
    start = timezone.now()
    run_due()
    recipient = {"identity": "grace@example.org", "type": "email", "hashed": False}
    theirs = {"badgeclass": remote.classes[0]["entityId"], "recipient": recipient, "revoked": False}
    by_hand = remote.add(remote.awards, theirs | {"issuedOn": "2020-01-01T00:00:00Z"})
    revoke_assertion(actor=ADMINISTRATOR, assertion=assertion, reason="A mistake.")
    run_after(start, 240, 480)
    assert (by_hand["revoked"], len(remote.awards)) == (False, 1)
    row = MirroredAssertion.objects.get()
    assert (row.state, row.remote_id) == ("complete", "")


def test_what_came_unseen_is_revoked_all_the_same(provider, badge_class, remote) -> None:
    remote.fail("POST", "/assertions", do_and_cut)
    assertion = awarded(badge_class)
    start = timezone.now()
    run_due()
    revoke_assertion(actor=ADMINISTRATOR, assertion=assertion, reason="A mistake.")
    run_after(start, 240, 480)
    assert [row["revoked"] for row in remote.awards] == [True]


@pytest.mark.parametrize(
    ("fault", "settled"), [(status(504), False), (refuse, False), (status(429), True),
                           (status(500), True), (garbage, True)],
)  # fmt: skip
def test_what_was_answered_has_settled(fault, settled, provider, badge_class, remote) -> None:
    """But not by a 504: whoever stands behind a proxy that gave up may be at it yet."""
    remote.fail("POST", "/assertions", fault)
    awarded(badge_class)
    run_due()
    assert (MirroredAssertion.objects.get().settling_until is None) == settled


def test_what_was_never_sent_is_over(provider, remote) -> None:
    remote.fail("POST", "/assertions", refuse)
    with pytest.raises(NotNow) as cut:
        send(f"{remote.url}/v2/assertions", method="POST", body=b"{}")
    with pytest.raises(NotNow) as never_connected:
        send(f"http://127.0.0.1:{free_port()}/v2/assertions", method="POST", body=b"{}")
    assert (is_over(cut.value), is_over(never_connected.value)) == (False, True)


@pytest.mark.parametrize("fault", [refuse, status(500), garbage, do_and_cut])
@pytest.mark.parametrize(
    ("method", "ending"),
    [
        ("POST", "/o/token"),
        ("GET", "/badgeclasses"),
        ("POST", "/badgeclasses"),
        ("GET", "/assertions"),
    ],
)
@pytest.mark.usefixtures("impatient")
def test_any_other_request_may_fail(fault, method, ending, provider, badge_class, remote) -> None:
    remote.fail("POST", "/assertions", do_and_cut)
    remote.fail(method, ending, fault)
    awarded(badge_class)
    pass_time(hours=1)
    assert remote.faults == []
    assert (len(remote.classes), len(remote.awards)) == (1, 1)
    assert MirroredAssertion.objects.get().state == "complete"


@pytest.mark.parametrize("fault", [refuse, status(500), garbage, do_and_cut, do_and_hang])
@pytest.mark.usefixtures("impatient")
def test_a_revocation_may_fail(fault, provider, badge_class, remote) -> None:
    assertion = awarded(badge_class)
    pass_time(hours=0.2)
    (row,) = remote.awards
    remote.fail("DELETE", row["entityId"], fault)
    revoke_assertion(actor=ADMINISTRATOR, assertion=assertion, reason="A mistake.")
    pass_time(hours=1)
    assert remote.faults == []
    assert (row["revoked"], row["revocationReason"]) == (True, "A mistake.")
    assert MirroredAssertion.objects.get().state == "complete"


@pytest.fixture
def taken_back(provider, badge_class, remote) -> Assertion:
    """Mirrored, and about to be revoked over there."""
    assertion = awarded(badge_class)
    run_due()
    revoke_assertion(actor=ADMINISTRATOR, assertion=assertion, reason="A mistake.")
    return assertion


def test_a_role_too_small_to_revoke_is_not_taken_for_success(taken_back, remote) -> None:
    """Badgr answers 404 to both: what is gone, and what we may not."""
    (row,) = remote.awards
    remote.fail("DELETE", row["entityId"], status(404))
    run_due()
    mirrored = MirroredAssertion.objects.get()
    assert (mirrored.state, mirrored.revoked, mirrored.http_status) == ("failed", False, 404)
    assert retry(BadgeProvider.objects.get())
    run_due()
    assert row["revoked"]
    assert MirroredAssertion.objects.get().state == "complete"


def test_without_any_role_nothing_is_taken_for_success(taken_back, remote) -> None:
    remote.fail("DELETE", "", status(404))
    remote.fail("GET", "", status(404), status(404))
    run_due()
    assert MirroredAssertion.objects.get().state == "failed"


@pytest.mark.parametrize("also_its_class", [False, True])
def test_what_is_gone_over_there_needs_no_revocation(also_its_class, taken_back, remote) -> None:
    remote.awards.clear()
    if also_its_class:
        remote.classes.clear()
    run_due()
    row = MirroredAssertion.objects.get()
    assert (row.state, row.revoked, row.last_error) == ("complete", True, "")


def test_what_is_not_the_remotes_fault_is_seen_in_the_rows(provider, badge_class, remote) -> None:
    default_storage.delete(badge_class.image_file())
    awarded(badge_class)
    run_due()
    for row in (MirroredAssertion.objects.get(), MirroredBadgeClass.objects.get()):
        assert (row.state, row.held_until, row.last_error) == ("staged", None, "FileNotFoundError")
    provider.refresh_from_db()
    assert provider.failures == 0


def test_all_that_waits_is_counted(provider, badge_class, remote) -> None:
    """Those too whose jobs have not begun."""
    remote.fail("*", "", status(503))
    for number in range(3):
        awarded(badge_class, f"{number}@example.org")
    run_due()
    assert counts(provider) == {"staged": 3}


def test_a_long_outage_costs_the_remote_few_requests(provider, badge_class, remote) -> None:
    """Thirty awards wait; the remote is asked now and then, not thirty times as often."""
    remote.fail("*", "", *[status(503)] * 1000)
    for number in range(30):
        awarded(badge_class, f"recipient-{number}@example.org")
    pass_time(hours=2)
    assert 5 < len(remote.asked) < 60
    remote.faults.clear()
    pass_time(after=2)
    assert len(remote.awards) == 30
    assert len({row["recipient"]["identity"] for row in remote.awards}) == 30


def test_a_remote_that_is_away_holds_up_nobody_else(provider, badge_class, remote) -> None:
    """A thousand awards wait. One finds out, and all rest: lists and mails have the threads."""
    remote.fail("POST", "/o/token", status(503, Retry_After="600"))
    awarded(badge_class)
    stage_awards((provider.pk, f"award-{number}") for number in range(999))
    stage_awards([(provider.pk + 1, "of-another-mirror")])
    stage_badge_classes([(provider.pk, 1)])
    stage_reconciliation(provider)
    assert run_due(limit=1) == 1
    enqueue(kind="issuer.issuance", payload={"issuance": "list"})
    enqueue(kind="notify.mails", payload={"kind": "award", "issuer": "a", "assertions": []})
    due = claim(limit=2000)
    assert [job.payload["assertion"] for job in due if job.kind.startswith("mirror")] == [
        "of-another-mirror"
    ]
    assert {"issuer.issuance", "notify.mails"} <= {job.kind for job in due}
    assert retry(provider)  # somebody says that it will answer
    forward = Counter(job.kind for job in claim(limit=2000))
    assert (forward["mirror.award"], forward["mirror.reconcile"]) == (1000, 1)


def test_one_award_that_always_fails_is_asked_for_ever_more_rarely(
    provider, badge_class, remote
) -> None:
    """However well the others do: each of them shows that the remote itself is there."""

    def fail_that_one(handler, body) -> bool:
        return b"cursed" not in body or garbage(handler, body)

    remote.fail("POST", "/assertions", *[fail_that_one] * 1000)
    awarded(badge_class, "cursed@example.org")
    start = timezone.now()
    for number in range(60):
        awarded(badge_class, f"{number}@example.org")
        run_after(start, 20 * number)
    assert len(remote.awards) > 50
    assert remote.requests("POST", "/assertions") - len(remote.awards) < 25
    assert Job.objects.filter(kind="mirror.award", state="waiting").exists()


def test_it_comes_back_no_sooner_than_the_remote_asked(provider, badge_class, remote) -> None:
    remote.fail("POST", "/o/token", status(429, Retry_After="1800"))
    start = timezone.now()
    awarded(badge_class)
    run_due()
    for minutes in range(1, 30):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            run_due()
    assert remote.requests("POST", "/o/token") == 1
    with time_machine.travel(start + timedelta(minutes=40)):
        run_due()
    assert len(remote.awards) == 1


def test_what_is_refused_has_failed_in_the_remotes_words(provider, badge_class, remote) -> None:
    assertion = awarded(badge_class, "grace@example.org", narrative="She danced.")
    told = {"fieldErrors": {"narrative": ["'She danced.' of grace@example.org is too short"]},
            "validationErrors": ["Grace was refused"]}  # fmt: skip

    def refuse_in_words(handler, body) -> bool:
        handler.reply(400, told)
        return False

    remote.fail("POST", "/assertions", refuse_in_words)
    pass_time()
    row = MirroredAssertion.objects.get()
    assert (row.state, row.http_status, row.attempts) == ("failed", 400, 1)
    assert row.last_error == ("Rejected: narrative: '[…]' of […] is too short Grace was refused")
    assert remote.awards == []
    assert assertion.http_status == 200


def test_a_token_that_was_taken_back_is_renewed_once(provider, badge_class, remote) -> None:
    awarded(badge_class, "one@example.org")
    pass_time(hours=0.2)
    assert dict(remote.sign_ins) == {"password": 1}
    remote.fail("POST", "/assertions", forget_tokens)
    awarded(badge_class, "two@example.org")
    run_due()
    assert len(remote.awards) == 2
    assert dict(remote.sign_ins) == {"password": 2, "refresh": 1}


def test_an_expired_token_is_refreshed(provider, badge_class, remote) -> None:
    awarded(badge_class, "one@example.org")
    run_due()
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        awarded(badge_class, "two@example.org")
        run_due()
    assert len(remote.awards) == 2
    assert dict(remote.sign_ins) == {"password": 1, "refresh": 1}


@pytest.mark.parametrize("seconds", [1e300, -1e300])
def test_no_end_of_a_token_is_too_strange(seconds, provider, badge_class, remote) -> None:
    remote.expires_in = seconds
    awarded(badge_class)
    run_due()
    assert remote.sign_ins["password"] == 1
    provider.refresh_from_db()
    assert abs(provider.token_expires_at - timezone.now()) < timedelta(days=366)


def test_a_remote_whose_words_cannot_be_walked_is_spared(provider, badge_class, remote) -> None:
    remote.fail("POST", "/assertions", deep)
    awarded(badge_class)
    run_due()
    provider.refresh_from_db()
    assert (provider.failures, provider.last_error) == (1, "The remote's answer cannot be read.")


def test_our_own_defects_are_logged(provider, badge_class, remote, caplog, monkeypatch) -> None:
    """To the job they are an answer that cannot be read: the remote rests."""
    monkeypatch.setattr(Badgr, "badge_classes", lambda self: [].index("defect"))
    awarded(badge_class)
    run_due()
    (logged,) = [record for record in caplog.records if record.name == "mirror.services.asking"]
    assert logged.exc_info and logged.exc_info[0] is ValueError
    provider.refresh_from_db()
    assert (provider.failures, provider.last_error) == (1, "The remote's answer cannot be read.")


def test_an_account_that_changes_meanwhile_keeps_its_own_tokens(
    provider, badge_class, remote
) -> None:
    """The old account's sign-in is answered after the change."""

    def change_account(handler, body) -> bool:
        together(1, lambda number: provider_of(provider.issuer, remote, username="another"))
        return True

    remote.fail("POST", "/o/token", change_account)
    awarded(badge_class)
    run_due()
    provider.refresh_from_db()
    assert (provider.username, provider.access_token) == ("another", "")
    assert provider.renewing_until is None


def test_a_change_does_not_wait_for_the_old_accounts_sign_in(issuer, badge_class, remote) -> None:
    provider = provider_of(issuer, remote, password="old")
    until = timezone.now() + timedelta(seconds=25)
    BadgeProvider.objects.update(renewing_until=until)
    provider_of(issuer, remote)
    provider.refresh_from_db()
    assert provider.renewing_until is None


def test_wrong_credentials_are_not_tried_without_end(issuer, badge_class, remote) -> None:
    provider = provider_of(issuer, remote, password="wrong")
    awarded(badge_class, "one@example.org")
    awarded(badge_class, "two@example.org")
    pass_time(hours=2)
    assert 1 < remote.sign_ins["password"] < 40
    provider.refresh_from_db()
    assert "refuses user name or password" in provider.last_error
    provider_of(issuer, remote)  # the right one
    pass_time()
    assert len(remote.awards) == 2
    assert BadgeProvider.objects.get().failures == 0

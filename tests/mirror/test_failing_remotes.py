"""Remotes that fail in every way: in the end there is exactly one award, and no storm before."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from issuer.services.revocations import revoke_assertion
from jobs.worker import run_due
from mirror.models import BadgeProvider, MirroredAssertion
from tests.mirror.conftest import pass_time, provider_of
from tests.mirror.remote import (
    do_and_cut,
    do_and_garble,
    do_and_hang,
    forget_tokens,
    garbage,
    hang,
    refuse,
    status,
)
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
    "creates and cuts": [do_and_cut],
    "creates and garbles": [do_and_garble],
    "creates and hangs": [do_and_hang],
    "all of them": [refuse, hang, status(500), status(429), garbage, do_and_cut],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_in_the_end_there_is_one_award(faults, provider, badge_class, remote) -> None:
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
def test_any_other_request_may_fail(fault, method, ending, provider, badge_class, remote) -> None:
    remote.fail("POST", "/assertions", do_and_cut)
    remote.fail(method, ending, fault)
    awarded(badge_class)
    pass_time(hours=1)
    assert remote.faults == []
    assert (len(remote.classes), len(remote.awards)) == (1, 1)
    assert MirroredAssertion.objects.get().state == "complete"


@pytest.mark.parametrize("fault", [refuse, status(500), garbage, do_and_cut, do_and_hang])
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


def test_it_comes_back_no_sooner_than_the_remote_asked(provider, badge_class, remote) -> None:
    remote.fail("POST", "/o/token", status(429, Retry_After="1800"))
    start = timezone.now()
    awarded(badge_class)
    run_due()
    for minutes in range(1, 30):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            run_due()
    assert remote.requests("POST", "/o/token") == 1
    with time_machine.travel(start + timedelta(minutes=35)):
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

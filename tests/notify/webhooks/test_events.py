"""Every act is told as the `/v2` object that it left, to those who chose to hear of it."""

import pytest

from issuer.models import IssuerStaff, Role
from issuer.permissions import Verb
from issuer.services.badge_classes import create_badge_class, delete_badge_class, update_badge_class
from issuer.services.corrections import correct_assertion
from issuer.services.issuers import update_issuer
from issuer.services.revocations import revoke_assertion
from issuer.services.staff import add_member
from jobs.worker import run_due
from notify.models import WebhookDelivery
from notify.webhooks.events import EVENTS, TYPES
from tests.support.worlds import API, PICTURE, acting, awarded, badge_class_of, issuer_of, person

pytestmark = pytest.mark.django_db(transaction=True)


def last(receiver) -> tuple[str, dict]:
    run_due()
    told = receiver.taken[-1].told
    return told["type"], told["data"]


def test_each_type_is_an_act_of_the_log() -> None:
    assert set(EVENTS) <= {verb.value for verb in Verb}
    assert len(set(TYPES)) == len(TYPES)


def test_awards(issuer, badge_class, webhook, receiver) -> None:
    owner = acting(issuer.created_by)
    api = API(issuer.created_by)
    made = awarded(badge_class, "grace@example.org", narrative="She danced.")
    kind, data = last(receiver)
    path = f"/v2/assertions/{made.entity_id}"
    assert (kind, data) == ("assertion.created", api.get(path).json()["result"][0])
    assert data["recipient"]["plaintextIdentity"] == "grace@example.org"
    correct_assertion(actor=owner, assertion=made, narrative="She sang.")
    kind, data = last(receiver)
    assert (kind, data["narrative"]) == ("assertion.updated", "She sang.")
    revoke_assertion(actor=owner, assertion=made, reason="A mistake.")
    kind, data = last(receiver)
    assert (kind, data) == ("assertion.revoked", api.get(path).json()["result"][0])
    assert (data["revoked"], data["revocationReason"]) == (True, "A mistake.")


def test_badge_classes(issuer, webhook, receiver) -> None:
    owner = acting(issuer.created_by)
    facts = {"name": "New", "description": "New.", "image": PICTURE}
    made = create_badge_class(actor=owner, issuer=issuer, **facts)
    kind, data = last(receiver)
    path = f"/v2/badgeclasses/{made.entity_id}"
    shown = API(issuer.created_by).get(path).json()["result"][0]
    assert (kind, data) == ("badgeclass.created", shown)
    update_badge_class(actor=owner, badge_class=made, archived=True)
    kind, data = last(receiver)
    assert (kind, data["archived"]) == ("badgeclass.updated", True)
    delete_badge_class(actor=owner, badge_class=made)
    kind, data = last(receiver)
    gone = {"entityType": "BadgeClass", "entityId": made.entity_id}
    assert (kind, data) == ("badgeclass.deleted", gone)


def test_the_issuer(issuer, webhook, receiver) -> None:
    owner = acting(issuer.created_by)
    update_issuer(actor=owner, issuer=issuer, description="Teaching.")
    kind, data = last(receiver)
    shown = API(issuer.created_by).get(f"/v2/issuers/{issuer.entity_id}").json()["result"][0]
    assert (kind, data) == ("issuer.updated", shown)
    add_member(actor=owner, issuer=issuer, user=person("joan@example.org"), role=Role.STAFF)
    kind, data = last(receiver)
    assert kind == "issuer.staff_changed"
    assert len(data["staff"]) == IssuerStaff.objects.count() == 2


def test_the_time_is_that_of_the_act(badge_class, webhook, receiver) -> None:
    made = awarded(badge_class)
    run_due()
    (row,) = WebhookDelivery.objects.all()
    told = receiver.taken[0].told
    assert told["timestamp"] == row.occurred_at.isoformat().replace("+00:00", "Z")
    assert row.occurred_at == row.entry.at
    assert row.entry.object_id == made.entity_id


def test_only_what_was_chosen_is_told(hook, badge_class, receiver) -> None:
    hook(receiver.url, "assertion.revoked", "badgeclass.updated")
    made = awarded(badge_class)
    run_due()
    assert receiver.taken == []
    revoke_assertion(actor=acting(badge_class.created_by), assertion=made, reason="x")
    run_due()
    assert receiver.types == ["assertion.revoked"]


def test_another_issuers_acts_are_not_told(webhook, receiver) -> None:
    awarded(badge_class_of(issuer_of(person("eve@example.org"))))
    run_due()
    assert receiver.asked == []


def test_what_is_gone_when_it_is_sent_is_told_by_its_id(issuer, webhook, receiver) -> None:
    owner = acting(issuer.created_by)
    made = badge_class_of(issuer, name="Short-lived")
    delete_badge_class(actor=owner, badge_class=made)
    run_due()
    assert receiver.types == ["badgeclass.created", "badgeclass.deleted"]
    told = [received.told["data"] for received in receiver.taken]
    assert told == [{"entityType": "BadgeClass", "entityId": made.entity_id}] * 2

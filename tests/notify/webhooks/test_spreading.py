"""From acts to deliveries: cheap for the act, each once, in order, whatever dies in between."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activity.models import LogEntry
from issuer.services.award_drafts import Award
from issuer.services.awards import award
from issuer.services.corrections import correct_assertion
from issuer.services.issuers import delete_issuer
from issuer.services.revocations import Revocation, revoke_assertions
from jobs.models import Job
from jobs.worker import run_due
from notify.models import PendingEvents, WebhookDelivery
from notify.webhooks.services.endpoints import delete_webhook, update_webhook
from notify.webhooks.services.repeating import send_test
from notify.webhooks.services.spreading import follow, spread, spread_one
from tests.support.threads import together
from tests.support.worlds import acting, awarded, badge_class_of, issuer_of

pytestmark = pytest.mark.django_db(transaction=True)


def award_many(badge_class, count: int):
    awards = [Award(identity=f"{number}@example.org") for number in range(count)]
    return award(actor=acting(badge_class.created_by), badge_class=badge_class, awards=awards)


def statements_of_following() -> list[str]:
    entries = list(LogEntry.objects.filter(verb="assertion.awarded"))
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        follow(entries)
    return [query["sql"].split()[0] for query in captured]


@pytest.mark.parametrize("count", [1, 300])
def test_an_act_pays_one_query_where_nobody_listens(count, badge_class) -> None:
    award_many(badge_class, count)
    assert statements_of_following() == ["SELECT"]
    assert not PendingEvents.objects.exists()


@pytest.mark.parametrize("count", [1, 300])
def test_an_act_pays_two_statements_more_where_somebody_does(
    count, hook, badge_class, receiver
) -> None:
    for _ in range(3):
        hook(receiver.url)
    award_many(badge_class, count)
    Job.objects.all().delete()
    PendingEvents.objects.all().delete()
    assert statements_of_following() == ["SELECT", "INSERT", "INSERT"]
    (pending,) = PendingEvents.objects.all()
    assert len(pending.entries) == count
    assert Job.objects.filter(kind="webhooks.spread").count() == 1


def test_an_act_at_two_issuers(hook, badge_class, receiver) -> None:
    other = badge_class_of(issuer_of(badge_class.created_by))
    hook(receiver.url, "assertion.revoked")
    hook(receiver.url, "assertion.revoked", of=other.issuer)
    wishes = [Revocation(awarded(cls).entity_id, "x") for cls in (badge_class, other)]
    revoke_assertions(actor=acting(badge_class.created_by), wishes=wishes)
    run_due()
    assert receiver.types == ["assertion.revoked"] * 2
    names = WebhookDelivery.objects.values_list("webhook__issuer__entity_id", "object_id")
    mine, theirs = badge_class.issuer.entity_id, other.issuer.entity_id
    assert set(names) == {(mine, wishes[0].entity_id), (theirs, wishes[1].entity_id)}


def test_an_act_that_did_not_happen_is_not_told(webhook, badge_class, receiver) -> None:
    with transaction.atomic():
        awarded(badge_class)
        transaction.set_rollback(True)
    run_due()
    assert not PendingEvents.objects.exists()
    assert receiver.asked == []


def test_the_number_of_statements_does_not_grow_with_the_act(hook, badge_class, receiver) -> None:
    def statements(count: int) -> int:
        award_many(badge_class, count)
        (pending,) = PendingEvents.objects.all()
        with CaptureQueriesContext(connection) as captured:
            spread_one(pending)
        return len(captured)

    hook(receiver.url)
    assert statements(1) == statements(300)
    assert WebhookDelivery.objects.count() == 301


def test_what_is_spread_again_is_told_once(webhook, badge_class, receiver) -> None:
    awarded(badge_class)
    (pending,) = PendingEvents.objects.all()
    run_due()
    ids = list(WebhookDelivery.objects.values_list("entity_id", flat=True))
    pending.save(force_insert=True)
    spread(pending.issuer_id)
    assert list(WebhookDelivery.objects.values_list("entity_id", flat=True)) == ids
    run_due()
    assert len(receiver.asked) == 1


def test_each_address_has_ids_of_its_own(hook, badge_class, receiver) -> None:
    """And none tells the key of a row."""
    hook(receiver.url)
    hook(receiver.url)
    awarded(badge_class)
    run_due()
    first, second = (taken.id for taken in receiver.taken)
    assert first != second
    assert all(len(name) == 36 and name.startswith("evt_") for name in (first, second))


def test_many_workers_write_the_events_of_an_object_in_order(webhook, badge_class) -> None:
    owner = acting(badge_class.created_by)
    made = awarded(badge_class)
    for number in range(12):
        correct_assertion(actor=owner, assertion=made, narrative=f"{number}")
    together(4, lambda number: spread(badge_class.issuer_id))
    rows = WebhookDelivery.objects.order_by("pk").values_list("entry_id", flat=True)
    assert len(rows) == 13
    assert list(rows) == sorted(rows)
    assert not PendingEvents.objects.exists()


def test_a_lost_job_is_made_up_for(webhook, badge_class, receiver) -> None:
    awarded(badge_class)
    Job.objects.filter(kind="webhooks.spread").delete()
    with_sweep()
    assert len(receiver.taken) == 1


def test_a_lost_job_that_sends_is_made_up_for(webhook, badge_class, receiver) -> None:
    awarded(badge_class)
    spread(badge_class.issuer_id)
    Job.objects.filter(kind__startswith="webhooks.s").exclude(kind="webhooks.sweep").delete()
    with_sweep()
    assert len(receiver.taken) == 1


def with_sweep() -> None:
    run_due()
    Job.objects.filter(kind="webhooks.sweep", state="waiting").update(run_at=timezone.now())
    run_due()


def test_who_disables_it_meanwhile_is_told_nothing(webhook, badge_class, receiver) -> None:
    awarded(badge_class)
    update_webhook(actor=acting(badge_class.created_by), webhook=webhook, disabled=True)
    run_due()
    assert not WebhookDelivery.objects.exists()
    assert not PendingEvents.objects.exists()


def test_who_deletes_it_meanwhile_is_told_nothing(webhook, badge_class, receiver) -> None:
    awarded(badge_class)
    delete_webhook(actor=acting(badge_class.created_by), webhook=webhook)
    run_due()
    assert receiver.asked == []
    assert not Job.objects.exclude(state="done").filter(kind="webhooks.spread").exists()


def test_an_issuer_takes_its_webhooks_with_it(issuer, hook, receiver) -> None:
    """And what waits for them."""
    webhook, _ = hook(receiver.url)
    owner = acting(issuer.created_by)
    send_test(actor=owner, webhook=webhook)
    badge_class_of(issuer)
    delete_issuer(actor=owner, issuer=issuer)
    run_due()
    assert receiver.asked == []
    assert not WebhookDelivery.objects.exists() and not PendingEvents.objects.exists()
    assert not Job.objects.exclude(state="done").filter(
        kind__in=["webhooks.spread", "webhooks.send"]
    )

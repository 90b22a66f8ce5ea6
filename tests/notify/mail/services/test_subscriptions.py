"""Who wants no mails says so once, and nothing about them is written down elsewhere."""

import pytest

from activity.models import LogEntry
from notify.mail.queries import unsubscribed_from
from notify.mail.services.subscriptions import subscribe_again, unsubscribe
from notify.models import Unsubscription
from tests.support.worlds import SERVER, awarded, issuer_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def recipient(badge_class):
    return awarded(badge_class, notify=False).recipient


@pytest.mark.parametrize("everything", [True, False])
def test_once_however_often(recipient, issuer, everything):
    for _ in range(3):
        unsubscribe(actor=SERVER, recipient=recipient, issuer=issuer, everything=everything)
    row = Unsubscription.objects.get()
    assert (row.recipient, row.issuer) == (recipient, None if everything else issuer)
    entry = LogEntry.objects.get(verb="recipient.unsubscribed")
    assert entry.facts == {"everything": everything}
    assert entry.issuer_id == issuer.entity_id
    assert recipient.identity not in str(vars(entry))


def test_another_issuer_is_another_matter(recipient, issuer):
    other = issuer_of(issuer.created_by, name="Another")
    unsubscribe(actor=SERVER, recipient=recipient, issuer=issuer)
    assert unsubscribed_from(recipient, issuer) == {"issuer"}
    assert unsubscribed_from(recipient, other) == set()
    unsubscribe(actor=SERVER, recipient=recipient, issuer=other, everything=True)
    assert unsubscribed_from(recipient, issuer) == {"issuer", "everything"}


def test_again(recipient, issuer):
    unsubscribe(actor=SERVER, recipient=recipient, issuer=issuer)
    unsubscribe(actor=SERVER, recipient=recipient, issuer=issuer, everything=True)
    for _ in range(2):
        subscribe_again(actor=SERVER, recipient=recipient, issuer=issuer)
    assert unsubscribed_from(recipient, issuer) == set()
    assert LogEntry.objects.filter(verb="recipient.subscribed").count() == 1


def test_it_goes_with_the_person(recipient, issuer):
    unsubscribe(actor=SERVER, recipient=recipient, issuer=issuer)
    recipient.assertions.all().delete()
    recipient.delete()
    assert not Unsubscription.objects.exists()

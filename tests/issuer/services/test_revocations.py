"""Revoking many: the work is done before the rows are locked, and still each is revoked once."""

import orjson
import pytest

from activity.models import LogEntry
from issuer.models import Assertion, BadgeClass
from issuer.queries import revocable
from issuer.services.revocations import (
    ALREADY_REVOKED,
    Revocation,
    revoke_assertion,
    revoke_assertions,
    revoke_ready,
    revoked,
)
from tests.support.threads import together
from tests.support.worlds import acting, awarded, badge_class_of, issuer_of, person


@pytest.fixture
def badge_class(db) -> BadgeClass:
    return badge_class_of(issuer_of(person()))


def test_what_changed_before_the_lock_is_seen_under_it(badge_class):
    first, second, third = (awarded(badge_class, f"p{n}@example.org") for n in range(3))
    actor = acting(badge_class.created_by)
    ready = [revoked(row, "Late") for row in revocable(Assertion.objects.all())]
    revoke_assertion(actor=actor, assertion=first, reason="Early")
    Assertion.objects.filter(pk=second.pk).update(origin="https://new.example.org")
    assert revoke_ready(ready, actor=actor) == {second.entity_id, third.entity_id}
    reasons = Assertion.objects.order_by("pk").values_list("revocation_reason", flat=True)
    assert list(reasons) == ["Early", "Late", "Late"]
    documents = [orjson.loads(bytes(row.document)) for row in Assertion.objects.order_by("pk")]
    assert [row["id"] for row in documents] == [
        row.public_url for row in Assertion.objects.order_by("pk")
    ]
    assert set(Assertion.objects.values_list("http_status", flat=True)) == {410}
    assert LogEntry.objects.filter(verb="assertion.revoked").count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_two_who_revoke_the_same_one_does(badge_class):
    made = [awarded(badge_class, f"p{n}@example.org") for n in range(20)]
    actor = acting(badge_class.created_by)

    def revoke(number: int) -> list[str]:
        mine = made if number else made[::-1]
        wishes = [Revocation(row.entity_id, f"By {number}") for row in mine]
        problems = revoke_assertions(actor=actor, wishes=wishes)
        return problems if number else problems[::-1]

    for one, other in zip(*together(2, revoke), strict=True):
        assert {one, other} == {"", ALREADY_REVOKED}
    assert LogEntry.objects.filter(verb="assertion.revoked").count() == 20

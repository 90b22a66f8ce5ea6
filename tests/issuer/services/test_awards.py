"""One transaction, all or nothing; once per person under lock; what is held, what may be
renewed.
"""

import random
from datetime import timedelta

import orjson
import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activity.models import LogEntry
from issuer.models import Assertion, BadgeClass, Recipient, Role
from issuer.queries import current
from issuer.services.award_drafts import Award
from issuer.services.awards import ALREADY_HELD, InvalidAwards, award
from issuer.services.revocations import revoke_assertion
from tests.support.threads import together
from tests.support.worlds import acting, awarded, badge_class_of, instant, issuer_of, person, staff


@pytest.fixture
def owner(db):
    return person()


@pytest.fixture
def badge_class(owner) -> BadgeClass:
    return badge_class_of(issuer_of(owner))


def test_it_publishes_the_finished_document(badge_class):
    made = Assertion.objects.get(pk=awarded(badge_class).pk)
    document = orjson.loads(bytes(made.document))
    assert document["id"] == made.public_url
    assert document["badge"] == badge_class.public_url
    assert document["recipient"]["hashed"] is True
    assert made.http_status == 200
    assert made.etag


def test_it_keeps_the_address_as_given_and_the_identity_normalised(badge_class):
    made = awarded(badge_class, "  GRACE@Example.ORG ")
    assert made.identity_given == "GRACE@Example.ORG"
    assert made.recipient.identity == "grace@example.org"


def test_the_longest_identity_fits_the_databases_index(badge_class):
    characters = random.Random(1).choices(range(0x20000, 0x2A6DF), k=495)  # nothing to compress
    longest = "https://e.example/ab" + "".join(map(chr, characters))
    assert awarded(badge_class, longest, identity_type="url").recipient.identity == longest
    with pytest.raises(ValidationError, match="2000 bytes"):
        awarded(badge_class, longest + "c", identity_type="url")


def test_two_awards_have_their_own_salts_and_one_recipient(badge_class):
    first, second = awarded(badge_class), awarded(badge_class, "Grace@example.org")
    assert first.recipient_id == second.recipient_id
    assert first.salt != second.salt
    assert Recipient.objects.count() == 1


def test_it_logs_each_award_without_a_personal_datum(badge_class, owner):
    made = awarded(badge_class)
    entry = LogEntry.objects.get(verb="assertion.awarded")
    assert (entry.object_id, entry.issuer_id) == (made.entity_id, badge_class.issuer.entity_id)
    assert entry.actor_id == owner.entity_id


@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_award(badge_class, role):
    user = staff(badge_class.issuer, "s@example.org", role)
    award(actor=acting(user), badge_class=badge_class, awards=[Award(identity="x@example.org")])


def test_a_stranger_may_not(badge_class):
    with pytest.raises(PermissionDenied):
        award(
            actor=acting(person("eve@example.org")),
            badge_class=badge_class,
            awards=[Award(identity="x@example.org")],
        )
    assert not Assertion.objects.exists()


def test_one_bad_item_stops_all_and_is_named(badge_class, owner):
    items = [Award(identity="a@example.org"), Award(identity="nonsense"), Award(identity="")]
    with pytest.raises(InvalidAwards) as caught:
        award(actor=acting(owner), badge_class=badge_class, awards=items)
    assert set(caught.value.by_index) == {1, 2}
    assert "recipient.identity" in caught.value.by_index[1]
    assert not Assertion.objects.exists()
    assert not Recipient.objects.exists()


def test_a_document_that_cannot_be_is_named_by_its_item(badge_class, owner):
    bad = {"extensions:X": {"type": "Extension"}}
    items = [Award(identity="a@example.org"), Award(identity="b@example.org", extensions=bad)]
    with pytest.raises(InvalidAwards) as caught:
        award(actor=acting(owner), badge_class=badge_class, awards=items)
    assert set(caught.value.by_index) == {1}
    assert not Recipient.objects.exists()


@pytest.mark.parametrize("count", [1, 40])
def test_the_number_of_queries_does_not_grow(badge_class, owner, count):
    items = [Award(identity=f"r{n}@example.org") for n in range(count)]
    with CaptureQueriesContext(
        connection,
    ) as caught:
        award(actor=acting(owner), badge_class=badge_class, awards=items)
    assert len(caught) <= 12, [query["sql"][:100] for query in caught]


class TestDates:
    def test_a_minute_ahead_is_now(self, badge_class):
        now = timezone.now()
        assert (
            awarded(badge_class, issued_on=now + timedelta(seconds=50)).issued_on <= timezone.now()
        )

    def test_further_ahead_is_refused(self, badge_class):
        with pytest.raises(ValidationError) as caught:
            awarded(badge_class, issued_on=timezone.now() + timedelta(seconds=90))
        assert "issued_on" in caught.value.message_dict

    def test_before_the_calendar_is_refused(self, badge_class):
        with pytest.raises(ValidationError):
            awarded(badge_class, issued_on=instant("1582-12-31T00:00:00+00:00"))

    @pytest.mark.parametrize("expires", ["2020-01-01T00:00:00+00:00", "2019-01-01T00:00:00+00:00"])
    def test_expiry_must_follow_issue(self, badge_class, expires):
        with pytest.raises(ValidationError) as caught:
            awarded(
                badge_class,
                issued_on=instant("2020-01-01T00:00:00+00:00"),
                expires_at=instant(expires),
            )
        assert "expires" in caught.value.message_dict

    def test_the_class_sets_the_expiry(self, owner):
        badge_class = badge_class_of(issuer_of(owner), expires_amount=1, expires_duration="months")
        made = awarded(badge_class, issued_on=instant("2024-01-31T10:00:00+00:00"))
        assert made.expires_at == instant("2024-02-29T10:00:00+00:00")

    def test_the_award_has_the_last_word(self, owner):
        badge_class = badge_class_of(issuer_of(owner), expires_amount=1, expires_duration="years")
        until = timezone.now() + timedelta(days=1)
        assert awarded(badge_class, expires_at=until).expires_at == until

    def test_an_expiry_beyond_the_calendar_is_refused(self, owner):
        years = 9999 - timezone.now().year
        badge_class = badge_class_of(
            issuer_of(owner), expires_amount=years, expires_duration="years"
        )
        assert awarded(badge_class).expires_at.year == 9999
        with time_machine.travel(timezone.now() + timedelta(days=366)), \
                pytest.raises(ValidationError):  # fmt: skip
            awarded(badge_class)


class TestOncePerPerson:
    def test_exclusive_after_ordinary_is_refused(self, badge_class):
        awarded(badge_class)
        with pytest.raises(ValidationError, match=ALREADY_HELD):
            awarded(badge_class, "GRACE@example.org", exclusive=True)

    def test_ordinary_after_exclusive_is_refused(self, badge_class):
        awarded(badge_class, exclusive=True)
        with pytest.raises(ValidationError, match=ALREADY_HELD):
            awarded(badge_class)

    def test_ordinary_after_ordinary_is_allowed(self, badge_class):
        awarded(badge_class)
        awarded(badge_class)

    def test_the_class_can_demand_it(self, owner):
        badge_class = badge_class_of(issuer_of(owner), once_per_person=True)
        awarded(badge_class)
        with pytest.raises(ValidationError, match=ALREADY_HELD):
            awarded(badge_class)

    def test_another_class_is_another_badge(self, badge_class):
        awarded(badge_class, exclusive=True)
        awarded(badge_class_of(badge_class.issuer), exclusive=True)

    def test_a_revoked_one_can_be_renewed(self, badge_class, owner):
        held = awarded(badge_class, exclusive=True)
        revoke_assertion(actor=acting(owner), assertion=held, reason="Mistake")
        awarded(badge_class, exclusive=True)

    def test_an_expired_one_can_be_renewed(self, badge_class):
        awarded(badge_class, exclusive=True, expires_at=timezone.now() + timedelta(days=1))
        with time_machine.travel(timezone.now() + timedelta(days=2)):
            awarded(badge_class, exclusive=True)

    def test_twice_in_one_act_is_refused(self, badge_class, owner):
        items = [Award(identity=i, exclusive=True) for i in ("a@example.org", "A@example.org")]
        with pytest.raises(InvalidAwards) as caught:
            award(actor=acting(owner), badge_class=badge_class, awards=items)
        assert set(caught.value.by_index) == {1}


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def race(self, badge_class: BadgeClass, ordinary: int) -> list[str]:
        """Outcomes of 50 awards to one person at once, `ordinary` of them without a wish."""

        def run(number: int) -> str:
            try:
                awarded(badge_class, exclusive=number >= ordinary)
                return "awarded"
            except ValidationError as error:
                return str(error.messages[0])

        return together(50, run)

    def test_a_class_that_demands_it_gives_exactly_one(self):
        badge_class = badge_class_of(issuer_of(person()), once_per_person=True)
        outcomes = self.race(badge_class, ordinary=10)
        assert outcomes.count("awarded") == 1
        assert set(outcomes) == {"awarded", ALREADY_HELD}
        assert current(Assertion.objects.all(), timezone.now()).count() == 1

    def test_one_ordinary_among_exclusive_ones_gives_exactly_one(self):
        badge_class = badge_class_of(issuer_of(person()))
        outcomes = self.race(badge_class, ordinary=1)
        assert outcomes.count("awarded") == 1
        assert current(Assertion.objects.all(), timezone.now()).count() == 1

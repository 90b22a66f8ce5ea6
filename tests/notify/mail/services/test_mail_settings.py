"""What staff decide about mails: who may, what is refused, what is recorded."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from activity.models import LogEntry
from issuer.models import Role
from notify.mail.services.mail_settings import CHANGED, save_badge_class_mail, save_issuer_mail
from notify.mail.wording import own_words, words
from notify.models import BadgeClassMail, IssuerMail, Kind
from tests.support.worlds import acting, badge_class_of, issuer_of, person, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def issuer():
    return issuer_of(person())


@pytest.fixture
def owner(issuer):
    return acting(issuer.created_by)


def test_what_is_given_is_changed_and_recorded(issuer, owner):
    save_issuer_mail(actor=owner, issuer=issuer, notify=True, accent="#ABCDEF")
    save_issuer_mail(actor=owner, issuer=issuer, subject="  Well \r\n done, {recipient_name} ")
    row = IssuerMail.objects.get()
    assert (row.notify, row.accent, row.subject) == (True, "#abcdef", "Well done, {recipient_name}")
    entries = LogEntry.objects.filter(verb=CHANGED).order_by("pk")
    assert [entry.facts for entry in entries] == [
        {"fields": ["accent", "notify"]}, {"fields": ["subject"]}]  # fmt: skip
    assert entries[0].issuer_id == issuer.entity_id
    assert entries[0].object_type not in {"issuer", "badgeclass"}  # their feeds tell of documents


def test_the_same_again_is_no_act(issuer, owner):
    for _ in range(2):
        save_issuer_mail(actor=owner, issuer=issuer, notify=True)
    assert LogEntry.objects.filter(verb=CHANGED).count() == 1


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"body": "Hello {name}"}, "There is no placeholder {name}."),
        ({"footer": "{}"}, "There is no placeholder {}."),
        ({"subject": "x" * 251}, "Write at most 250 characters."),
        ({"link_text": "x" * 101}, "Write at most 100 characters."),
        ({"body": "x" * 5001}, "Write at most 5000 characters."),
        ({"accent": "red"}, "Write a colour"),
        ({"accent": "#12345"}, "Write a colour"),
        ({"accent": "#123456;} body{display:none"}, "Write a colour"),
        ({"accent": "#123456\n"}, "Write a colour"),
    ],
)
def test_what_is_refused(issuer, owner, fields, problem):
    with pytest.raises(ValidationError) as caught:
        save_issuer_mail(actor=owner, issuer=issuer, **fields)
    (messages,) = caught.value.message_dict.values()
    assert messages[0].startswith(problem)
    assert not IssuerMail.objects.exists()


@pytest.mark.parametrize("number", [0, -1, 367])
def test_reminders_come_within_a_year(issuer, owner, number):
    badge_class = badge_class_of(issuer)
    with pytest.raises(ValidationError):
        save_badge_class_mail(actor=owner, badge_class=badge_class, reminder_days=number)
    save_badge_class_mail(actor=owner, badge_class=badge_class, reminder_days=366)
    save_badge_class_mail(actor=owner, badge_class=badge_class, reminder_days=None)
    assert BadgeClassMail.objects.get().reminder_days is None


@pytest.mark.parametrize(("role", "may"), [(Role.EDITOR, True), (Role.STAFF, False)])
def test_who_may(issuer, role, may):
    user = acting(staff(issuer, "grace@example.org", role))
    badge_class = badge_class_of(issuer)
    for act in (
        lambda: save_issuer_mail(actor=user, issuer=issuer, notify=True),
        lambda: save_badge_class_mail(actor=user, badge_class=badge_class, subject="Well done"),
    ):
        if may:
            act()
        else:
            with pytest.raises(PermissionDenied):
                act()


def test_the_nearest_words_count():
    own = own_words(Kind.AWARD)
    of_issuer = IssuerMail(subject="I", footer="F", accent="#123456")
    of_class = BadgeClassMail(subject="C", link_text="L", reminder_subject="R")
    assert words(Kind.AWARD, None, None) == own
    assert words(Kind.AWARD, of_issuer, None).subject == "I"
    found = words(Kind.AWARD, of_issuer, of_class)
    assert (found.subject, found.body, found.link_text, found.footer, found.accent) == (
        "C", own.body, "L", "F", "#123456")  # fmt: skip
    reminder = words(Kind.REMINDER, of_issuer, of_class)
    assert (reminder.subject, reminder.body) == ("R", own_words(Kind.REMINDER).body)
    assert (reminder.link_text, reminder.footer) == ("L", "F")

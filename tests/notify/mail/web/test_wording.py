"""/issuers/{id}/mail/ and /badges/{id}/mail/: words, colours, previews, and a mail to look at."""

import base64
import hashlib
import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from issuer.models import Role
from jobs.models import Job
from jobs.worker import run_due
from notify.mail.services.samples import SAMPLE
from notify.models import BadgeClassMail, IssuerMail
from tests.notify.mail.conftest import pass_time
from tests.support.smtp import DROP
from tests.support.worlds import badge_class_of, issuer_of, person, staff

pytestmark = pytest.mark.django_db

WORDS = {"subject": "Well done: {badge_name}", "body": "Dear {recipient_name}", "link_text": "",
         "footer": "Kind regards"}  # fmt: skip
ISSUER_WORDS = WORDS | {"notify": "on", "accent": "#aa0000"}
CLASS_WORDS = WORDS | {"reminder_days": "30", "reminder_subject": "Soon over", "reminder_body": ""}


@pytest.fixture
def pages(issuer, badge_class) -> dict[str, str]:
    return {
        f"/issuers/{issuer.entity_id}/mail/": "issuer",
        f"/badges/{badge_class.entity_id}/mail/": "class",
    }


def form_of(kind: str) -> dict[str, str]:
    return ISSUER_WORDS if kind == "issuer" else CLASS_WORDS


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def previews(page: bytes) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'srcdoc="([^"]*)"', page.decode())]


def test_saving(browser, issuer, badge_class, pages):
    for path, kind in pages.items():
        assert browser.post(path, form_of(kind)).headers["Location"] == path
        assert browser.get(path).status_code == 200
    of_issuer, of_class = IssuerMail.objects.get(), BadgeClassMail.objects.get()
    assert (of_issuer.notify, of_issuer.accent, of_issuer.footer) == (
        True, "#aa0000", "Kind regards")  # fmt: skip
    assert (of_class.reminder_days, of_class.reminder_subject) == (30, "Soon over")
    browser.post(f"/issuers/{issuer.entity_id}/mail/", {"accent": "#00aa00"})
    of_issuer.refresh_from_db()
    assert (of_issuer.notify, of_issuer.subject) == (False, "")


def test_a_preview_saves_nothing(browser, pages, badge_class):
    for path, kind in pages.items():
        before = IssuerMail.objects.get().subject
        answer = browser.post(path, form_of(kind) | {"preview": "1"})
        assert answer.status_code == 200
        assert "This is not saved yet." in answer.content.decode()
        framed = previews(answer.content)
        assert "Dear Ada Lovelace" in framed[0]
        assert "Well done: First steps" in answer.content.decode()
        assert "data:image/png;base64,iVBOR" in framed[0]
        assert len(framed) == (2 if kind == "class" else 1)
        assert IssuerMail.objects.get().subject == before
    assert not BadgeClassMail.objects.exists()


def test_what_is_typed_cannot_leave_the_preview(browser, pages):
    nasty = '</style></iframe><script>alert(1)</script>" onload=x'
    for path, kind in pages.items():
        sent = form_of(kind) | {"preview": "1", "subject": nasty, "body": nasty, "footer": nasty}
        answer = browser.post(path, sent)
        assert "<script>alert" not in answer.content.decode()
        for framed in previews(answer.content):
            assert "<script>" not in framed


def test_the_frame_is_shut_and_its_styles_alone_are_allowed(browser, pages):
    for path in pages:
        answer = browser.get(path)
        assert re.search(rb"<iframe[^>]* sandbox (?!=)", answer.content)
        (framed,) = previews(answer.content)
        (style,) = re.findall("<style>(.*?)</style>", framed, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = answer.headers["Content-Security-Policy"]
        assert f"style-src 'self' 'sha256-{digest}'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"body": "{surname}"}, "There is no placeholder {surname}."),
     ({"accent": "red"}, "Write a colour as"), ({"reminder_days": "0"}, "greater than or equal")],
)  # fmt: skip
def test_what_is_refused_is_told_beside_its_field(browser, pages, wrong, told):
    for path, kind in pages.items():
        if wrong.keys() <= form_of(kind).keys():
            for button in ({}, {"preview": "1"}):
                answer = browser.post(path, form_of(kind) | wrong | button)
                assert answer.status_code == 400
                assert told in html.unescape(answer.content.decode())


def test_who_may(issuer, pages):
    editor = staff(issuer, "editor@example.org", Role.EDITOR)
    member = staff(issuer, "staff@example.org", Role.STAFF)
    for path, kind in pages.items():
        for name in ("", "sample/"):
            method = "post" if name else "get"
            assert getattr(client_of(editor), method)(path + name).status_code in (200, 302)
            assert getattr(client_of(member), method)(path + name).status_code == 403
            assert (
                getattr(client_of(person("x@example.org")), method)(path + name).status_code == 404
            )
            assert (
                getattr(Client(), method)(path + name)
                .headers["Location"]
                .startswith("/accounts/login/")
            )
        assert client_of(member).post(path, form_of(kind)).status_code == 403
    assert not BadgeClassMail.objects.exists()


def test_unknown_ids(browser, issuer, badge_class):
    swapped = (f"issuers/{badge_class.entity_id}", f"badges/{issuer.entity_id}")
    for path in ("issuers/nobody", "badges/nobody", "issuers/a%00b", *swapped):
        assert browser.get(f"/{path}/mail/").status_code == 404
        assert browser.post(f"/{path}/mail/", {}).status_code == 404


def test_a_mail_to_look_at(browser, issuer, pages, sink):
    for path, kind in pages.items():
        browser.post(path, form_of(kind))
        for _ in range(2):
            browser.post(f"{path}sample/", {"kind": "award"})
    browser.post(f"{path}sample/", {"kind": "reminder"})
    assert Job.objects.filter(kind=SAMPLE).count() == 3
    run_due()
    assert sink.envelopes == [issuer.created_by.email] * 3
    assert sorted(letter["Subject"] for letter in sink.letters) == [
        "Soon over", "Well done: First steps", "Well done: First steps"]  # fmt: skip
    assert all("List-Unsubscribe" not in letter for letter in sink.letters)
    assert issuer.created_by.email not in str(Job.objects.filter(kind=SAMPLE).values())


def test_a_sample_keeps_its_id_over_all_tries(browser, pages, sink):
    sink.faults = [DROP]
    browser.post(f"{next(iter(pages))}sample/")
    pass_time(hours=0.2)
    assert len(sink.letters) == 2
    assert len({letter["Message-ID"] for letter in sink.letters}) == 1


def test_a_sample_is_of_the_latest_badge(browser, issuer, badge_class):
    badge_class_of(issuer, name="The latest")
    answer = browser.get(f"/issuers/{issuer.entity_id}/mail/")
    assert "The latest" in html.unescape(previews(answer.content)[0])


@pytest.mark.parametrize(("reply", "state"), [("550 no", "dead"), ("451 later", "waiting")])
def test_a_sample_that_fails(browser, pages, sink, reply, state):
    sink.refusal = reply
    browser.post(f"{next(iter(pages))}sample/")
    run_due()
    assert Job.objects.get(kind=SAMPLE).state == state


def test_an_issuer_without_badges(browser, issuer, sink):
    bare = issuer_of(issuer.created_by, name="Bare")
    answer = browser.get(f"/issuers/{bare.entity_id}/mail/")
    assert "Your badge" in html.unescape(previews(answer.content)[0])
    assert b"There is no badge yet." in answer.content
    browser.post(f"/issuers/{bare.entity_id}/mail/sample/")
    run_due()
    assert len(sink.letters) == 1


def test_queries_do_not_grow_with_the_classes(browser, issuer):
    counts = []
    for size in (1, 6):
        for number in range(size):
            badge_class_of(issuer, name=f"{size} {number}")
        with CaptureQueriesContext(connection) as caught:
            browser.get(f"/issuers/{issuer.entity_id}/mail/")
        counts.append(len(caught))
    assert counts[0] == counts[1]

"""Mail by jobs, over a real SMTP server: nothing lost, nothing typed by a stranger in it."""

import re
import socket
from datetime import timedelta
from pathlib import Path

import allauth
import pytest
from django.test import Client

from accounts.mails import MAILS, NEVER_SENT
from accounts.queries import primary_address
from accounts.services.mail import KIND, render, send_later
from jobs.models import Job
from jobs.worker import run_due
from tests.support.smtp import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    with Sink() as taken:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", taken.port
        yield taken


def test_it_goes_out_as_text_and_html(sink, ada, settings):
    settings.LAUREL_SUPPORT_CONTACT = "help@example.org <b>"
    Client().post("/accounts/password/reset/", {"email": ada.email})
    assert sink.letters == []
    run_due()
    (letter,) = sink.letters
    assert (letter["To"], letter["From"]) == (ada.email, "laurel@localhost")
    assert letter["Auto-Submitted"] == "auto-generated"
    text = letter.get_body(("plain",)).get_content()
    html = letter.get_body(("html",)).get_content()
    (link,) = re.findall(r"http://localhost:8000/accounts/password/\S+", text)
    assert f'href="{link}"' in html
    assert "help@example.org <b>" in text
    assert "help@example.org &lt;b&gt;" in html


def test_a_server_that_is_away_loses_nothing(sink, ada, settings, time_machine):
    good = settings.EMAIL_PORT
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = nobody.getsockname()[1]
        send_later("password_changed", address=primary_address(ada))
        run_due()
    job = Job.objects.get(kind=KIND)
    assert (job.state, job.attempts) == (Job.State.WAITING, 1)
    assert ada.email not in job.last_error
    settings.EMAIL_PORT = good
    time_machine.move_to(job.run_at + timedelta(seconds=1))
    run_due()
    assert len(sink.letters) == 1


@pytest.mark.parametrize(
    ("refusal", "state"), [("550 no such user", "DEAD"), ("451 later", "WAITING")]
)
def test_a_refused_address(sink, ada, refusal, state):
    sink.refusal = refusal
    send_later("password_changed", address=primary_address(ada))
    run_due()
    assert Job.objects.get(kind=KIND).state == Job.State[state]


def test_jobs_hold_ids_alone(ada):
    send_later("password_reset_key", address=primary_address(ada))
    send_later("password_reset_key", address=None)
    known, unknown = Job.objects.filter(kind=KIND).order_by("pk")
    assert set(known.payload) == set(unknown.payload) == {"mail", "address"}
    assert "http" not in str(known.payload)


def test_nobody_writes_to_who_is_gone(ada, sink):
    send_later("password_changed", address=primary_address(ada))
    ada.delete()
    run_due()
    assert sink.letters == []
    assert Job.objects.get(kind=KIND).state == Job.State.DONE


def test_a_proved_address_is_not_asked_again(ada, sink):
    send_later("email_confirmation", address=primary_address(ada))
    run_due()
    assert sink.letters == []


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_says_nothing_of_what_was_typed(ada, name):
    ada.first_name, ada.last_name = "http://evil.example/", "<b>Win\nBcc: x@evil.example"
    ada.save()
    letter = render(name, primary_address(ada))
    whole = str(letter.message()) + letter.body + letter.alternatives[0].content
    assert "evil" not in whole
    assert len(letter.subject) < 80
    assert "None" not in letter.body


def test_every_mail_of_allauth_is_known():
    """An upgrade that brings a new one is noticed here."""
    folder = Path(allauth.__file__).parent / "templates"
    theirs = {
        path.name.removesuffix("_subject.txt") for path in folder.glob("*/email/*_subject.txt")
    }
    assert len(theirs) > 10
    assert theirs <= MAILS.keys() | NEVER_SENT

"""An issuer that mails, a mail server for it, and time that passes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from issuer.models import BadgeClass, Issuer
from jobs.worker import run_due
from notify.mail.services.mail_settings import save_issuer_mail
from tests.support.smtp import Sink
from tests.support.worlds import acting, badge_class_of, issuer_of, person


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    with Sink() as running:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running


@pytest.fixture
def impatient(settings) -> None:
    """A server that hangs is left sooner. Only where one does: a busy machine is slow, too."""
    settings.EMAIL_TIMEOUT = 0.5


@pytest.fixture
def issuer(db) -> Issuer:
    """It mails unless an award says otherwise."""
    made = issuer_of(person(name="Ada Lovelace"))
    save_issuer_mail(actor=acting(made.created_by), issuer=made, notify=True)
    return made


@pytest.fixture
def badge_class(issuer: Issuer) -> BadgeClass:
    return badge_class_of(issuer)


def pass_time(*, hours: float = 2, after: float = 0) -> None:
    """Run what is due, then what falls due in the hours to come; `after` (hours) goes on where
    another call ended.
    """
    start = timezone.now() + timedelta(hours=after)
    for minutes in range(0, int(hours * 60) + 1, 10):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            run_due()

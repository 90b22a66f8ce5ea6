"""A remote on loopback, a provider for it, and time that passes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from issuer.models import BadgeClass, Issuer
from jobs.worker import run_due
from mirror.models import BadgeProvider
from mirror.services import asking
from mirror.services.providers import save_provider
from tests.mirror.remote import PASSWORD, USERNAME, RemoteBadgr
from tests.support.worlds import SERVER, badge_class_of, issuer_of, person


@pytest.fixture(autouse=True)
def loopback(settings) -> None:
    settings.LAUREL_OUTBOUND_ALLOW = "127.0.0.1"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A remote that hangs is left sooner. Only where one does: a busy machine is slow, too."""
    monkeypatch.setattr(asking, "TIMEOUT", 1.0)


@pytest.fixture
def remote() -> Iterator[RemoteBadgr]:
    running = RemoteBadgr()
    yield running
    running.close()


@pytest.fixture
def issuer(db) -> Issuer:
    return issuer_of(person(administrator=True))


@pytest.fixture
def badge_class(issuer: Issuer) -> BadgeClass:
    return badge_class_of(issuer)


@pytest.fixture
def provider(issuer: Issuer, remote: RemoteBadgr) -> BadgeProvider:
    return provider_of(issuer, remote)


def provider_of(issuer: Issuer, remote: RemoteBadgr, **more) -> BadgeProvider:
    fields = {
        "name": "Remote",
        "type": "badgr",
        "api_url": remote.url,
        "issuer": issuer,
        "issuer_entity_id": "remote-issuer",
        "all_classes": True,
        "username": USERNAME,
        "password": PASSWORD,
    }
    made, _ = save_provider(actor=SERVER, slug="remote", fields=fields | more)
    return made


def pass_time(*, hours: float = 2, after: float = 0) -> None:
    """Run what is due, then what falls due in the hours to come. The clock goes back at the end;
    `after` (hours) goes on where another call ended.
    """
    start = timezone.now() + timedelta(hours=after)
    for minutes in range(0, int(hours * 60) + 1, 12):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            run_due()

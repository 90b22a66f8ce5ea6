"""A receiver on loopback, and a webhook that leads to it."""

from collections.abc import Callable, Iterator

import pytest

from issuer.models import BadgeClass, Issuer
from notify.models import Webhook
from notify.webhooks.events import TYPES
from notify.webhooks.services import sending
from notify.webhooks.services.endpoints import create_webhook
from tests.notify.webhooks.receiver import Receiver
from tests.support.worlds import acting, badge_class_of, issuer_of, person

Hook = Callable[..., tuple[Webhook, str]]


@pytest.fixture(autouse=True)
def loopback(settings) -> None:
    settings.LAUREL_OUTBOUND_ALLOW = "127.0.0.1"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver that hangs is left sooner. Only where one does: a busy machine is slow, too."""
    monkeypatch.setattr(sending, "TIMEOUT", 1.0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.close()


@pytest.fixture
def issuer(db) -> Issuer:
    return issuer_of(person())


@pytest.fixture
def badge_class(issuer: Issuer) -> BadgeClass:
    return badge_class_of(issuer)


@pytest.fixture
def hook(issuer: Issuer) -> Hook:
    """Makes a webhook of the issuer; beside it its secret."""

    def make(url: str, *events: str, of: Issuer = issuer) -> tuple[Webhook, str]:
        actor = acting(of.created_by)
        return create_webhook(actor=actor, issuer=of, url=url, events=events or TYPES)

    return make


@pytest.fixture
def webhook(hook: Hook, badge_class: BadgeClass, receiver: Receiver) -> Webhook:
    """Of an issuer that has a badge class already."""
    made, _ = hook(receiver.url)
    return made

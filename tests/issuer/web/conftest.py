"""Somebody of an issuer's staff, signed in."""

import pytest
from django.test import Client

from accounts.models import User
from issuer.models import BadgeClass, Issuer
from tests.support.worlds import badge_class_of, issuer_of, person


@pytest.fixture
def ada(db) -> User:
    return person()


@pytest.fixture
def issuer(ada) -> Issuer:
    return issuer_of(ada, name="Academy")


@pytest.fixture
def badge_class(issuer) -> BadgeClass:
    return badge_class_of(issuer, name="Welding")


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def browser(ada) -> Client:
    return browser_of(ada)


@pytest.fixture
def stranger(db) -> Client:
    """Staff of another issuer."""
    eve = person("eve@example.org")
    issuer_of(eve)
    return browser_of(eve)

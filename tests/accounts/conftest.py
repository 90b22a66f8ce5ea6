"""A person who can sign in, and a browser of theirs."""

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.support.worlds import person


@pytest.fixture(autouse=True)
def fresh_cache():
    """Rate limits are counted in the cache."""
    cache.clear()


@pytest.fixture
def ada(db) -> User:
    return person()


@pytest.fixture
def browser(ada) -> Client:
    client = Client()
    client.force_login(ada)
    return client

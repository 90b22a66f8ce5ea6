"""A person who can sign in, and a browser of theirs."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from accounts.models import User
from tests.support.worlds import person


@pytest.fixture
def ada(db) -> User:
    return person()


@pytest.fixture
def browser(ada) -> Client:
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def hashed(monkeypatch) -> list[str]:
    """Passwords that went through the slow hash."""
    seen: list[str] = []
    plain = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, password, salt: seen.append(password) or plain(self, password, salt),
    )
    return seen

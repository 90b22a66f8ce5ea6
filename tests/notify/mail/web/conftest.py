"""A browser in which the issuer's owner has signed in."""

import pytest
from django.test import Client


@pytest.fixture
def browser(issuer) -> Client:
    client = Client()
    client.force_login(issuer.created_by)
    return client

"""A browser in which somebody has signed in with their password."""

from django.test import Client

from accounts.models import User
from tests.support.servers import PASSWORD


def signed_in(user: User, password: str = PASSWORD, **address: str) -> Client:
    """`REMOTE_ADDR` names the peer."""
    client = Client(**address)
    client.post("/accounts/login/", {"login": user.email, "password": password})
    return client


def sure(user: User, password: str = PASSWORD) -> Client:
    """One that has just typed the password again."""
    client = signed_in(user, password)
    client.post("/accounts/reauthenticate/", {"password": password})
    return client

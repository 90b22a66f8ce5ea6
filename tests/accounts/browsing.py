"""A browser in which somebody has signed in with their password, and what the log has of it."""

from django.test import Client

from accounts.models import User
from activity.models import LogEntry
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


def verbs_of(user: User) -> list[str]:
    """What the log has of them and their ways in, oldest first."""
    rows = LogEntry.objects.filter(object_id=user.entity_id, actor_id=user.entity_id)
    return list(rows.order_by("pk").values_list("verb", flat=True))

"""Clearing away what has expired, room by room, as jobs that come round by the clock."""

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore

from api import idempotency, throttling
from jobs.registry import Payload, handler, schedule
from oauth.services.registrations import clear_unused_registrations
from oauth.services.tokens import clear_expired_tokens


@handler("api.prune")
def prune_api(payload: Payload) -> None:
    idempotency.prune()
    throttling.prune()


@handler("oauth.clear-expired")
def clear_tokens(payload: Payload) -> None:
    clear_expired_tokens()
    clear_unused_registrations()


@handler("sessions.clear-expired")
def clear_sessions(payload: Payload) -> None:
    SessionStore.clear_expired()


def register() -> None:
    """Called once, when the apps are ready."""
    for kind in ("api.prune", "oauth.clear-expired", "sessions.clear-expired"):
        schedule(kind, every=timedelta(hours=6))

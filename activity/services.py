"""Writing the log. Whatever hangs on an act (mail, mirror, webhooks) subscribes here and only adds
Jobs.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from activity.actors import Actor
from activity.models import LogEntry

Facts = Mapping[str, object]  # ids and digests, never a personal datum
Subscriber = Callable[[Sequence[LogEntry]], None]


class Loggable(Protocol):
    """An object of which acts are recorded."""

    @property
    def log_type(self) -> str: ...
    @property
    def entity_id(self) -> str: ...
    @property
    def log_issuer_id(self) -> str: ...


_subscribers: dict[str, list[Subscriber]] = {}


def subscribe(verb: str, subscriber: Subscriber) -> None:
    """Call `subscriber` with the new entries of `verb`, inside their transaction. For
    `AppConfig.ready()`.
    """
    _subscribers.setdefault(verb, []).append(subscriber)


def record(verb: str, subject: Loggable, *, actor: Actor, facts: Facts | None = None) -> LogEntry:
    """Append one entry. Must run inside the transaction of the act itself."""
    return record_all(verb, [subject], actor=actor, facts=[facts] if facts else None)[0]


def record_all(
    verb: str,
    subjects: Sequence[Loggable],
    *,
    actor: Actor,
    facts: Sequence[Facts] | None = None,
) -> list[LogEntry]:
    """Append an entry for each subject in one statement, then wake the verb's subscribers once.

    `facts`, where there are any, stand in the order of the subjects. What an administrator did
    beyond their roles is marked as such.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an act and its log entry are committed together: open a transaction")
    now = timezone.now()
    beyond_roles = {"administrator": True} if actor.administrator else {}
    entries = LogEntry.objects.bulk_create(
        LogEntry(
            at=now,
            verb=verb,
            object_type=subject.log_type,
            object_id=subject.entity_id,
            issuer_id=subject.log_issuer_id,
            actor_id=actor.user.entity_id if actor.user else "",
            client=actor.client,
            channel=actor.channel,
            facts={**told, **beyond_roles},
        )
        for subject, told in zip(subjects, facts or [{}] * len(subjects), strict=True)
    )
    for subscriber in _subscribers.get(verb, []):
        subscriber(entries)
    return entries

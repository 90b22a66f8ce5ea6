"""The files of cards: derived from what a card shows, kept under a key of it, made again when gone.

A worker makes them when something is created or changed; where a bot is faster, the first GET does.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from activity.models import LogEntry
from activity.services import subscribe
from issuer.models import Assertion, BadgeClass, Issuer
from issuer.queries import published
from jobs.registry import Payload, handler
from jobs.services import enqueue_many
from public.cards.drawing import COMPOSER_VERSION, compose
from public.queries import badge_class_ids

BADGE_CARD, ISSUER_CARDS = "public.badge-card", "public.issuer-cards"
AFTER_MAIL = 80  # a preview can wait; a card that is asked for is made at once


@dataclass(frozen=True)
class Card:
    """What a card shows. Cards that show the same are one file."""

    title: str
    byline: str
    picture: str  # storage name; "" without

    @property
    def key(self) -> str:
        shown = [COMPOSER_VERSION, self.picture, self.title, self.byline]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]

    @property
    def file(self) -> str:
        return f"cards/{self.key}.png"


def card_of(row: Issuer | BadgeClass | Assertion) -> Card:
    """An award's card is that of its class: it says nothing of its holder."""
    match row:
        case Issuer():
            return Card(row.name, "", row.image_file("square"))
        case BadgeClass():
            return Card(row.name, row.issuer.name, row.image_file("square"))
        case Assertion():
            return card_of(row.badge_class)


def content(card: Card) -> bytes:
    """The PNG: read, or made where it is not there yet."""
    try:
        return read(card.file)
    except FileNotFoundError:
        return make(card)


def make(card: Card) -> bytes:
    """Compose and keep. Two at once make the same file."""
    picture = read(card.picture) if card.picture else b""
    made = compose(title=card.title, byline=card.byline, picture=picture)
    default_storage.save(card.file, ContentFile(made))
    return made


def read(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())


@handler(BADGE_CARD, priority=AFTER_MAIL)
def make_badge_card(payload: Payload) -> None:
    make_where_missing("badges", payload["id"])


@handler(ISSUER_CARDS, priority=AFTER_MAIL)
def make_issuer_cards(payload: Payload) -> None:
    """The issuer's own card, and by a job each those of its classes, which name it too."""
    make_where_missing("issuers", payload["id"])
    want(BADGE_CARD, badge_class_ids(payload["id"]))


def make_where_missing(collection: str, entity_id: str) -> None:
    try:
        card = card_of(published(collection, entity_id))
    except ObjectDoesNotExist:
        return  # deleted meanwhile
    if not default_storage.exists(card.file):
        make(card)


def want(kind: str, entity_ids: Sequence[str]) -> None:
    payloads = [{"id": entity_id} for entity_id in entity_ids]
    enqueue_many(kind=kind, payloads=payloads, dedupe_key=lambda job: f"{kind}:{job['id']}")


def after_badge_classes(entries: Sequence[LogEntry]) -> None:
    want(BADGE_CARD, [entry.object_id for entry in entries])


def after_issuers(entries: Sequence[LogEntry]) -> None:
    want(ISSUER_CARDS, [entry.object_id for entry in entries])


def register() -> None:
    """Called once, when the apps are ready."""
    for verb in ("badgeclass.created", "badgeclass.updated"):
        subscribe(verb, after_badge_classes)
    for verb in ("issuer.created", "issuer.updated"):
        subscribe(verb, after_issuers)

"""Every named read of the room."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TypeVar

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet

from issuer.models import Assertion, BadgeClass, Issuer
from mirror.models import BadgeProvider, MirroredAssertion, MirroredBadgeClass, State

PORTION = 500

Row = TypeVar("Row", bound=Model)


def providers(slug: str = "") -> list[BadgeProvider]:
    """All, or the one of this slug. Raises DoesNotExist."""
    rows = BadgeProvider.objects.select_related("issuer").order_by("slug")
    return [rows.get(slug=slug)] if slug else list(rows)


def local_issuer(entity_id: str) -> Issuer:
    """The issuer of this id; without one, the only issuer there is. Raises ObjectDoesNotExist,
    MultipleObjectsReturned.
    """
    rows = Issuer.objects.defer("document")
    return rows.get(entity_id=entity_id) if entity_id else rows.get()


def local_badge_class(entity_id: str) -> BadgeClass | None:
    return BadgeClass.objects.defer("document").filter(entity_id=entity_id).first()


def badge_classes(provider: BadgeProvider) -> QuerySet[MirroredBadgeClass]:
    """The classes that were chosen or had to be pushed."""
    rows = MirroredBadgeClass.objects.filter(provider=provider)
    return rows.select_related("badge_class").order_by("pk")


def is_in_use(provider: BadgeProvider) -> bool:
    """Whether anything was chosen for it or pushed."""
    return any(
        model._default_manager.filter(provider=provider).exists()
        for model in (MirroredBadgeClass, MirroredAssertion)
    )


def is_mirrored(provider: BadgeProvider, badge_class: BadgeClass) -> bool:
    """Whether awards of this class are for this provider."""
    if badge_class.issuer_id != provider.issuer_id:
        return False
    chosen = MirroredBadgeClass.objects.filter(provider=provider, badge_class=badge_class)
    return provider.all_classes or chosen.exists()


def wanted_awards(
    entity_ids: Collection[str], issuer_ids: Collection[str]
) -> list[tuple[BadgeProvider, Assertion]]:
    """Each of these awards of these issuers with each provider that is to have it; keys and ids."""
    return [
        (provider, assertion)
        for provider in BadgeProvider.objects.filter(issuer__entity_id__in=issuer_ids)
        for assertion in mirrored_awards(provider)
        .filter(entity_id__in=entity_ids)
        .only("entity_id")
    ]


def mirrored_awards(provider: BadgeProvider) -> QuerySet[Assertion]:
    """The awards of its issuer that this provider is to have, revoked ones included."""
    rows = Assertion.objects.filter(issuer_id=provider.issuer_id)
    if not provider.all_classes:
        rows = rows.filter(badge_class__mirrors__provider=provider)
    return rows


def classes_mirrored(entity_ids: Collection[str]) -> list[tuple[int, int]]:
    """Provider and row of these badge classes, by their keys."""
    rows = MirroredBadgeClass.objects.filter(badge_class__entity_id__in=entity_ids)
    return list(rows.values_list("provider_id", "pk"))


def award_to_push(provider_id: int, entity_id: str) -> tuple[BadgeProvider, Assertion] | None:
    """None where one of them is gone, or the class is mirrored no more."""
    provider = BadgeProvider.objects.filter(pk=provider_id).first()
    assertion = awards_with_what_is_told().filter(entity_id=entity_id).first()
    if provider is None or assertion is None:
        return None
    return (provider, assertion) if is_mirrored(provider, assertion.badge_class) else None


def awards_with_what_is_told() -> QuerySet[Assertion]:
    rows = Assertion.objects.select_related("badge_class", "recipient")
    return rows.defer("document", "badge_class__document")


def award_as_it_is(row: MirroredAssertion) -> Assertion:
    return awards_with_what_is_told().get(pk=row.assertion_id)


def others_of_recipient(
    row: MirroredAssertion, remote_ids: Collection[str]
) -> list[MirroredAssertion]:
    """Rows of other awards of the class that are these over there, or were asked for the same
    recipient; not those that stay as they are: they have failed, or were never to go there.
    """
    there = Q(remote_id__in=remote_ids) | Q(asked_recipient=row.asked_recipient_id)
    rows = MirroredAssertion.objects.filter(
        there,
        provider=row.provider_id,
        assertion__badge_class=row.assertion.badge_class_id,
    ).exclude(pk=row.pk)
    moving = rows.exclude(state=State.FAILED).exclude(state=State.COMPLETE, remote_id="")
    related = moving.select_related("assertion__recipient").defer("assertion__document")
    return list(related.order_by("pk"))


def remote_ids_taken(provider: BadgeProvider, remote_ids: Collection[str]) -> set[str]:
    """Which of these remote awards are counterparts of some award already."""
    rows = MirroredAssertion.objects.filter(provider=provider, remote_id__in=remote_ids)
    return set(rows.values_list("remote_id", flat=True))


def remote_classes_taken(provider: BadgeProvider) -> set[str]:
    """The remote classes that are counterparts of some badge class already."""
    rows = MirroredBadgeClass.objects.filter(provider=provider).exclude(remote_id="")
    return set(rows.values_list("remote_id", flat=True))


def unfinished(
    before: datetime,
) -> tuple[QuerySet[MirroredBadgeClass], QuerySet[MirroredAssertion]]:
    """Classes and awards that are still mirrored, that nobody has brought further since then, and
    that have not failed.
    """
    idle = Q(state__in=[State.STAGED, State.IN_PROGRESS], updated_at__lt=before)
    classes = MirroredBadgeClass.objects.filter(
        idle, provider__issuer_id=F("badge_class__issuer_id")
    )
    chosen = MirroredBadgeClass.objects.filter(
        provider=OuterRef("provider"), badge_class=OuterRef("assertion__badge_class")
    )
    awards = MirroredAssertion.objects.filter(
        idle,
        Q(provider__all_classes=True) | Exists(chosen),
        provider__issuer_id=F("assertion__issuer_id"),
    )
    return classes, awards.select_related("assertion").only("provider_id", "assertion__entity_id")


def counts(provider: BadgeProvider) -> Counter[str]:
    """How many awards are in which state."""
    rows = MirroredAssertion.objects.filter(provider=provider).order_by()
    return Counter(dict(rows.values_list("state").annotate(Count("pk"))))


def failed(provider: BadgeProvider) -> QuerySet[MirroredAssertion]:
    """Awards that the remote refused, the latest first."""
    rows = MirroredAssertion.objects.filter(provider=provider, state=State.FAILED)
    return rows.select_related("assertion").order_by("-updated_at")


def held_up(provider: BadgeProvider) -> QuerySet[MirroredAssertion]:
    """Awards that wait because something went wrong, the latest first."""
    rows = MirroredAssertion.objects.filter(provider=provider, state=State.STAGED)
    return rows.exclude(last_error="").select_related("assertion").order_by("-updated_at")


def refused_for(row: MirroredBadgeClass) -> QuerySet[MirroredAssertion]:
    """Awards that failed without a counterpart: their class may have been the cause."""
    return MirroredAssertion.objects.filter(
        provider=row.provider_id,
        assertion__badge_class=row.badge_class_id,
        state=State.FAILED,
        remote_id="",
    )


def classes_to_compare(provider: BadgeProvider) -> list[BadgeClass]:
    """The classes of its issuer that this provider is to have."""
    rows = BadgeClass.objects.filter(issuer_id=provider.issuer_id)
    if not provider.all_classes:
        rows = rows.filter(mirrors__provider=provider)
    return list(rows.only("entity_id").order_by("pk"))


def counterpart_of(provider: BadgeProvider, badge_class: BadgeClass) -> MirroredBadgeClass | None:
    """The row of a class that is over there."""
    rows = MirroredBadgeClass.objects.filter(provider=provider, badge_class=badge_class)
    return rows.exclude(remote_id="").first()


def awards_to_compare(provider: BadgeProvider, badge_class: BadgeClass) -> QuerySet[Assertion]:
    """The awards of the class that are to be over there, with what is told of them."""
    rows = mirrored_awards(provider).filter(badge_class=badge_class)
    return rows.select_related("recipient").defer("document")


def portions(rows: QuerySet[Row]) -> Iterator[list[Row]]:
    """All rows in the order of their keys, PORTION at a time. Each is read to its end: whoever
    works on it may write, and so may others.
    """
    last = 0
    while portion := list(rows.filter(pk__gt=last).order_by("pk")[:PORTION]):
        yield portion
        last = portion[-1].pk

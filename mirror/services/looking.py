"""Looking at what is over there, and recognising what is ours."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils import timezone

from mirror.contract import Rejected, RemoteAward
from mirror.models import BadgeProvider, MirroredAssertion
from mirror.queries import remote_ids_taken
from mirror.services.asking import ask


def awards_of(provider: BadgeProvider, class_id: str, identity: str) -> list[RemoteAward]:
    """The awards of a class over there: a recipient's, or everybody's without identity; none where
    the class is gone. Raises Rejected where we may not look.
    """
    try:
        return ask(provider, lambda remote: remote.awards(class_id, identity))
    except Rejected as error:
        if error.status != 404 or is_listed(provider, class_id):
            raise
        return []


def is_listed(provider: BadgeProvider, class_id: str) -> bool:
    known = ask(provider, lambda remote: remote.badge_classes())
    return any(item.id == class_id for item in known)


def free_among(provider: BadgeProvider, awards: Sequence[RemoteAward]) -> list[RemoteAward]:
    """Those that are not revoked and nobody else's counterparts."""
    taken = remote_ids_taken(provider, [award.id for award in awards])
    return [award for award in awards if award.id not in taken and not award.revoked]


def of_moment(awards: Iterable[RemoteAward], issued_on: datetime | None) -> RemoteAward | None:
    same = (award for award in awards if same_moment(award.issued_on, issued_on))
    return next(same, None)


def held_one(awards: Iterable[RemoteAward]) -> RemoteAward | None:
    """One that the recipient holds, which the remote would not let us award again."""
    now = timezone.now()
    return next((each for each in awards if each.expires is None or each.expires > now), None)


def asked_for(row: MirroredAssertion) -> tuple[RemoteAward | None, list[RemoteAward]]:
    """The award that this row's last request may have made, and all free ones of the recipient whom
    it was for. What the award says by now does not matter: it may have been corrected since.
    """
    if not (row.asked_class and row.asked_recipient):
        return None, []
    known = awards_of(row.provider, row.asked_class, row.asked_recipient.identity)
    free = free_among(row.provider, known)
    return of_moment(free, row.asked_issued_on), free


def same_moment(one: datetime | None, other: datetime | None) -> bool:
    """To the second: not every service keeps more."""
    if one is None or other is None:
        return one is other
    return abs((one - other).total_seconds()) < 1

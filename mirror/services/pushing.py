"""Bringing the remote to where we are. A push compares what is with what the remote was told last
and takes the missing steps in their order: award, correction, revocation. So it may be repeated,
cut off at any moment or come late, and ends the same.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, TypeVar

from django.utils import timezone

from issuer.models import Assertion, BadgeClass
from jobs.backoff import rest
from jobs.errors import Retry
from mirror.contract import (
    Adapter,
    AwardFacts,
    NotNow,
    Rejected,
    RemoteAward,
    RemoteError,
    RemoteObject,
)
from mirror.facts import award_facts, badge_class_facts, digest_of, texts_of
from mirror.models import BadgeProvider, MirroredAssertion, MirroredBadgeClass, State
from mirror.queries import refused_for, remote_classes_taken, remote_ids_taken
from mirror.services.asking import ask
from mirror.services.holding import SETTLING, Busy, Hold, Row, opaque
from mirror.services.resting import Resting, require_rested, spare, wake
from mirror.services.staging import stage_awards

Made = TypeVar("Made", bound=RemoteObject)

# What proxies answer who did not wait for the service behind them: 52x are Cloudflare's.
IMPATIENT = frozenset({502, 504, *range(520, 528)})

CLASS_FAILED = "Its badge class could not be mirrored."


def push_award(provider: BadgeProvider, assertion: Assertion) -> None:
    """Award, correct or revoke over there, whatever is missing. Raises Retry."""
    row, _ = MirroredAssertion.objects.get_or_create(provider=provider, assertion=assertion)
    with steered(provider, attempts=row.attempts + 1):
        facts = award_facts(assertion)
        attempt(row, lambda hold: bring_award(hold, assertion, facts), texts_of(assertion))


def push_badge_class(row: MirroredBadgeClass) -> None:
    """Find, create or change the class over there. Raises Retry."""
    with steered(row.provider, attempts=row.attempts + 1):
        attempt(row, bring_badge_class)
        refused = refused_for(row).values_list("assertion__entity_id", flat=True)
        stage_awards((row.provider_id, entity_id) for entity_id in refused)


@contextmanager
def steered(provider: BadgeProvider, *, attempts: int = 1) -> Iterator[None]:
    """From what the remote says to what the job does. A refusal is kept in the row, and final.

    After so many attempts the job itself rests, too: the remote may be well but for this one.
    """
    try:
        require_rested(provider)
        with suppress(Rejected):
            yield
    except (Busy, Resting) as error:
        raise Retry(after=error.after, reason=str(error)) from error
    except NotNow as error:
        seconds = max(spare(provider, error), rest(attempts).total_seconds())
        raise Retry(after=seconds, reason=opaque(str(error))) from error
    wake(provider)


def attempt(row: Row, bring: Callable[[Hold[Row]], None], quotable: Iterable[str] = ()) -> None:
    """Do it while holding the row, and keep in the row how it went. Raises Rejected, NotNow."""
    hold = Hold(row)
    try:
        bring(hold)
    except Rejected as error:
        hold.fail(error, quotable)
        raise
    except NotNow as error:
        hold.stage(error, quotable)
        raise
    hold.complete()


def bring_award(hold: Hold[MirroredAssertion], assertion: Assertion, facts: AwardFacts) -> None:
    row, provider = hold.row, hold.row.provider
    if not row.remote_id:
        if assertion.revoked_at and not row.requested:
            return  # it has never been over there, and need not go
        class_id = counterpart(provider, assertion.badge_class)
        bring = find_unseen if assertion.revoked_at else find_or_award
        bring(hold, class_id, facts)
    remote_id, reason = row.remote_id, assertion.revocation_reason
    if not remote_id or row.revoked:
        return
    if assertion.revoked_at:
        hold.store()
        ask(provider, lambda remote: remote.revoke_award(remote_id, reason))
        hold.store(revoked=True)
    elif row.digest != digest_of(facts):
        hold.store()
        ask(provider, lambda remote: remote.save_award("", facts, remote_id))
        hold.store(digest=digest_of(facts))


def find_unseen(hold: Hold[MirroredAssertion], class_id: str, facts: AwardFacts) -> None:
    """Give the row the counterpart that a request may have made before, if it did. Nothing else
    that the recipient holds: it is to be revoked.
    """
    hold.store()
    same, _ = awards_there(hold.row.provider, class_id, facts)
    if same:
        hold.store(**told_by(same[0]))


def find_or_award(hold: Hold[MirroredAssertion], class_id: str, facts: AwardFacts) -> None:
    """Give the row its counterpart. Where a request may have made it before, look first."""
    provider = hold.row.provider
    hold.store()
    found = find_award(provider, class_id, facts) if hold.row.requested else None
    digest = ""  # of what is found nobody knows what it says: it will be corrected
    if found is None:
        try:
            found = create(
                hold, lambda remote: remote.save_award(class_id, facts, ""), requested=True
            )
            # A class over there may set an end of its own where ours says none.
            digest = digest_of(facts) if same_moment(found.expires, facts.expires) else ""
        except Rejected:
            hold.store()
            with suppress(Rejected):
                found = find_award(provider, class_id, facts)
            if found is None:
                raise
    hold.store(**told_by(found), digest=digest)


def find_award(provider: BadgeProvider, class_id: str, facts: AwardFacts) -> RemoteAward | None:
    """Of the recipient's awards over there the one of the same moment, else one that they hold,
    which the remote would not let us award again.
    """
    same, held = awards_there(provider, class_id, facts)
    return next(iter(same + held), None)


def awards_there(
    provider: BadgeProvider, class_id: str, facts: AwardFacts
) -> tuple[list[RemoteAward], list[RemoteAward]]:
    """The recipient's awards over there that are nobody else's counterparts: those of the same
    moment, and those that they hold.
    """
    known = ask(provider, lambda remote: remote.awards(class_id, facts.identity))
    taken = remote_ids_taken(provider, [award.id for award in known])
    free = [award for award in known if award.id not in taken and not award.revoked]
    same = [award for award in free if same_moment(award.issued_on, facts.issued_on)]
    now = timezone.now()
    held = [award for award in free if award.expires is None or award.expires > now]
    return same, held


def counterpart(provider: BadgeProvider, badge_class: BadgeClass) -> str:
    """The id of the class over there, found or made now if need be. Raises Rejected, NotNow."""
    row, _ = MirroredBadgeClass.objects.get_or_create(provider=provider, badge_class=badge_class)
    if not row.digest:
        if row.state == State.FAILED:
            raise Rejected(CLASS_FAILED, status=row.http_status)
        try:
            attempt(row, bring_badge_class)
        except Rejected as error:
            raise Rejected(f"{CLASS_FAILED} {error}", status=error.status) from error
        row.refresh_from_db()
    return row.remote_id


def bring_badge_class(hold: Hold[MirroredBadgeClass]) -> None:
    """What exists over there is taken as it is until ours changes: somebody may have made it."""
    row, provider = hold.row, hold.row.provider
    facts = badge_class_facts(row.badge_class)
    if row.digest:
        if row.digest != digest_of(facts):
            hold.store()
            ask(provider, lambda remote: remote.save_badge_class(facts, row.remote_id))
            hold.store(digest=digest_of(facts))
        return
    hold.store()
    known = ask(provider, lambda remote: remote.badge_classes())
    if row.remote_id:
        found = next((item for item in known if item.id == row.remote_id), None)
        if found is None:
            raise Rejected(f"The remote issuer has no badge class {row.remote_id}.", status=404)
    else:
        taken = remote_classes_taken(provider)
        named = (item for item in known if item.name == facts.name and item.id not in taken)
        found = next(named, None)
    if found is None:
        found = create(hold, lambda remote: remote.save_badge_class(facts, ""))
    hold.store(**told_by(found), digest=digest_of(facts))


def create(hold: Hold[Any], act: Callable[[Adapter], Made], **known: Any) -> Made:
    """What the remote makes. Where it does not answer it may be at it yet, and nobody can see what
    it is about to make: then the row lies still until that has settled. So it does if we die.
    `known` is stored before the request.

    Raises Rejected, NotNow.
    """
    hold.store(settling_until=timezone.now() + SETTLING, **known)
    try:
        return ask(hold.row.provider, act)
    except RemoteError as error:
        if is_over(error):
            hold.store(settling_until=None)
        raise


def is_over(error: RemoteError) -> bool:
    """Whether nothing comes of the request any more."""
    if isinstance(error, Busy) or (isinstance(error, NotNow) and not error.sent):
        return True  # it was never made
    return error.status is not None and error.status not in IMPATIENT


def told_by(found: RemoteObject) -> dict[str, Any]:
    return {
        "remote_id": found.id[:255],
        "open_badge_id": found.open_badge_id[:1024],
        "image_url": found.image_url[:1024],
        "settling_until": None,
    }


def same_moment(one: datetime | None, other: datetime | None) -> bool:
    """To the second: not every service keeps more."""
    if one is None or other is None:
        return one is other
    return abs((one - other).total_seconds()) < 1

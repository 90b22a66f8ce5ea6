"""Bringing the remote to where we are. A push compares what is with what the remote was told last
and takes the missing steps in their order: award, correction, revocation. So it may be repeated,
cut off at any moment or come late, and ends the same.
"""

from collections.abc import Callable, Iterator
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
from mirror.queries import (
    award_as_it_is,
    counterpart_of,
    others_of_recipient,
    refused_for,
    remote_classes_taken,
)
from mirror.services.asking import ask
from mirror.services.holding import SETTLING, SOON, Busy, Hold, holding, opaque
from mirror.services.looking import (
    asked_for,
    awards_of,
    free_among,
    held_one,
    of_moment,
    same_moment,
)
from mirror.services.resting import Resting, answered, require_rested, spare
from mirror.services.staging import stage_awards

Made = TypeVar("Made", bound=RemoteObject)

# What proxies answer who did not wait for the service behind them: 52x are Cloudflare's.
IMPATIENT = frozenset({502, 504, *range(520, 528)})

CLASS_FAILED = "Its badge class could not be mirrored."


def push_award(provider: BadgeProvider, assertion: Assertion) -> None:
    """Award, correct or revoke over there, whatever is missing. Raises Retry."""
    row, _ = MirroredAssertion.objects.get_or_create(provider=provider, assertion=assertion)
    with steered(provider, attempts=row.attempts + 1), holding(row) as hold:
        bring_award(hold, award_as_it_is(row))


def push_badge_class(row: MirroredBadgeClass) -> None:
    """Find, create or change the class over there. Raises Retry."""
    with steered(row.provider, attempts=row.attempts + 1):
        with holding(row) as hold:
            bring_badge_class(hold)
        refused = refused_for(row).values_list("assertion__entity_id", flat=True)
        stage_awards((row.provider_id, entity_id) for entity_id in refused)


@contextmanager
def steered(provider: BadgeProvider, *, attempts: int = 1) -> Iterator[None]:
    """From what the remote says to what the job does. A refusal is kept in the row, and final.

    After so many attempts the job itself rests, too: the remote may be well but for this one.
    """
    try:
        rest_before = require_rested(provider)
        with suppress(Rejected):
            yield
    except (Busy, Resting) as error:
        raise Retry(after=error.after, reason=str(error)) from error
    except NotNow as error:
        seconds = max(spare(provider, error), rest(attempts).total_seconds())
        raise Retry(after=seconds, reason=opaque(str(error))) from error
    answered(provider, rest_before)


def bring_award(hold: Hold[MirroredAssertion], assertion: Assertion) -> None:
    """`assertion` was read since the row is held: who changes it from now on pushes it anew."""
    hold.quotable = texts_of(assertion)
    row, facts = hold.row, award_facts(assertion)
    if not row.remote_id:
        if assertion.revoked_at:
            find_unseen(hold)
        else:
            find_or_award(hold, assertion, facts)
    if not row.remote_id or row.revoked:
        return
    if assertion.revoked_at:
        revoke(hold, assertion, facts)
    elif row.digest != digest_of(facts):
        hold.store()
        ask(row.provider, lambda remote: remote.save_award("", facts, row.remote_id))
        hold.store(digest=digest_of(facts))


def find_unseen(hold: Hold[MirroredAssertion]) -> None:
    """Give the row the counterpart that a request may have made before, if it did. Nothing else
    that the recipient holds: it is to be revoked.
    """
    hold.store()
    found, _ = asked_for(hold.row)
    if found:
        hold.store(**told_by(found))


def find_or_award(hold: Hold[MirroredAssertion], assertion: Assertion, facts: AwardFacts) -> None:
    """Give the row its counterpart. Where a request may have made it before, look first."""
    row, recipient = hold.row, assertion.recipient
    class_id = counterpart(row.provider, assertion.badge_class)
    hold.store()
    found, free = asked_for(row)
    if found is None and row.asked_recipient == recipient:
        found = held_one(free)
    digest = ""  # of what is found nobody knows what it says: it will be corrected
    if found is None:
        asked_at = timezone.now()
        request = {
            "asked_class": class_id,
            "asked_recipient": recipient,
            "asked_issued_on": facts.issued_on,
        }
        try:
            found = create(hold, lambda remote: remote.save_award(class_id, facts, ""), **request)
            # A class over there may set an end of its own where ours says none.
            digest = digest_of(facts) if same_moment(found.expires, facts.expires) else ""
        except Rejected:
            hold.store()
            found = one_in_the_way(row, class_id, facts, asked_at=asked_at)
            if found is None:
                raise
    hold.store(**told_by(found), digest=digest)


def one_in_the_way(
    row: MirroredAssertion, class_id: str, facts: AwardFacts, *, asked_at: datetime
) -> RemoteAward | None:
    """Of the recipient's awards over there the one of the same moment, else one that they hold: it
    may be why they were not awarded it again. Raises Busy where that was another one of ours, and
    will not be in the way for long.
    """
    with suppress(Rejected):
        known = awards_of(row.provider, class_id, facts.identity)
        free = free_among(row.provider, known)
        found = of_moment(free, facts.issued_on) or held_one(free)
        if found is None:
            await_others(row, [award.id for award in known], asked_at)
        return found
    return None


def await_others(row: MirroredAssertion, remote_ids: list[str], asked_at: datetime) -> None:
    """Raises Busy where an award of ours, of these or once made for the same recipient, has changed
    over there since then or is still to be revoked or to become somebody else's.
    """
    for other in others_of_recipient(row, remote_ids):
        told = other.revoked or other.digest == digest_of(award_facts(other.assertion))
        if (other.assertion.revoked_at and not other.revoked) or not told:
            seconds = max(SOON, rest(other.attempts).total_seconds())
            raise Busy("another award of the recipient is to be changed first", after=seconds)
        if other.updated_at >= asked_at:
            raise Busy("another award of the recipient has just been changed", after=SOON)


def revoke(hold: Hold[MirroredAssertion], assertion: Assertion, facts: AwardFacts) -> None:
    """Who names what is gone is refused with 404, and so is whose role is too small: look which."""
    row, provider, reason = hold.row, hold.row.provider, assertion.revocation_reason
    hold.store()
    try:
        ask(provider, lambda remote: remote.revoke_award(row.remote_id, reason))
    except Rejected as error:
        if error.status != 404:
            raise
        there = counterpart_of(provider, assertion.badge_class)
        # Whom it is for over there is known while nothing has to be corrected.
        identity = facts.identity if row.digest == digest_of(facts) else ""
        hold.store()
        known = awards_of(provider, there.remote_id, identity) if there else []
        if any(award.id == row.remote_id and not award.revoked for award in known):
            raise
    hold.store(revoked=True)


def counterpart(provider: BadgeProvider, badge_class: BadgeClass) -> str:
    """The id of the class over there, found or made now if need be. Raises Rejected, NotNow."""
    row, _ = MirroredBadgeClass.objects.get_or_create(provider=provider, badge_class=badge_class)
    if not row.digest:
        if row.state == State.FAILED:
            raise Rejected(CLASS_FAILED, status=row.http_status)
        try:
            with holding(row) as hold:
                bring_badge_class(hold)
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

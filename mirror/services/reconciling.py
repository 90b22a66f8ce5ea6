"""Comparing our awards with those over there, and staging what is missing or differs. Class by
class, and some awards at a time: no cursor stays open and no lock is held for long.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from issuer.models import Assertion, BadgeClass
from mirror.contract import Rejected, RemoteAward
from mirror.facts import award_facts, digest_of
from mirror.models import BadgeProvider, MirroredAssertion, MirroredBadgeClass, State
from mirror.queries import awards_to_compare, classes_to_compare, counterpart_of, portions
from mirror.services.asking import ask
from mirror.services.holding import Hold, opaque
from mirror.services.looking import is_listed, same_moment
from mirror.services.resting import answered, rest_until
from mirror.services.staging import count_in, stage_awards


@dataclass
class Comparison:
    """Numbers of awards. `unknown`: over there, and no counterpart of ours; `withdrawn`: revoked
    over there alone. Neither is touched. `problems`: in words, of classes that the remote does not
    show; their awards are not compared.
    """

    here: int = 0
    there: int = 0
    missing: int = 0
    differing: int = 0
    unknown: int = 0
    withdrawn: int = 0
    problems: list[str] = field(default_factory=list)

    def numbers(self) -> dict[str, int]:
        return {name: value for name, value in asdict(self).items() if name != "problems"}


@dataclass(frozen=True)
class Difference:
    """An award that is to be pushed, and what its row claims of the remote in vain."""

    assertion: Assertion
    row: MirroredAssertion | None
    truth: dict[str, Any] = field(default_factory=dict)


def reconcile(provider: BadgeProvider) -> Comparison:
    """Raises NotNow: then what was compared before is staged, and the rest is not."""
    found = Comparison()
    for badge_class in classes_to_compare(provider):
        try:
            there = awards_there(provider, badge_class)
        except Rejected as error:
            found.problems.append(f"Badge class {badge_class.entity_id}: {opaque(str(error))}")
        else:
            compare_class(found, provider, badge_class, there)
    return found


def awards_there(provider: BadgeProvider, badge_class: BadgeClass) -> dict[str, RemoteAward]:
    """Every award of the class over there, by id; none where it has no counterpart or, as it turns
    out, none any more. Raises Rejected, NotNow.
    """
    row = counterpart_of(provider, badge_class)
    if row is None:
        return {}
    rest_before = rest_until(provider)
    try:
        awards = ask(provider, lambda remote: remote.awards(row.remote_id, ""))
    except Rejected as error:
        if error.status != 404 or is_listed(provider, row.remote_id):
            raise
        forget_class(row, error)
        awards = []
    answered(provider, rest_before)
    return {award.id: award for award in awards}


def forget_class(row: MirroredBadgeClass, error: Rejected) -> None:
    """It was deleted over there: a push finds it by its name or makes it anew. Raises Busy."""
    hold = Hold(row)
    hold.store(remote_id="", open_badge_id="", image_url="", digest="")
    hold.stage(error)


def compare_class(
    found: Comparison,
    provider: BadgeProvider,
    badge_class: BadgeClass,
    there: dict[str, RemoteAward],
) -> None:
    unknown = set(there)
    for awards in portions(awards_to_compare(provider, badge_class)):
        rows = MirroredAssertion.objects.filter(provider=provider, assertion__in=awards)
        by_award = {row.assertion_id: row for row in rows}
        unknown -= {row.remote_id for row in by_award.values()}
        compared = [compare(found, award, by_award.get(award.pk), there) for award in awards]
        stage(provider, [difference for difference in compared if difference])
    found.there += len(there)
    found.unknown += len(unknown)


def compare(
    found: Comparison,
    assertion: Assertion,
    row: MirroredAssertion | None,
    there: dict[str, RemoteAward],
) -> Difference | None:
    """Count one award of ours. None where a push has nothing to do."""
    found.here += 1
    counterpart = there.get(row.remote_id) if row and row.remote_id else None
    if counterpart is None:
        if assertion.revoked_at:
            return None
        found.missing += 1
        was_there = row is not None and row.remote_id
        truth = {"remote_id": "", "digest": ""} if was_there else {}
        return Difference(assertion, row, truth)
    if counterpart.revoked:
        found.withdrawn += assertion.revoked_at is None
        return None
    if assertion.revoked_at:
        found.differing += 1
        return Difference(assertion, row, {"revoked": False})
    if differs(assertion, row, counterpart):
        found.differing += 1
        return Difference(assertion, row, {"digest": ""})
    return None


def differs(assertion: Assertion, row: MirroredAssertion | None, counterpart: RemoteAward) -> bool:
    return not (
        row
        and row.digest == digest_of(award_facts(assertion))
        and same_moment(counterpart.issued_on, assertion.issued_on)
        and same_moment(counterpart.expires, assertion.expires_at)
    )


def stage(provider: BadgeProvider, differences: list[Difference]) -> None:
    """Take back what rows claim, and have the awards pushed: both or nothing. A row that somebody
    is just pushing keeps what it says.
    """
    if not differences:
        return
    now = timezone.now()
    wrong = {each.row.pk: each for each in differences if each.row and each.truth}
    with transaction.atomic():
        locked = MirroredAssertion.objects.select_for_update().filter(pk__in=wrong).order_by("pk")
        for row in locked:
            known = wrong[row.pk]
            held = row.held_until and row.held_until > now
            if known.row and row.remote_id == known.row.remote_id and not held:
                changes = known.truth | {"state": State.STAGED, "updated_at": now}
                MirroredAssertion.objects.filter(pk=row.pk).update(**changes)
        count_in((provider, each.assertion) for each in differences)
        awards = ((provider.pk, each.assertion.entity_id) for each in differences)
        stage_awards(awards, occasion="reconcile")

"""Comparing our awards with those over there, and staging what is missing or differs."""

from dataclasses import asdict, dataclass, field

from django.db import transaction
from django.utils import timezone

from issuer.models import Assertion
from mirror.contract import RemoteAward
from mirror.facts import award_facts, digest_of
from mirror.models import BadgeProvider, MirroredAssertion, MirroredBadgeClass, State
from mirror.queries import awards_to_compare
from mirror.services.asking import ask
from mirror.services.pushing import same_moment
from mirror.services.resting import wake
from mirror.services.staging import stage_awards


@dataclass
class Comparison:
    """Numbers of awards. `unknown`: over there, and no counterpart of ours; `withdrawn`: revoked
    over there alone. Neither is touched.
    """

    here: int = 0
    there: int = 0
    missing: int = 0
    differing: int = 0
    unknown: int = 0
    withdrawn: int = 0
    _staged: list[str] = field(default_factory=list)

    def numbers(self) -> dict[str, int]:
        return {name: value for name, value in asdict(self).items() if name != "_staged"}


def reconcile(provider: BadgeProvider) -> Comparison:
    """Raises Rejected, NotNow: then nothing was staged."""
    there = remote_awards(provider)
    wake(provider)  # it answers
    rows = {row.assertion_id: row for row in MirroredAssertion.objects.filter(provider=provider)}
    found = Comparison(there=len(there))
    for assertion in awards_to_compare(provider).iterator(chunk_size=1000):
        found.here += 1
        compare(found, assertion, rows.get(assertion.pk), there)
    known = {row.remote_id for row in rows.values()}
    found.unknown = len(there.keys() - known)
    stage_awards(((provider.pk, entity_id) for entity_id in found._staged), occasion="reconcile")
    return found


def remote_awards(provider: BadgeProvider) -> dict[str, RemoteAward]:
    """Every award over there of the classes that have a counterpart, by id."""
    classes = MirroredBadgeClass.objects.filter(provider=provider).exclude(remote_id="")
    there: dict[str, RemoteAward] = {}
    for remote_id in classes.values_list("remote_id", flat=True):
        there |= {award.id: award for award in awards_of_class(provider, remote_id)}
    return there


def awards_of_class(provider: BadgeProvider, remote_id: str) -> list[RemoteAward]:
    return ask(provider, lambda remote: remote.awards(remote_id, ""))


def compare(
    found: Comparison,
    assertion: Assertion,
    row: MirroredAssertion | None,
    there: dict[str, RemoteAward],
) -> None:
    """Count one award of ours, and stage it where a push has something to do."""
    counterpart = there.get(row.remote_id) if row and row.remote_id else None
    if counterpart is None:
        if assertion.revoked_at:
            return
        found.missing += 1
        if row and row.remote_id:  # it was there once
            forget(row, remote_id="", requested=True, digest="")
    elif counterpart.revoked:
        found.withdrawn += assertion.revoked_at is None
        return
    elif assertion.revoked_at:
        found.differing += 1
        forget(row, revoked=False)
    elif differs(assertion, row, counterpart):
        found.differing += 1
        forget(row, digest="")
    else:
        return
    found._staged.append(assertion.entity_id)


def differs(assertion: Assertion, row: MirroredAssertion | None, counterpart: RemoteAward) -> bool:
    return not (
        row
        and row.digest == digest_of(award_facts(assertion))
        and same_moment(counterpart.issued_on, assertion.issued_on)
        and same_moment(counterpart.expires, assertion.expires_at)
    )


@transaction.atomic
def forget(row: MirroredAssertion | None, **known: object) -> None:
    """Take back what the row claims of the remote, unless somebody is just pushing it."""
    if row is None:
        return
    now = timezone.now()
    locked = MirroredAssertion.objects.select_for_update().get(pk=row.pk)
    if locked.remote_id == row.remote_id and not (locked.held_until and locked.held_until > now):
        changes = {**known, "state": State.STAGED, "updated_at": now}
        MirroredAssertion.objects.filter(pk=row.pk).update(**changes)

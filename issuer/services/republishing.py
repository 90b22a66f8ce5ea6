"""Rendering every public document anew: after an upgrade of the builders, or under another origin.

Batches commit on their own and unchanged documents are not written: a run that was cut off is
simply started again.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import transaction

from activity.actors import Actor
from activity.services import record_all
from issuer.models import Assertion, BadgeClass, Issuer
from issuer.permissions import Verb
from issuer.services.publishing import PUBLISHED_FIELDS, publish, save_all

BATCH = 500
Progress = Callable[[str, int, int], None]

# Classes name their issuer and awards their class: what is named comes first.
RELATED: dict[type[Any], list[str]] = {
    Issuer: [],
    BadgeClass: ["issuer"],
    Assertion: ["badge_class__issuer", "issuer", "recipient"],
}
REBASED: dict[type[Any], Verb] = {
    Issuer: Verb.REBASE_ISSUER,
    BadgeClass: Verb.REBASE_BADGE_CLASS,
    Assertion: Verb.REBASE_ASSERTION,
}


def republish(*, actor: Actor, rebase: bool = False, progress: Progress | None = None) -> int:
    """Render all documents; with `rebase`, under the present LAUREL_URL. Returns how many changed.

    `progress` is told the collection, how many of it are done, and how many changed so far.
    Rebasing changes the ids of all that was published under another origin: images already
    downloaded and links already shared name an id that no document has any more. Each new id is
    recorded, so that the change feeds tell it.
    """
    changed = 0
    for model in RELATED:
        done = 0
        for first, last in batches(model):
            rows, rewritten = republish_batch(model, first, last, actor, rebase=rebase)
            done += rows
            changed += rewritten
            if progress:
                progress(model.collection, done, changed)
    return changed


def batches(model: type[Any]) -> Iterator[tuple[int, int]]:
    """Ranges of primary keys of up to 500 rows; rows that come later are published rightly
    anyway.
    """
    last = 0
    while True:
        keys = model.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
        page = list(keys[:BATCH])
        if not page:
            return
        yield last + 1, page[-1]
        last = page[-1]


@transaction.atomic
def republish_batch(
    model: type[Any], first: int, last: int, actor: Actor, *, rebase: bool
) -> tuple[int, int]:
    """Lock and render the rows from `first` to `last`; write those that differ."""
    rows = list(
        model.objects.select_for_update(of=("self",))
        .select_related(*RELATED[model])
        .filter(pk__range=(first, last))
    )
    different, renamed = [], []
    for row in rows:
        before = (row.etag, row.http_status, row.origin)
        if rebase:
            row.origin = settings.LAUREL_URL
        publish(row)
        if (row.etag, row.http_status, row.origin) != before:
            different.append(row)
        if row.origin != before[2]:
            renamed.append(row)
    if different:
        save_all(different, ["origin", *PUBLISHED_FIELDS])
        record_all(REBASED[model], renamed, actor=actor)
    return len(rows), len(different)

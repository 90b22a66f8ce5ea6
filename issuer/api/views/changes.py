"""/v2/{issuers,badgeclasses,assertions}/changed: feeds of the activity log, rendered as they are
now.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from activity.actors import Actor
from activity.models import LogEntry
from activity.queries import latest_changes
from api.feeds import feed, told_moment
from api.paging import Order
from issuer import queries
from issuer.api.representations import assertion_object, badge_class_object, issuer_object
from issuer.api.views.issuers import includes_staff
from issuer.api.views.room import IssuerRoomView
from issuer.models import Issuer

IN_ORDER = Order("at", "object_id", newest_first=False)


class ChangesView(IssuerRoomView):
    """A kind of object: its name in the log, how its rows are found and shown."""

    object_type: ClassVar[str]
    rows: ClassVar[Callable[[Actor], Any]]
    shown: Callable[..., dict[str, Any]]

    def get(self, request: Request) -> Response:
        changes = latest_changes(
            self.object_type,
            queries.issuer_ids_of(self.actor),
            since=told_moment(request, "since"),
        )
        return feed(request, changes, IN_ORDER, self.load)

    def load(self, entries: Sequence[LogEntry]) -> list[dict[str, Any]]:
        """The objects of a page of entries, in that order."""
        ids = [entry.object_id for entry in entries]
        rows = self.rows(self.actor).filter(entity_id__in=ids)
        found = {row.entity_id: self.shown(row) for row in rows}
        return [found[entity_id] for entity_id in ids if entity_id in found]


class ChangedIssuersView(ChangesView, route="/v2/issuers/changed"):
    object_type = "issuer"
    rows = staticmethod(queries.issuers_of)

    def shown(self, row: Issuer) -> dict[str, Any]:
        return issuer_object(row, include_staff=includes_staff(self.request))


class ChangedBadgeClassesView(ChangesView, route="/v2/badgeclasses/changed"):
    object_type = "badgeclass"
    rows = staticmethod(queries.badge_classes_of)
    shown = staticmethod(badge_class_object)


class ChangedAssertionsView(ChangesView, route="/v2/assertions/changed"):
    object_type = "assertion"
    rows = staticmethod(queries.assertions_of)
    shown = staticmethod(assertion_object)

"""/v2/{issuers,badgeclasses,assertions}/changed: feeds of the activity log, rendered as they are
now.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from activity.models import LogEntry
from activity.queries import latest_changes
from api.feeds import feed, told_moment
from api.paging import Order
from issuer import queries
from issuer.api.representations import assertion_object, badge_class_object, issuer_object
from issuer.api.views.issuers import includes_staff
from issuer.api.views.room import IssuerRoomView

IN_ORDER = Order("at", "object_id", newest_first=False)


class ChangesView(IssuerRoomView):
    """What a kind of object has in common with the others: its changes, and how it is found."""

    object_type: ClassVar[str]

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
        render = self.renderer()
        found = {row.entity_id: render(row) for row in self.rows().filter(entity_id__in=ids)}
        return [found[entity_id] for entity_id in ids if entity_id in found]

    def rows(self) -> Any:
        raise NotImplementedError

    def renderer(self) -> Callable[[Any], dict[str, Any]]:
        raise NotImplementedError


class ChangedIssuersView(ChangesView, route="/v2/issuers/changed"):
    object_type = "issuer"

    def rows(self) -> Any:
        return queries.issuers_of(self.actor)

    def renderer(self) -> Callable[[Any], dict[str, Any]]:
        with_staff = includes_staff(self.request)
        return lambda row: issuer_object(row, include_staff=with_staff)


class ChangedBadgeClassesView(ChangesView, route="/v2/badgeclasses/changed"):
    object_type = "badgeclass"

    def rows(self) -> Any:
        return queries.badge_classes_of(self.actor)

    def renderer(self) -> Callable[[Any], dict[str, Any]]:
        return badge_class_object


class ChangedAssertionsView(ChangesView, route="/v2/assertions/changed"):
    object_type = "assertion"

    def rows(self) -> Any:
        return queries.assertions_of(self.actor)

    def renderer(self) -> Callable[[Any], dict[str, Any]]:
        return assertion_object

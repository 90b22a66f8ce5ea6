"""`/issuers/{id}/`: the badges of an issuer, and what can be done with them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.web.paging import page_of
from issuer import queries
from issuer.permissions import Verb, permitted
from issuer.web.links import links_of
from issuer.web.room import StaffPage

LATEST = 5


class IssuerPage(StaffPage):
    def get(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        issuer = self.issuer(entity_id)
        classes = queries.badge_classes_of(self.actor).filter(issuer=issuer)
        archived = classes.exclude(archived_at=None)
        shows_archived = request.GET.get("archived") == "true"
        shown = archived if shows_archived else classes.filter(archived_at=None)
        issuances = queries.issuances_of(self.actor).filter(issuer=issuer).order_by("-created_at")
        context: dict[str, Any] = {
            "issuer": issuer,
            "page": page_of(request, shown),
            "shows_archived": shows_archived,
            "has_archived": shows_archived or archived.exists(),
            "may_change": permitted(self.actor, Verb.UPDATE_BADGE_CLASS)(issuer),
            "may_archive": permitted(self.actor, Verb.ARCHIVE_ISSUER)(issuer),
            "issuances": issuances[:LATEST],
            "links": links_of(issuer, self.actor),
        }
        return render(request, "issuer/issuer.html", context)

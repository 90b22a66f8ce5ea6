"""`/issuers/{id}/`: the badges of an issuer, and what can be done with them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.web.paging import page_of
from issuer import queries
from issuer.web.links import links_of
from issuer.web.room import StaffPage

LATEST = 5


class IssuerPage(StaffPage):
    def get(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        issuer = self.issuer(entity_id)
        classes = queries.badge_classes_of(self.actor).filter(issuer=issuer, archived_at=None)
        issuances = queries.issuances_of(self.actor).filter(issuer=issuer).order_by("-created_at")
        context: dict[str, Any] = {
            "issuer": issuer,
            "page": page_of(request, classes),
            "issuances": issuances[:LATEST],
            "links": links_of(issuer, self.actor),
        }
        return render(request, "issuer/issuer.html", context)

"""Archiving from the pages, and taking it back: nothing is lost by it (badgr-api.md 9)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from issuer.services.badge_classes import update_badge_class
from issuer.services.issuers import update_issuer
from issuer.web.room import StaffPage


class ArchivingView(StaffPage):
    """`archived` is what the object is to be."""

    http_method_names = ["post"]
    archived: bool

    def done(self, issuer_id: str, name: str) -> HttpResponse:
        said = _("%(name)s is archived.") if self.archived else _("%(name)s is restored.")
        messages.success(self.request, said % {"name": name})
        return redirect("issuer", issuer_id)


class ArchiveBadgeClassView(ArchivingView):
    archived = True

    def post(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        badge_class = self.badge_class(entity_id)
        update_badge_class(actor=self.actor, badge_class=badge_class, archived=self.archived)
        return self.done(badge_class.issuer.entity_id, badge_class.name)


class RestoreBadgeClassView(ArchiveBadgeClassView):
    archived = False


class ArchiveIssuerView(ArchivingView):
    archived = True

    def post(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        issuer = self.issuer(entity_id)
        update_issuer(actor=self.actor, issuer=issuer, archived=self.archived)
        return self.done(entity_id, issuer.name)


class RestoreIssuerView(ArchiveIssuerView):
    archived = False

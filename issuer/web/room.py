"""What the staff pages share: who acts, and objects by id within that person's reach."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views import View

from accounts.web.acting import actor
from activity.actors import Actor
from issuer import queries
from issuer.models import AwardTable, BadgeClass, Issuance, Issuer


class StaffPage(LoginRequiredMixin, View):
    """For staff of the issuer that the object belongs to: what is others' is as unknown as what
    there is not.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "\x00" in request.path:  # PostgreSQL cannot even be asked for such a name
            raise Http404
        try:
            return super().dispatch(request, *args, **kwargs)
        except ObjectDoesNotExist:
            raise Http404 from None

    @property
    def actor(self) -> Actor:
        return actor(self.request)

    def issuer(self, entity_id: str) -> Issuer:
        return queries.issuers_of(self.actor).get(entity_id=entity_id)

    def badge_class(self, entity_id: str) -> BadgeClass:
        return queries.badge_classes_of(self.actor).get(entity_id=entity_id)

    def issuance(self, entity_id: str) -> Issuance:
        return queries.issuances_of(self.actor).get(entity_id=entity_id)

    def award_table(self, entity_id: str) -> AwardTable:
        return queries.award_tables_of(self.actor).get(entity_id=entity_id)

"""`/accounts/apps/`: what people have allowed, and take back."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from accounts.memberships import issuers_of
from accounts.web.granting import in_words
from activity.actors import Actor, Channel
from oauth.queries import consents_of
from oauth.services.consents import revoke_consent


class ConnectedAppsPage(LoginRequiredMixin, View):
    """For everybody their own."""

    def get(self, request: HttpRequest) -> HttpResponse:
        issuers = dict(issuers_of(request.user))
        rows = [
            (consent, [in_words(scope, issuers) for scope in consent.scopes])
            for consent in consents_of(request.user)
        ]
        return render(request, "oauth/connected_apps.html", {"rows": rows})


class RevokeConsentView(LoginRequiredMixin, View):
    """For who has given it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        consent = consents_of(request.user).filter(entity_id=entity_id).first()
        if consent is None:
            raise Http404
        actor = Actor(user=request.user, channel=Channel.WEB)
        revoke_consent(actor=actor, consent=consent)
        messages.success(request, _("Taken back. It cannot act for you any more."))
        return redirect("connected-apps")

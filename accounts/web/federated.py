"""Signing in by another organisation, and which of them know one's account."""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal.flows.connect import disconnect, validate_disconnect
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.openid_connect.views import callback, login
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from requests import RequestException

from accounts.queries import social_accounts_of
from accounts.secrets import public_id


def leaving(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that leads to the organisation instead of a redirect: a form's answer must not lead
    away (`form-action`), and browsers count redirects as part of it.
    """

    def led(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, **kwargs)
        except RequestException:
            return render(request, "socialaccount/authentication_error.html", status=502)
        if response.status_code != 302 or response["Location"].startswith("/"):
            return response
        return render(request, "accounts/leaving.html", {"target": response["Location"]})

    return led


oidc_login = leaving(login)
oidc_callback = callback


def connection_id(account: SocialAccount) -> str:
    """Its public id."""
    return public_id(f"connection {account.pk}")


class ConnectionsView(LoginRequiredMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        mine = social_accounts_of(request.user)
        connected = {account.provider for account in mine}
        providers = get_adapter().list_providers(request)
        context = {
            "connections": [(connection_id(account), account) for account in mine],
            "providers": [
                {"name": p.name, "connect_url": p.get_login_url(request, process="connect")}
                for p in providers
                if p.sub_id not in connected
            ],
        }
        return render(request, "accounts/connections.html", context)


class DisconnectView(LoginRequiredMixin, View):
    http_method_names = ["post"]

    @method_decorator(reauthentication_required)
    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        mine = {connection_id(row): row for row in social_accounts_of(request.user)}
        if public_id not in mine:
            raise Http404
        try:
            validate_disconnect(request, mine[public_id])
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            disconnect(request, mine[public_id])
        return redirect("socialaccount_connections")

"""App passwords: made, shown once, revoked."""

import time
from typing import Any

from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import get_authentication_records
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from accounts.memberships import issuers_of
from accounts.queries import app_passwords_of
from accounts.services.app_passwords import create_app_password, revoke_app_password
from accounts.web.acting import actor
from accounts.web.forms import AppPasswordForm
from accounts.web.granting import in_words


def is_fresh(request: HttpRequest) -> bool:
    """Has this very session begun just now? Then the password need not be typed again."""
    records = get_authentication_records(request, request.user)
    since = time.time() - REAUTHENTICATION_TIMEOUT
    return any(record["at"] > since for record in records)


class AppPasswordsView(LoginRequiredMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, self.form(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Shown in the answer to this very POST and nowhere after it: it is stored as a digest."""
        form = self.form(request, request.POST)
        if not form.is_valid():
            return self.page(request, form, status=400)
        return self.create(request, form)

    @method_decorator(reauthentication_required(enabled=lambda request: not is_fresh(request)))
    def create(self, request: HttpRequest, form: AppPasswordForm) -> HttpResponse:
        try:
            app_password, secret = create_app_password(
                actor=actor(request),
                user=request.user,
                name=form.cleaned_data["name"],
                scopes=form.granted(),
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.page(request, form, status=400)
        return self.page(request, self.form(request), created=app_password, secret=secret)

    def form(self, request: HttpRequest, *data: Any) -> AppPasswordForm:
        return AppPasswordForm(*data, issuers=issuers_of(request.user))

    def page(
        self, request: HttpRequest, form: AppPasswordForm, *, status: int = 200, **shown: object
    ) -> HttpResponse:
        rows = [
            (row, [in_words(scope, form.issuers) for scope in row.scopes])
            for row in app_passwords_of(request.user)
        ]
        context = {"form": form, "rows": rows, **shown}
        response = render(request, "accounts/app_passwords.html", context, status=status)
        response["Cache-Control"] = "no-store"
        return response


class RevokeAppPasswordView(LoginRequiredMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        mine = {row.entity_id: row for row in app_passwords_of(request.user)}
        if entity_id not in mine:
            raise Http404
        revoke_app_password(actor=actor(request), app_password=mine[entity_id])
        messages.success(request, _("Revoked. What it had opened is closed."))
        return redirect("app-passwords")

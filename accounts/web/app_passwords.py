"""App passwords: made, shown once, revoked."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from accounts.queries import app_passwords_of
from accounts.services.app_passwords import create_app_password, revoke_app_password
from accounts.web.acting import actor
from accounts.web.forms import AppPasswordForm


class AppPasswordsView(LoginRequiredMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, AppPasswordForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Shown in the answer to this very POST and nowhere after it: it is stored as a digest."""
        form = AppPasswordForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, status=400)
        try:
            app_password, secret = create_app_password(
                actor=actor(request), user=request.user, **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.page(request, form, status=400)
        return self.page(request, AppPasswordForm(), created=app_password, secret=secret)

    def page(
        self, request: HttpRequest, form: AppPasswordForm, *, status: int = 200, **shown: object
    ) -> HttpResponse:
        context = {"form": form, "app_passwords": app_passwords_of(request.user), **shown}
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

"""/accounts/security/: everything about one's account at a glance, and one's name."""

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from accounts.queries import addresses_of, app_passwords_of, authenticators_of, sessions_of
from accounts.services.people import update_profile
from accounts.web.acting import actor
from accounts.web.second_factor import passkey_id


class NameForm(forms.Form):
    first_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )


class SecurityView(LoginRequiredMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        rows = authenticators_of(request.user)
        kinds = {row.type for row in rows}
        passkeys = [
            {"id": passkey_id(row), "name": row.wrap().name, "row": row}
            for row in rows
            if row.type == Authenticator.Type.WEBAUTHN
        ]
        context = {
            "addresses": addresses_of(request.user),
            "app_password_count": len(app_passwords_of(request.user)),
            "has_codes": Authenticator.Type.TOTP in kinds,
            "has_recovery_codes": Authenticator.Type.RECOVERY_CODES in kinds,
            "passkeys": passkeys,
            "session_count": len(sessions_of(request.user)),
        }
        return render(request, "accounts/security.html", context)


class ProfileView(LoginRequiredMixin, View):
    """/accounts/profile/"""

    def get(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        names = {"first_name": user.first_name, "last_name": user.last_name}
        return self.page(request, NameForm(initial=names))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NameForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, status=400)
        update_profile(actor=actor(request), user=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("security")

    def page(self, request: HttpRequest, form: NameForm, *, status: int = 200) -> HttpResponse:
        return render(request, "accounts/profile.html", {"form": form}, status=status)

"""What people type on the account pages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.memberships import Membership
from accounts.services.app_passwords import DEFAULT_SCOPES
from accounts.web.granting import GrantForm
from api.scopes import SCOPES


class SetupForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=150)
    email = forms.EmailField(label=_("Your e-mail address"))
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, and nothing that others could guess."),
    )


class AppPasswordForm(GrantForm):
    name = forms.CharField(
        label=_("What is it for?"), max_length=100, help_text=_("For example “Moodle” or “LMS”.")
    )
    field_order = ("name",)

    def __init__(self, *args: Any, issuers: Sequence[Membership]) -> None:
        super().__init__(*args, scopes=list(SCOPES), ticked=DEFAULT_SCOPES, issuers=issuers)

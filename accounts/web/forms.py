"""What people type on the account pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.services.app_passwords import DEFAULT_SCOPES
from api.scopes import SCOPES


class SetupForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=150)
    email = forms.EmailField(label=_("Your e-mail address"))
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, and nothing that others could guess."),
    )


class AppPasswordForm(forms.Form):
    name = forms.CharField(
        label=_("What is it for?"), max_length=100, help_text=_("For example “Moodle” or “LMS”.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=[(scope, text) for scope, text in SCOPES.items()],
        initial=DEFAULT_SCOPES,
        widget=forms.CheckboxSelectMultiple,
    )

"""Changing a password, setting the first one, and choosing a new one through a link in a mail."""

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    UserTokenForm,
)
from allauth.account.views import (
    PasswordChangeView,
    PasswordResetDoneView,
    PasswordResetFromKeyDoneView,
    PasswordResetFromKeyView,
    PasswordResetView,
    PasswordSetView,
)
from allauth.core import context
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.adapter import AccountAdapter
from accounts.links import user_of_reset_token
from accounts.queries import address_of_account
from accounts.services.people import reset_password
from accounts.throttling import RESETS, WRONG_LINKS, Guesses, refuse_beyond
from activity.actors import Actor, Channel


class ChangeForm(ChangePasswordForm):
    """Guesses at the present password count as at the sign-in: the screen may be a stranger's."""

    def clean_oldpassword(self) -> str:
        guesses = Guesses("sign-in", self.user.email)
        refuse_beyond(guesses, context.request)
        try:
            return super().clean_oldpassword()
        except ValidationError:
            guesses.record_failure(context.request)
            raise


class ResetForm(ResetPasswordForm):
    """Any address is thanked for. The mail goes to it if an account can be found by it."""

    def clean_email(self) -> str:
        self.users = []
        return AccountAdapter().clean_email(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email = self.cleaned_data["email"]
        known = address_of_account(email)
        AccountAdapter(request).send_mail(
            "password_reset_key", email, {"user": known.user} if known else {}
        )
        return email


class NewPasswordForm(ResetPasswordKeyForm):
    def save(self) -> None:
        actor = Actor(user=self.user, channel=Channel.WEB)
        reset_password(actor=actor, user=self.user, password=self.cleaned_data["password1"])


class ResetTokenForm(UserTokenForm):
    """Links name people by their entity id."""

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        self.reset_user = user_of_reset_token(f"{told.get('uidb36')}-{told.get('key')}")
        if self.reset_user is None:
            raise ValidationError("The link is wrong, used or too old.")
        return told


class ChangeView(PasswordChangeView):
    template_name = "accounts/password_change.html"


class SetView(PasswordSetView):
    template_name = "accounts/password_set.html"


class ResetView(PasswordResetView):
    template_name = "accounts/password_reset.html"

    def form_valid(self, form: ResetForm) -> HttpResponse:
        refuse_beyond(RESETS, self.request)
        RESETS.record_failure(self.request)
        return super().form_valid(form)


class ResetDoneView(PasswordResetDoneView):
    template_name = "accounts/password_reset_done.html"


class NewPasswordView(PasswordResetFromKeyView):
    template_name = "accounts/new_password.html"
    form_class = NewPasswordForm
    reset_user = None

    def dispatch(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, **kwargs)
        if self.reset_user is None and response.status_code == 200:
            refuse_beyond(WRONG_LINKS, request)  # a right link is good wherever others were wrong
            WRONG_LINKS.record_failure(request)
        response["Referrer-Policy"] = "strict-origin"  # the link is a secret
        response["Cache-Control"] = "no-store"
        return response


class NewPasswordDoneView(PasswordResetFromKeyDoneView):
    template_name = "accounts/new_password_done.html"

"""Making an account, and proving the address it goes by. What is answered, and what is done for it,
is the same whether somebody has the address or not.
"""

from typing import Any

from allauth.account.forms import SignupForm
from allauth.account.models import EmailConfirmationHMAC
from allauth.account.views import ConfirmEmailView, EmailVerificationSentView, SignupView
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.links import address_to_confirm
from accounts.models import User
from accounts.names import one_line
from accounts.permissions import may_sign_up
from accounts.services.people import sign_up
from accounts.throttling import SIGN_UPS, refuse_beyond
from accounts.web.acting import actor


class SignUpForm(SignupForm):
    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    field_order = ("first_name", "last_name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].widget.attrs["autocomplete"] = "given-name"
        self.fields["last_name"].widget.attrs["autocomplete"] = "family-name"

    def validate_unique_email(self, value: str) -> str:
        """Whose it is shows when it is saved, and only there."""
        if not may_sign_up(value):
            text = _("Only people with an address at %(domains)s can make an account here.")
            raise ValidationError(text % {"domains": ", ".join(settings.LAUREL_SIGNUP)})
        return value

    def clean(self) -> dict[str, Any]:
        super().clean()
        told = self.cleaned_data
        if not self.errors:
            draft = User(email=told["email"])
            draft.first_name = one_line(told["first_name"])
            draft.last_name = one_line(told["last_name"])
            try:
                validate_password(told["password1"], draft)
            except ValidationError as error:
                self.add_error("password1", error)
        return told

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        told = self.cleaned_data
        user = sign_up(
            actor=actor(request),
            email=told["email"],
            password=told["password1"],
            first_name=told["first_name"],
            last_name=told["last_name"],
        )
        if user:
            return user, None
        self.account_already_exists = True
        return super().try_save(request)


class SignUpView(SignupView):
    template_name = "accounts/signup.html"
    template_name_signup_closed = "accounts/signup_closed.html"

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        refuse_beyond(SIGN_UPS, self.request)
        SIGN_UPS.record_failure(self.request)
        return super().form_valid(form)


class MailSentView(EmailVerificationSentView):
    template_name = "accounts/verification_sent.html"


class ConfirmAddressView(ConfirmEmailView):
    """Opening the link shows a button: programs that look into mails open links, too."""

    template_name = "accounts/confirm_address.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Who reads the mail is the account's owner only where the account was made with this
        address: one added later may have been added by a program, or by who took a session.
        """
        address = address_to_confirm(self.kwargs["key"])
        if address and not address.primary and request.user != address.user:
            if request.user.is_authenticated:
                messages.error(request, _("Sign in to the account that this address was added to."))
            return redirect_to_login(request.get_full_path())
        return super().dispatch(request, *args, **kwargs)

    def get_object(self, queryset: object = None) -> EmailConfirmationHMAC:
        address = address_to_confirm(self.kwargs["key"])
        if address is None:
            raise Http404
        return EmailConfirmationHMAC(address)

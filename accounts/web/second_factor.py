"""What is asked besides a password, or instead of it: codes and passkeys. Wrong codes are counted
like wrong passwords.
"""

from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import EditWebAuthnView, RemoveWebAuthnView
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from fido2.utils import websafe_decode

from accounts.queries import users_by_entity_id
from accounts.secrets import public_id
from accounts.throttling import Guesses, refuse_beyond


class CountedCode:
    """A form with a code, of which guesses are counted."""

    def clean_code(self) -> str:
        guesses = Guesses("code", self.user.entity_id)
        refuse_beyond(guesses, context.request)
        try:
            return super().clean_code()
        except ValidationError:
            guesses.record_failure(context.request)
            raise


class CodeForm(CountedCode, AuthenticateForm):
    pass


class CodeAgainForm(CountedCode, ReauthenticateForm):
    pass


class AddPasskeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What do you call it?")
        alone = self.fields["passwordless"]
        alone.initial, alone.label = True, _("Sign in with it alone")
        alone.help_text = _("Without a password: the device asks for a finger, a face or a PIN.")


class PasskeyForm(LoginWebAuthnForm):
    """Passkeys know their owner by entity id (MFAAdapter)."""

    def clean_credential(self) -> Authenticator:
        credential = self.cleaned_data["credential"]
        auth.parse_authentication_response(credential)
        try:
            handle = websafe_decode(credential["response"]["userHandle"]).decode()
            user = users_by_entity_id([handle])[handle]
        except (KeyError, TypeError, ValueError):
            raise ValidationError(_("This passkey opens no account here.")) from None
        return auth.complete_authentication(user, credential)


def passkey_id(authenticator: Authenticator) -> str:
    """Its public id."""
    return public_id(f"authenticator {authenticator.pk}")


class OnePasskey:
    """A view of one of the person's own passkeys, named by its public id."""

    success_url = reverse_lazy("security")

    def get_object(self, queryset: Any = None) -> Authenticator:
        for row in self.get_queryset():
            if passkey_id(row) == self.kwargs["public_id"]:
                return row
        raise Http404


class RemovePasskeyView(OnePasskey, RemoveWebAuthnView):
    pass


class RenamePasskeyView(OnePasskey, EditWebAuthnView):
    pass

"""Our decisions on allauth's questions: who may sign up, how mail goes out, what a wrong guess
costs, and that services do the writing.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from accounts.queries import address_of_account, primary_address
from accounts.secrets import open_sealed, seal
from accounts.services.addresses import verify_address
from accounts.services.mail import send_later
from accounts.services.people import change_password
from accounts.throttling import Guesses, may_mail, refuse_beyond
from activity.actors import Actor, Channel
from activity.services import record
from activity.subjects import Subject
from ob.identity import normalise_identity

# Strangers can ask for these: so many an hour and address.
ASKED_FOR = {
    "email_confirmation",
    "email_confirmation_signup",
    "account_already_exists",
    "password_reset_key",
    "unknown_account",
}

# The library tells people of these by mail; here they enter the log as well. What our own services
# do (passwords, addresses) is logged there.
LOGGED = {
    "totp_activated": "user.totp-activated",
    "totp_deactivated": "user.totp-deactivated",
    "recovery_codes_generated": "user.recovery-codes-made",
    "webauthn_added": "user.passkey-added",
    "webauthn_removed": "user.passkey-removed",
    "account_connected": "user.sign-in-connected",
    "account_disconnected": "user.sign-in-disconnected",
}

# Our own services have told of these, whoever called them.
TOLD = {"password_changed", "password_reset", "password_set"}


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.LAUREL_SIGNUP != ["closed"]

    def clean_email(self, email: str) -> str:
        return normalise_identity("email", email)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        actor = Actor(user=email_address.user, channel=Channel.WEB)
        return verify_address(actor=actor, address=email_address)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("security")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """By a job, and the same work whether anybody has the address or not."""
        name = template_prefix.rpartition("/")[2]
        if name in ASKED_FOR and not may_mail(email, name, self.request):
            return
        send_later(name, address=self.row_of(email, context.get("user")))

    def set_password(self, user: User, password: str) -> None:
        change_password(actor=Actor(user=user, channel=Channel.WEB), user=user, password=password)

    @transaction.atomic
    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Whatever changes how somebody signs in is told them, and logged."""
        name = template_prefix.rpartition("/")[2]
        if name in TOLD:
            return
        if verb := LOGGED.get(name):
            actor = Actor(user=user, channel=Channel.WEB)
            record(verb, Subject("user", user.entity_id), actor=actor)
        super().send_notification_mail(template_prefix, user, context, email)

    def row_of(self, email: str, user: User | None) -> EmailAddress | None:
        if user is not None:
            rows = EmailAddress.objects.filter(user=user, email=normalise_identity("email", email))
            return rows.first() or primary_address(user)
        return address_of_account(email)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """A right password is answered as a wrong one where guesses at other addresses of the
        account have used up this peer's.
        """
        user = super().authenticate(request, **credentials)
        if user and Guesses("sign-in", credentials.get("email", "")).are_used_up(request):
            self.authentication_failed(request, **credentials)
            return None
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        refuse_beyond(Guesses("sign-in", credentials.get("email", "")), request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        Guesses("sign-in", credentials.get("email", "")).record_failure(request)


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(encrypted_text)

    def get_totp_issuer(self) -> str:
        return settings.LAUREL_URL.partition("://")[2]

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the public name of the server, whatever a request says."""
        host = settings.LAUREL_URL.partition("://")[2]
        return {"id": host.partition(":")[0], "name": host}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """A passkey keeps the entity id: row numbers stay inside."""
        return super().get_public_key_credential_user_entity(user) | {"id": user.entity_id.encode()}

"""What the mails about accounts say. Nothing that anybody typed stands in one: who can make us
write to a stranger must not choose the words.
"""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.links import confirmation_link, reset_link

Text = str | Promise


@dataclass(frozen=True)
class Mail:
    """A subject, what it is about, a button that leads on, and what to do if it was not you."""

    subject: Text
    about: Text
    button: Text
    link: Callable[[EmailAddress], str]
    closing: Text


def page(name: str) -> Callable[[EmailAddress], str]:
    return lambda address: settings.LAUREL_URL + reverse(name)


def reset(address: EmailAddress) -> str:
    return reset_link(address.user)


IGNORE = _("If you did not ask for this, do nothing: without the link nothing changes.")
ALARM = _("If this was not you, change your password at once and end all other sessions.")


def notice(subject: Text, about: Text, closing: Text = ALARM) -> Mail:
    """Tells the owner of an account what was done to it."""
    return Mail(subject, about, _("Look at your account"), page("security"), closing)


def confirmation(about: Text) -> Mail:
    return Mail(
        _("Confirm your e-mail address"), about, _("Confirm address"), confirmation_link, IGNORE
    )


# By the names that allauth gives its mails, and a few of our own.
MAILS = {
    "email_confirmation_signup": confirmation(
        _("Somebody, hopefully you, made an account here with this address.")
    ),
    "email_confirmation": confirmation(
        _("Somebody, hopefully you, added this address to their account here.")
    ),
    "account_already_exists": Mail(
        _("You have an account already"),
        _("Somebody, hopefully you, tried to make an account with this address. It has one."),
        _("Choose a new password"),
        page("account_reset_password"),
        _("If that was not you, do nothing: nothing has changed."),
    ),
    "password_reset_key": Mail(
        _("Choose a new password"),
        _("Somebody, hopefully you, asked for a new password for the account with this address."),
        _("Choose a new password"),
        reset,
        IGNORE,
    ),
    "password_changed": notice(
        _("Your password was changed"), _("The password of your account was changed.")
    ),
    "password_reset": notice(
        _("Your password was changed"),
        _("A new password was chosen for your account through a link in a mail."),
    ),
    "password_set": notice(
        _("Your account has a password now"), _("A password was set for your account.")
    ),
    "email_changed": notice(
        _("Your main address was changed"),
        _("Another address is the main one of your account now."),
    ),
    "email_added": notice(
        _("An address was added"), _("An e-mail address was added to your account.")
    ),
    "email_deleted": notice(
        _("An address was removed"), _("An e-mail address was removed from your account.")
    ),
    "totp_activated": notice(
        _("Codes are asked for now"), _("An authenticator app was added to your account.")
    ),
    "totp_deactivated": notice(
        _("Codes are no longer asked for"),
        _("The authenticator app was removed from your account."),
    ),
    "webauthn_added": notice(
        _("A passkey was added"), _("A passkey or security key was added to your account.")
    ),
    "webauthn_removed": notice(
        _("A passkey was removed"), _("A passkey or security key was removed from your account.")
    ),
    "recovery_codes_generated": notice(
        _("New recovery codes"), _("New recovery codes were made for your account.")
    ),
    "second_factors_removed": notice(
        _("Your second factors were removed"),
        _("An administrator removed the authenticator app and the passkeys of your account."),
    ),
    "account_connected": notice(
        _("A way to sign in was added"),
        _("Your account was connected with one at another organisation."),
    ),
    "account_disconnected": notice(
        _("A way to sign in was removed"),
        _("Your account is no longer connected with one at another organisation."),
    ),
    "issuer_request_made": Mail(
        _("Somebody asks to create issuers"),
        _("A person on this server asks to be allowed to create issuers."),
        _("Decide"),
        page("issuer-requests"),
        _("You get this mail because you are an administrator."),
    ),
    "issuer_request_approved": notice(
        _("You may create issuers now"),
        _("An administrator approved your request: you may create issuers on this server."),
        "",
    ),
    "issuer_request_declined": notice(
        _("Your request was declined"),
        _("An administrator declined your request to create issuers on this server."),
        "",
    ),
}
# What allauth would write to addresses that nobody here has, and what it offers that we do not use.
NEVER_SENT = {"unknown_account", "email_confirm", "login_code", "password_reset_code"}

"""What an authorization request asks (RFC 6749, 4.1.1), and the answers to it. No page, no session:
facts in, the address to send the browser to out.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from oauth2_provider.oauth2_backends import get_oauthlib_core
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2.rfc6749 import errors

from accounts.models import User
from activity.actors import Actor
from api.scopes import SERVER_ADMIN, meet
from oauth.models import Application
from oauth.queries import remembered_consent
from oauth.redirects import is_loopback_address
from oauth.services.consents import give_consent, note_use

PROMPT = "approval_prompt"  # Badgr's: `force` asks the person although they have allowed it before
# What is read of a request. All else is dropped (RFC 6749, 3.1): oauthlib takes any name for its
# own.
PARAMETERS = (
    *("response_type", "client_id", "redirect_uri", "scope", "state"),
    *("code_challenge", "code_challenge_method", PROMPT),
)
S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # a SHA-256 in base64url (RFC 7636, 4.2)


class Unanswerable(Exception):
    """Client or redirect URI are wrong: the browser is sent nowhere (RFC 6749, 4.1.2.1)."""


class Refused(Exception):
    """The request is wrong in another way, which the client is told at `location`."""

    def __init__(self, error: errors.OAuth2Error, redirect_uri: str, state: str | None) -> None:
        super().__init__(error.error)
        self.error, self.description = error.error, error.description
        self.location = answer_uri(redirect_uri, state, dict(error.twotuples))


@dataclass(frozen=True)
class AuthorizationRequest:
    """A valid one. `scopes` are those of its wishes that the application may have."""

    application: Application
    redirect_uri: str
    state: str | None
    scopes: list[str]
    credentials: dict[str, Any]
    asks_again: bool


def read_request(pairs: Iterable[tuple[str, str]]) -> AuthorizationRequest:
    """Raises Unanswerable, Refused. A parameter without a value is not there, and none may come
    twice (RFC 6749, 3.1).
    """
    found = [(name, value) for name, value in pairs if name in PARAMETERS and value]
    sent = {"response_type": "code"} | dict(found)
    if len(found) != len(dict(found)):
        raise Unanswerable("A parameter is given twice.")
    if any("\x00" in value for value in sent.values()):
        raise Unanswerable("The request cannot be read.")
    prompt = sent.pop(PROMPT, "")
    core = get_oauthlib_core()
    query = f"{settings.LAUREL_URL}/o/authorize?{urlencode(sent)}"
    try:
        scopes, credentials = core.server.validate_authorization_request(query)
        require_s256(credentials)
    except errors.FatalClientError as error:
        raise Unanswerable(error.description or error.error) from None
    except errors.OAuth2Error as error:
        raise Refused(error, error.redirect_uri, error.state) from None
    request = credentials["request"]
    return AuthorizationRequest(
        application=request.client,
        redirect_uri=request.redirect_uri,
        state=request.state,
        scopes=scopes,
        credentials=credentials,
        asks_again=prompt == "force",
    )


def require_s256(credentials: dict[str, Any]) -> None:
    """`plain` proves nothing to who has read the request (RFC 9700, 2.1.1)."""
    request, challenge = credentials["request"], credentials.get("code_challenge")
    if challenge and credentials["code_challenge_method"] != "S256":
        raise errors.UnsupportedCodeChallengeMethodError(
            "The code_challenge_method must be S256.", request=request
        )
    if challenge and not S256_CHALLENGE.fullmatch(challenge):
        raise errors.InvalidRequestError("The code_challenge is no SHA-256.", request=request)


def grantable_scopes(asked: AuthorizationRequest, user: User) -> list[str]:
    """What this person can grant of it: administration only who has it, through an application
    that keeps a secret. Raises Refused when nothing is left.
    """
    may_administer = user.is_superuser and not asked.application.is_public
    scopes = [scope for scope in asked.scopes if scope != SERVER_ADMIN or may_administer]
    if not scopes:
        raise Refused(errors.InvalidScopeError(), asked.redirect_uri, asked.state)
    return scopes


def chosen_scopes(
    asked: AuthorizationRequest, scopes: list[str], choice: Sequence[str]
) -> list[str]:
    """What the person has chosen of `scopes`. Raises Refused when that is nothing."""
    if not (granted := meet(choice, scopes)):
        raise Refused(errors.InvalidScopeError(), asked.redirect_uri, asked.state)
    return granted


def must_ask(asked: AuthorizationRequest) -> bool:
    """Whatever the person has allowed before? Of an app on a loopback address without a secret
    nobody knows that it is the same app: people are asked each time (RFC 8252, 8.6).
    """
    nameless = asked.application.is_public and is_loopback_address(asked.redirect_uri)
    return asked.asks_again or nameless


@transaction.atomic
def allow(
    asked: AuthorizationRequest,
    *,
    actor: Actor,
    user: User,
    scopes: Sequence[str],
    granted: list[str],
) -> str:
    """The person has allowed `granted` of `scopes`: remember it, and answer with a code."""
    application = asked.application
    give_consent(actor=actor, user=user, application=application, asked=scopes, granted=granted)
    return issue_code(asked, user, granted)


@transaction.atomic
def repeat(asked: AuthorizationRequest, *, user: User, scopes: list[str]) -> str | None:
    """The same again as the person has allowed before; None where they have to be asked. The
    consent cannot be taken back meanwhile.
    """
    if must_ask(asked) or remembered_consent(user, asked.application, scopes) is None:
        return None
    note_use(asked.application, user)
    return issue_code(asked, user, scopes)


def issue_code(asked: AuthorizationRequest, user: User, scopes: list[str]) -> str:
    """The address that takes a fresh code back to the application."""
    server = get_oauthlib_core().server
    headers, _, _ = server.create_authorization_response(
        f"{settings.LAUREL_URL}/o/authorize",
        scopes=scopes,
        credentials=asked.credentials | {"user": user},
    )
    return with_issuer(headers["Location"])


def denied(asked: AuthorizationRequest) -> Refused:
    """The person has said no."""
    return Refused(errors.AccessDeniedError(), asked.redirect_uri, asked.state)


def answer_uri(redirect_uri: str, state: str | None, told: dict[str, str]) -> str:
    parameters = told | ({"state": state} if state else {})
    return with_issuer(str(add_params_to_uri(redirect_uri, list(parameters.items()))))


def with_issuer(uri: str) -> str:
    """Every answer says whose it is, against mixed-up servers (RFC 9207, 2)."""
    return str(add_params_to_uri(uri, [("iss", settings.LAUREL_URL)]))

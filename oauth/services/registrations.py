"""Applications that register themselves (RFC 7591): Badge Connect hosts, which read and bring
badges for their users, and nothing more.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from oauth2_provider.generators import generate_client_id

from accounts.names import one_line
from accounts.secrets import new_secret
from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject
from api.scopes import BADGE_CONNECT
from oauth.models import Application
from oauth.redirects import check_redirect_uri

UNUSED_FOR = timedelta(days=90)
MOST_REDIRECT_URIS = 10
REQUIRED = ("client_name", "software_id", "software_version")  # Open Badges 2.1, registration
ADDRESSES = {
    "client_uri": "website_url",
    "logo_uri": "logo_url",
    "tos_uri": "terms_url",
    "policy_uri": "policy_url",
}
GRANT_TYPES = ["authorization_code", "refresh_token"]


class InvalidMetadata(Exception):
    """What a client says of itself cannot be taken (RFC 7591, 3.2.2); `code` is the error's."""

    def __init__(self, text: str, code: str = "invalid_client_metadata") -> None:
        super().__init__(text)
        self.code = code


@transaction.atomic
def register_application(
    *, actor: Actor, metadata: Mapping[str, Any]
) -> tuple[Application, str, dict[str, Any]]:
    """The application, its secret (this once), and its metadata as registered. Raises
    InvalidMetadata. Its logo stays where it is: nothing is fetched.
    """
    redirect_uris = read_redirect_uris(metadata)
    texts = {name: read_text(metadata, name) for name in (*REQUIRED, *ADDRESSES)}
    if not (name := one_line(texts["client_name"])):
        raise InvalidMetadata("client_name: a name that can be read is required.")
    require_one_host([*redirect_uris, *(texts[name] for name in ADDRESSES)])
    require_supported(metadata)
    scopes = read_scopes(metadata)
    secret = new_secret()
    application = Application.objects.create(
        client_id=generate_client_id(),
        client_secret=secret,
        client_type=Application.CLIENT_CONFIDENTIAL,
        registration_source=Application.RegistrationSource.DCR,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        grants=[Application.GRANT_AUTHORIZATION_CODE],
        allowed_scopes=scopes,
        redirect_uris=" ".join(redirect_uris),
        name=name,
        software_id=texts["software_id"],
        software_version=texts["software_version"],
        **{field: texts[name] for name, field in ADDRESSES.items()},
    )
    record("application.registered", Subject("application", application.client_id), actor=actor)
    registered = {member: metadata[member] for member in (*REQUIRED, *ADDRESSES)} | {
        "client_name": name,
        "redirect_uris": redirect_uris,
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": GRANT_TYPES,
        "response_types": ["code"],
        "scope": " ".join(scopes),
    }
    return application, secret, registered


def read_text(metadata: Mapping[str, Any], name: str) -> str:
    """Moodle sends its version as a number."""
    value = metadata.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    limit = 200 if name in ADDRESSES else 100
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= limit:
        raise InvalidMetadata(f"{name}: a text of 1 to {limit} characters is required.")
    if name in ADDRESSES and (problem := check_redirect_uri(value)):
        raise InvalidMetadata(f"{name}: {problem}")
    return value


def read_redirect_uris(metadata: Mapping[str, Any]) -> list[str]:
    uris = metadata.get("redirect_uris")
    if (
        not isinstance(uris, list)
        or not 1 <= len(uris) <= MOST_REDIRECT_URIS
        or not all(isinstance(uri, str) for uri in uris)
    ):
        text = f"redirect_uris: 1 to {MOST_REDIRECT_URIS} addresses are required."
        raise InvalidMetadata(text, "invalid_redirect_uri")
    for uri in uris:
        if problem := check_redirect_uri(uri):
            raise InvalidMetadata(f"redirect_uris: {problem}", "invalid_redirect_uri")
    return list(dict.fromkeys(uris))


def require_one_host(addresses: list[str]) -> None:
    """Who registers speaks for one site (Open Badges 2.1, registration)."""
    if len({urlsplit(address).hostname for address in addresses}) > 1:
        raise InvalidMetadata("All addresses must be of one host.")


def require_supported(metadata: Mapping[str, Any]) -> None:
    """How it wants to speak with us is the one way there is; without a word it is."""
    if metadata.get("token_endpoint_auth_method", "client_secret_basic") != "client_secret_basic":
        raise InvalidMetadata("token_endpoint_auth_method: client_secret_basic alone is supported.")
    grants = metadata.get("grant_types", GRANT_TYPES)
    if not isinstance(grants, list) or "authorization_code" not in grants:
        raise InvalidMetadata("grant_types: authorization_code must be among them.")
    if any(grant not in GRANT_TYPES for grant in grants):
        raise InvalidMetadata(f"grant_types: {' and '.join(GRANT_TYPES)} alone are supported.")
    if metadata.get("response_types", ["code"]) != ["code"]:
        raise InvalidMetadata("response_types: code alone is supported.")


def read_scopes(metadata: Mapping[str, Any]) -> list[str]:
    """Badge Connect's own, all of them where none is named; others are left out."""
    wanted = metadata.get("scope", "")
    if not isinstance(wanted, str):
        raise InvalidMetadata("scope: a text of scopes is required.")
    scopes = [scope for scope in BADGE_CONNECT if scope in (wanted.split() or BADGE_CONNECT)]
    if not scopes:
        raise InvalidMetadata(f"scope: of these you may have: {' '.join(BADGE_CONNECT)}")
    return scopes


def clear_unused_registrations() -> None:
    """Delete what registered long ago and nobody ever allowed anything."""
    old = Application.objects.filter(
        registration_source=Application.RegistrationSource.DCR,
        created__lt=timezone.now() - UNUSED_FOR,
    )
    old.filter(consents=None, accesstoken=None, refreshtoken=None).delete()

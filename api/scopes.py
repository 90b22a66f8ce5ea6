"""What a token may do. Every view declares its scopes by method; one permission class holds it to
them.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from django.utils.translation import gettext_noop
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from api.errors import InsufficientScope

ISSUER_PREFIX = "rw:issuer:"
ISSUER_ANY = (
    "rw:issuer:*"  # in declarations: a token for the very issuer that the object belongs to
)

ISSUER_SCOPE = re.compile(r"rw:issuer:[A-Za-z0-9._~-]{1,64}")

SCOPES = {
    "r:profile": gettext_noop("See your name and e-mail addresses"),
    "rw:profile": gettext_noop("See and change your profile"),
    "r:issuer": gettext_noop("Read issuers, badges and awards where you are staff"),
    "rw:issuer": gettext_noop("Award and revoke badges for the issuers you belong to"),
    "r:backpack": gettext_noop("See the badges you have earned"),
    "rw:backpack": gettext_noop("See and manage the badges you have earned"),
}

# Badge Connect's (Open Badges 2.1), under its own names.
CONNECT_PREFIX = "https://purl.imsglobal.org/spec/ob/v2p1/scope/"
# Moodle loses the first of these (clients.md 3.11): not the one that it writes with.
BADGE_CONNECT = {
    f"{CONNECT_PREFIX}assertion.readonly": gettext_noop("See the badges you have earned"),
    f"{CONNECT_PREFIX}assertion.create": gettext_noop("Add badges to those you have earned"),
    f"{CONNECT_PREFIX}profile.readonly": gettext_noop("See your name and e-mail address"),
}

# Nobody's to give alone: an administrator's, through a confidential application of theirs.
SERVER_ADMIN = "rw:serverAdmin"
ADMINISTRATION = {
    SERVER_ADMIN: gettext_noop("Read and change every issuer on this server, whatever your role")
}


class Scoped(Protocol):
    """What authentication leaves in `request.auth`."""

    granted: frozenset[str]


def issuer_limit(granted: frozenset[str]) -> frozenset[str] | None:
    """The issuers to which `rw:issuer:{id}` scopes narrow a token; None when a wider scope lifts
    the limit.
    """
    named = frozenset(s.removeprefix(ISSUER_PREFIX) for s in granted if s.startswith(ISSUER_PREFIX))
    if SERVER_ADMIN in granted or "rw:issuer" in granted:
        return None
    if "r:issuer" in granted and not named:
        return None
    return named


def is_personal_scope(scope: str) -> bool:
    """A scope that people may grant: of the table, or `rw:issuer:` with the id of one issuer."""
    return scope in SCOPES or ISSUER_SCOPE.fullmatch(scope) is not None


def is_known_scope(scope: str) -> bool:
    """A scope that may be granted at all."""
    return is_personal_scope(scope) or scope in BADGE_CONNECT or scope in ADMINISTRATION


def needs_approval(scope: str) -> bool:
    """Scopes that write in an institution's name: only applications that an administrator has
    looked at may ask for them.
    """
    return scope in {"rw:issuer", SERVER_ADMIN} or scope.startswith(ISSUER_PREFIX)


def is_within(scope: str, held: Iterable[str]) -> bool:
    """May a holder of `held` be granted `scope`? Reading is less than writing, one issuer less than
    all.
    """
    if not is_known_scope(scope):
        return False
    wider = {scope, scope.replace("r:", "rw:", 1) if scope.startswith("r:") else scope}
    if scope.startswith(ISSUER_PREFIX):
        wider |= {"rw:issuer", ISSUER_ANY}
    return not wider.isdisjoint(held)


def meet(asked: Iterable[str], held: Sequence[str]) -> list[str]:
    """What both sides allow, in the order asked: of `rw:issuer` and `r:issuer` the latter."""
    found: list[str] = []
    for scope in asked:
        found += [scope] if is_within(scope, held) else [h for h in held if is_within(h, [scope])]
    return list(dict.fromkeys(found))


class ScopePermission(BasePermission):
    """The one gate between a token and a route. Role checks come after it, in the services."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.auth is None:
            return False
        declared = declared_scopes(request, view)
        granted = request.auth.granted - {ISSUER_ANY}
        narrowed = ISSUER_ANY in declared and any(s.startswith(ISSUER_PREFIX) for s in granted)
        if not granted & declared and not narrowed:
            raise InsufficientScope(declared - ADMINISTRATION.keys())
        return True

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        """The object is known to be visible to the person; is it within the token's issuers too?"""
        declared = declared_scopes(request, view)
        granted = request.auth.granted - {ISSUER_ANY}
        if not granted & declared and f"{ISSUER_PREFIX}{obj.log_issuer_id}" not in granted:
            raise InsufficientScope(declared - ADMINISTRATION.keys())
        return True


def declared_scopes(request: Request, view: Any) -> frozenset[str]:
    """The view's table row; HEAD reads. Raises KeyError for a route that declares nothing."""
    table: dict[str, frozenset[str]] = view.scopes
    return table["GET" if request.method == "HEAD" else str(request.method)]

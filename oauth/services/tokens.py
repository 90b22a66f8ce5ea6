"""Ending tokens: a sign-in's, an application's; and clearing away what has expired."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import clear_expired

from accounts.models import User
from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject
from api.scopes import is_within, meet
from oauth.models import AccessToken, Application, Grant, RefreshToken
from oauth.queries import checksum


def revoke_tokens(application: Application, user: User | None = None) -> None:
    """End what an application holds: codes, access and refresh tokens; of one person or of all."""
    mine = {"application": application} | ({"user": user} if user else {})
    Grant.objects.filter(**mine).delete()
    RefreshToken.objects.filter(**mine).delete()
    AccessToken.objects.filter(**mine).delete()


def cut_tokens(application: Application, user: User, scopes: Sequence[str]) -> None:
    """Leave the application no more than these scopes of what the person's sign-ins gave it. Codes
    and access tokens with more end; what refreshes them is cut, and ends if nothing is left. What
    an app password bought is the app password's matter.
    """

    def reaches_beyond(held: Grant | RefreshToken | AccessToken) -> bool:
        return not all(is_within(scope, scopes) for scope in held.scope.split())

    mine = {"application": application, "user": user}
    for code in filter(reaches_beyond, Grant.objects.filter(**mine)):
        code.delete()
    mine["app_password"] = None
    for token in filter(reaches_beyond, RefreshToken.objects.filter(revoked=None, **mine)):
        token.scope = " ".join(meet(token.scope.split(), scopes))
        token.save(update_fields=["scope"])
        if not token.scope:
            RefreshToken.revoke_family(token.token_family)
    now = timezone.now()
    for spent in filter(reaches_beyond, AccessToken.objects.filter(expires__gt=now, **mine)):
        spent.expires = now
        spent.save(update_fields=["expires"])


def revoke_presented_token(*, application: Application, token: str) -> None:
    """RFC 7009, 2.1: whichever token of its own a client names, the whole sign-in ends: access and
    refresh tokens, the ones before and after it included. An unknown one is no error.
    """
    named = {"token_checksum": checksum(token), "application": application}
    access_tokens = AccessToken.objects.filter(**named)
    families = {
        *RefreshToken.objects.filter(**named).values_list("token_family", flat=True),
        *RefreshToken.objects.filter(access_token__in=access_tokens).values_list(
            "token_family", flat=True
        ),
    }
    for family in families:
        RefreshToken.revoke_family(family)
    access_tokens.delete()


@transaction.atomic
def revoke_access_token(*, actor: Actor, token: AccessToken) -> None:
    """Its owner ends it, and with it what refreshes it."""
    record("token.revoked", Subject("token", token.entity_id), actor=actor)
    families = RefreshToken.objects.filter(access_token=token)
    for family in families.values_list("token_family", flat=True):
        RefreshToken.revoke_family(family)
    AccessToken.objects.filter(pk=token.pk).delete()


def note_first_use(token: AccessToken) -> None:
    """Remember that the answer which brought the token has arrived: from now on nobody needs to
    repeat its refresh.
    """
    token.first_used_at = timezone.now()
    token.save(update_fields=["first_used_at"])


def family_of_code(digest: str) -> UUID:
    """The family of tokens that a code is exchanged for bears its mark: a second use finds them."""
    return UUID(hex=digest[:32])


def revoke_replayed_code(*, application: Application, digest: str) -> None:
    """A code that comes twice was stolen, once (RFC 6749, 4.1.2): what it bought is ended."""
    family = family_of_code(digest)
    if RefreshToken.objects.filter(token_family=family, application=application).exists():
        RefreshToken.revoke_family(family)


def clear_expired_tokens() -> None:
    """Delete access tokens, codes and refresh tokens that can never be used again."""
    clear_expired()

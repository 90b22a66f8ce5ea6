"""Asking the remote: through the safe client, with a token that is good, at most once anew.

Nothing here runs inside a transaction.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from mirror.adapters import ADAPTERS
from mirror.contract import Account, Adapter, NotNow, Rejected, Tokens, Unauthorized
from mirror.models import BadgeProvider
from mirror.services.holding import SOON, Busy
from net import OutboundError, Response, fetch, parse_allow

T = TypeVar("T")

TIMEOUT = 10.0
MAX_BYTES = 16_000_000
MARGIN = timedelta(seconds=30)  # a token that ends this soon may end on its way
RENEWING = timedelta(seconds=30)  # longer than a refresh and a sign-in


def ask(provider: BadgeProvider, act: Callable[[Adapter], T]) -> T:
    """What `act` brings from the remote. Refused as unauthorized, it is tried once with new tokens.

    Raises Rejected, NotNow.
    """
    token = current_token(provider)
    try:
        return act(adapter_of(provider, token))
    except Unauthorized:
        token = renewed_token(provider, refused=token)
    try:
        return act(adapter_of(provider, token))
    except Unauthorized as error:
        told = f"The remote refuses the token that it has just given: {error}"
        raise NotNow(told, status=error.status) from error


def adapter_of(provider: BadgeProvider, token: str) -> Adapter:
    account = Account(provider.api_url, provider.issuer_entity_id, provider.salt, token)
    return ADAPTERS[provider.type](account, send)


def send(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Response:
    """One request. No redirect is followed: it would turn a POST into a GET."""
    try:
        return fetch(
            url,
            method=method,
            headers=headers,
            body=body,
            allow=parse_allow(settings.LAUREL_OUTBOUND_ALLOW),
            timeout=TIMEOUT,
            max_bytes=MAX_BYTES,
            max_redirects=0,
        )
    except OutboundError as error:
        raise NotNow(str(error)) from error


def current_token(provider: BadgeProvider) -> str:
    """The stored token while it is good, else a new one."""
    row = BadgeProvider.objects.get(pk=provider.pk)
    return row.access_token if _is_good(row) else renewed_token(row, refused=row.access_token)


def renewed_token(provider: BadgeProvider, *, refused: str) -> str:
    """Another token than `refused`: somebody else's new one, or by refresh, or by signing in.

    Raises Busy while somebody else renews it: a refresh token works once.
    """
    now = timezone.now()
    until = now + RENEWING
    free = Q(renewing_until=None) | Q(renewing_until__lte=now)
    if not BadgeProvider.objects.filter(free, pk=provider.pk).update(renewing_until=until):
        raise Busy("somebody else renews the tokens", after=SOON)
    try:
        row = BadgeProvider.objects.get(pk=provider.pk)
        if row.access_token == refused or not _is_good(row):
            tokens = _new_tokens(row)
            row.access_token, row.refresh_token = tokens.access, tokens.refresh
            row.token_expires_at = _end_of(tokens)
            row.save(update_fields=["access_token", "refresh_token", "token_expires_at"])
        return str(row.access_token)
    finally:
        held = BadgeProvider.objects.filter(pk=provider.pk, renewing_until=until)
        held.update(renewing_until=None)


def _is_good(row: BadgeProvider) -> bool:
    ends = row.token_expires_at
    return bool(row.access_token) and (ends is None or ends > timezone.now() + MARGIN)


def _end_of(tokens: Tokens) -> datetime | None:
    if tokens.expires_in is None:
        return None
    return timezone.now() + timedelta(seconds=tokens.expires_in)


def _new_tokens(row: BadgeProvider) -> Tokens:
    adapter = adapter_of(row, token="")
    if row.refresh_token:
        try:
            return adapter.refresh(row.refresh_token)
        except (Rejected, Unauthorized):
            pass  # used up or taken back: sign in
    username, password = credentials(row)
    if not username or not password:
        raise NotNow("There is no user name or no password to sign in with.")
    try:
        return adapter.sign_in(username, password)
    except (Rejected, Unauthorized) as error:
        told = f"The remote refuses user name or password: {error}"
        raise NotNow(told, status=error.status) from error


def credentials(provider: BadgeProvider) -> tuple[str, str]:
    """User name and password: the provider's own, else the server's."""
    if provider.username:
        return provider.username, provider.password
    return settings.BADGE_PROVIDER_USERNAME, settings.BADGE_PROVIDER_PASSWORD

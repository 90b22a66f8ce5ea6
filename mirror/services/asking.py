"""Asking the remote: through the safe client, with a token that is good, at most once anew.

Nothing here runs inside a transaction.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from mirror.adapters import ADAPTERS
from mirror.contract import (
    Account,
    Adapter,
    NotNow,
    Rejected,
    RemoteError,
    Tokens,
    Unauthorized,
)
from mirror.models import BadgeProvider
from mirror.services.holding import SOON, Busy
from net import NotConnected, OutboundError, Refused, Response, fetch, parse_allow

logger = logging.getLogger(__name__)

T = TypeVar("T")

TIMEOUT = 10.0
MAX_BYTES = 16_000_000
MARGIN = timedelta(seconds=30)  # a token that ends this soon may end on its way
LONGEST_TOKEN = timedelta(days=365)  # whatever a remote says
RENEWING = timedelta(seconds=30)  # longer than a refresh and a sign-in


def ask(provider: BadgeProvider, act: Callable[[Adapter], T]) -> T:
    """What `act` brings from the remote. Refused as unauthorized, it is tried once with new tokens.

    Raises Rejected, NotNow.
    """
    provider = BadgeProvider.objects.get(pk=provider.pk)  # as it is: tokens go to their own address
    token = current_token(provider)
    try:
        with understood(provider):
            return act(adapter_of(provider, token))
    except Unauthorized:
        token = renewed_token(provider, refused=token)
    try:
        with understood(provider):
            return act(adapter_of(provider, token))
    except Unauthorized as error:
        told = f"The remote refuses the token that it has just given: {error}"
        raise NotNow(told, status=error.status) from error


@contextmanager
def understood(provider: BadgeProvider) -> Iterator[None]:
    """Whatever else an adapter raises comes of an answer that nobody thought of: to whoever asks it
    is none. Logged, for it may be our own defect. Raises NotNow in its place.
    """
    try:
        yield
    except RemoteError:
        raise
    except Exception as error:
        logger.exception("mirror %s: an adapter failed", provider.slug)
        raise NotNow("The remote's answer cannot be read.") from error


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
        sent = not isinstance(error, NotConnected | Refused)
        raise NotNow(str(error), sent=sent) from error


def current_token(provider: BadgeProvider) -> str:
    """The stored token while it is good, else a new one."""
    token = provider.access_token
    return token if _is_good(provider) else renewed_token(provider, refused=token)


def renewed_token(provider: BadgeProvider, *, refused: str) -> str:
    """Another token than `refused`: somebody else's new one, or by refresh, or by signing in.

    Raises Busy while somebody else renews it, for a refresh token works once; and where the account
    was changed meanwhile, for the tokens are those of the old one.
    """
    now = timezone.now()
    until = now + RENEWING
    free = Q(renewing_until=None) | Q(renewing_until__lte=now)
    if not BadgeProvider.objects.filter(free, pk=provider.pk).update(renewing_until=until):
        raise Busy("somebody else renews the tokens", after=SOON)
    held = BadgeProvider.objects.filter(pk=provider.pk, renewing_until=until)
    try:
        row = BadgeProvider.objects.get(pk=provider.pk)
        if row.access_token == refused or not _is_good(row):
            with understood(row):
                tokens = _new_tokens(row)
            if not held.update(
                access_token=tokens.access,
                refresh_token=tokens.refresh,
                token_expires_at=_end_of(tokens),
            ):
                raise Busy("the account was changed meanwhile", after=SOON)
            return tokens.access
        return str(row.access_token)
    finally:
        held.update(renewing_until=None)


def _is_good(row: BadgeProvider) -> bool:
    ends = row.token_expires_at
    return bool(row.access_token) and (ends is None or ends > timezone.now() + MARGIN)


def _end_of(tokens: Tokens) -> datetime | None:
    if tokens.expires_in is None:
        return None
    seconds = min(max(0.0, tokens.expires_in), LONGEST_TOKEN.total_seconds())
    return timezone.now() + timedelta(seconds=seconds)


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

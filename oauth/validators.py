"""What is true of a token request: the answers oauthlib asks django-oauth-toolkit's validator for,
where ours differ.
"""

import base64
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

from django.db.models import Q
from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749 import errors

from accounts.queries import living_app_password, user_by_own_password
from accounts.secrets import keyed_digest
from accounts.services.app_passwords import DEFAULT_SCOPES, note_use
from api.entity_ids import new_entity_id
from api.scopes import meet
from oauth.generators import REFRESH, successor
from oauth.models import AccessToken, Grant, RefreshToken
from oauth.queries import (
    checksum,
    locked_consent,
    password_stamp,
    still_signed_in,
    unspent_refresh_tokens,
)
from oauth.services import consents
from oauth.services.tokens import family_of_code, revoke_replayed_code

MEETING_TIME = timedelta(seconds=60)  # for processes of one client that refresh at once


class Validator(OAuth2Validator):
    """App passwords for the password grant; Basic credentials raw or URL-encoded; tokens tied to
    app passwords.
    """

    # People's own passwords can be guessed: not where the operator does not allow them, nor of who
    # has failed too often.
    hears_account_passwords = False

    def _extract_basic_auth(self, request: Any) -> str:
        return basic_credentials(request.headers.get("Authorization", ""))

    def _authenticate_basic_auth(self, request: Any) -> bool:
        """RFC 6749 2.3.1 URL-encodes id and secret; Moodle sends them raw. Either is right when it
        fits.
        """
        try:
            plain = base64.b64decode(self._extract_basic_auth(request), validate=True).decode()
        except ValueError:  # no base64, no UTF-8
            return False
        client_id, colon, secret = plain.partition(":")
        readings = {(unquote_plus(client_id), unquote_plus(secret)), (client_id, secret)}
        return bool(colon) and any(self.is_client(request, *reading) for reading in readings)

    def is_client(self, request: Any, client_id: str, secret: str) -> bool:
        """Is this the secret of that client, and no other client named in the body?"""
        if "\x00" in client_id or (request.client_id or client_id) != client_id:
            return False
        application = self._load_application(client_id, request)
        return application is not None and self._check_secret(secret, application.client_secret)

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        """Public clients must prove that who asks for the token is who asked for the code (RFC
        9700, 2.1.1).
        """
        return bool(request.client.client_type == "public")

    def validate_user(
        self, username: str, password: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """An app password (the account's own only where the operator allows it); what it holds
        narrows what is asked. Raises InvalidScopeError when nothing is left.
        """
        if app_password := living_app_password(username=username, password=password):
            request.user, request.app_password = app_password.user, app_password
            held: Sequence[str] = app_password.scopes
        elif self.hears_account_passwords and (
            user := user_by_own_password(username=username, password=password)
        ):
            request.user, held = user, DEFAULT_SCOPES
            request.sign_in = password_stamp(user)
        else:
            return False
        held = meet(held, client.permitted_scopes)
        request.scopes = narrowed(request.scopes, held, request)
        return True

    def validate_scopes(
        self,
        client_id: str,
        scopes: list[str],
        client: Any,
        request: Any,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        """An app that asks a person gets of its wishes what it may have (RFC 6749, 3.3)."""
        if request.response_type:
            request.scopes = meet(scopes, client.permitted_scopes)
            return bool(request.scopes)
        return bool(super().validate_scopes(client_id, scopes, client, request, *args, **kwargs))

    def _create_authorization_code(self, request: Any, code: Any, expires: Any = None) -> Grant:
        """Of the code itself a digest is kept. The token endpoint asks by digest, too. `request`
        is made of the answer; the person's request is in it.
        """
        grant = super()._create_authorization_code(
            request, {"code": keyed_digest(code["code"])}, expires
        )
        grant.sign_in = password_stamp(request.user)
        grant.names_redirect_uri = not request.request.using_default_redirect_uri
        grant.save(update_fields=["sign_in", "names_redirect_uri"])
        return grant

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Must run in a transaction: of two uses at once, the second finds the code used up."""
        rows = Grant.objects.filter(code=code, application=client).select_related("user")
        known = rows.first()
        consent = locked_consent(known.user, client) if known else None
        grant = rows.select_for_update(of=("self",)).first()
        if grant is None:
            revoke_replayed_code(application=client, digest=code)
            return False
        # A verifier for a code that was asked for without a challenge: somebody took the challenge
        # away (RFC 9700, 4.8.2).
        if request.code_verifier and not grant.code_challenge:
            return False
        if not grant.user.is_active or grant.sign_in != password_stamp(grant.user):
            return False
        if consent is None:  # taken back as the code was issued
            return False
        request.sign_in = grant.sign_in
        return bool(super().validate_code(client_id, code, client, request, *args, **kwargs))

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Any, request: Any, **kwargs: Any
    ) -> bool:
        """One that was sent for the code is sent again for the token (RFC 6749, 4.1.3); another
        address than the code was sent to is a bad grant (5.2).
        """
        named = Grant.objects.filter(code=code, application=client, names_redirect_uri=True)
        if request.using_default_redirect_uri and named.exists():
            raise errors.InvalidRequestError("Send the redirect_uri again.", request=request)
        if not super().confirm_redirect_uri(client_id, code, redirect_uri, client, request):
            raise errors.InvalidGrantError("The redirect_uri is not that of the code.")
        return True

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Must run in a transaction: the token's row is locked, and of two refreshes at once the
        second repeats the first.
        """
        rows = RefreshToken.objects.filter(token_checksum=checksum(refresh_token))
        if known := rows.select_related("user", "application").first():
            locked_consent(known.user, known.application)
        list(rows.select_for_update())
        request.repeated = repeatable_successor(refresh_token, client)
        request.access_token_id = new_entity_id()
        if request.repeated:
            request.user = request.repeated.user
            request.refresh_token_instance = request.repeated
            if not request.repeated.access_token.is_expired():
                request.access_token_id = request.repeated.access_token.entity_id
        elif not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            return False
        stored: RefreshToken = request.refresh_token_instance
        app_password = stored.app_password
        if not stored.user.is_active or (app_password and app_password.revoked_at):
            return False
        if not still_signed_in(stored):
            return False
        request.app_password, request.sign_in = app_password, stored.sign_in
        if request.scope:  # several clients always send the same list, wider or not
            wanted = request.scope.split()
            request.scope = " ".join(narrowed(wanted, stored.scope.split(), request))
        return True

    def is_within_original_scope(self, *args: Any, **kwargs: Any) -> bool:
        return True  # validate_refresh_token has narrowed them

    def get_original_scopes(
        self, refresh_token: str, request: Any, *args: Any, **kwargs: Any
    ) -> list[str]:
        return request.refresh_token_instance.scope.split()

    def _save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        """A repeated refresh answers with what there is already, for as long as that lives."""
        repeated: RefreshToken | None = getattr(request, "repeated", None)
        if repeated is None:
            super()._save_bearer_token(token, request, *args, **kwargs)
        elif (there := repeated.access_token).is_expired():
            self.renew_access_token(repeated, token, request)
        else:
            there.scope = token["scope"]
            there.save(update_fields=["scope"])
            token["expires_in"] = int((there.expires - timezone.now()).total_seconds())

    def renew_access_token(self, repeated: RefreshToken, token: Any, request: Any) -> None:
        """Another access token in the place of one that has run out."""
        source = repeated.access_token.source_refresh_token
        repeated.access_token.delete()
        expires = timezone.now() + timedelta(seconds=token["expires_in"])
        repeated.access_token = self._create_access_token(
            expires, request, token, source_refresh_token=source
        )
        repeated.save(update_fields=["access_token"])

    def _create_access_token(self, *args: Any, **kwargs: Any) -> AccessToken:
        """Within the transaction that stores the tokens. They bear the stamp that was looked at:
        the password may be another by now.
        """
        token = super()._create_access_token(*args, **kwargs)
        request = args[1]
        token.app_password = getattr(request, "app_password", None)
        token.sign_in = getattr(request, "sign_in", "")
        token.entity_id = getattr(request, "access_token_id", token.entity_id)
        if token.app_password:
            note_use(token.app_password)
        elif token.user:
            consents.note_use(token.application, token.user)
        token.save(update_fields=["app_password", "sign_in", "entity_id"])
        return token

    def _create_refresh_token(
        self, request: Any, refresh_token_code: str, access_token: AccessToken, previous: Any
    ) -> RefreshToken:
        token = super()._create_refresh_token(request, refresh_token_code, access_token, previous)
        if request.grant_type == "authorization_code":
            token.token_family = family_of_code(request.code)
        token.scope = previous.scope if previous else access_token.scope
        token.app_password, token.sign_in = access_token.app_password, access_token.sign_in
        token.save(update_fields=["token_family", "scope", "app_password", "sign_in"])
        return token


def repeatable_successor(refresh_token: str, client: Any) -> RefreshToken | None:
    """What this client was given for its token, as long as the answer may have been lost on its
    way: neither token of it was used. Within a minute the access token may have been: processes of
    one client refresh at once. After that somebody else has what a client has used up.
    """
    meeting = Q(access_token__created__gte=timezone.now() - MEETING_TIME)
    following = unspent_refresh_tokens().filter(
        meeting | Q(access_token__first_used_at=None),
        token_checksum=checksum(successor(refresh_token, REFRESH)),
        application=client,
    )
    locked = following.select_for_update(of=("self",))
    return locked.select_related("user", "access_token").first()


def basic_credentials(header: str) -> str:
    """The credentials of an `Authorization: Basic` header, "" for any other: those are not ours to
    judge. Names of schemes have no case (RFC 9110, 11.1).
    """
    scheme, _, credentials = header.partition(" ")
    return credentials.strip() if scheme.lower() == "basic" else ""


def narrowed(asked: Sequence[str] | None, held: Sequence[str], request: Any) -> list[str]:
    """The asked scopes as far as they are held; all held ones when nothing was asked."""
    granted = meet(asked, held) if asked else list(held)
    if not granted:
        raise errors.InvalidScopeError(
            description=f"Of these scopes you may have: {' '.join(held)}.", request=request
        )
    return granted

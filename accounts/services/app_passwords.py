"""Making, using and revoking app passwords."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import AppPassword, User
from accounts.names import one_line
from accounts.secrets import keyed_digest, new_secret
from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject
from api.scopes import is_personal_scope

DEFAULT_SCOPES = ("rw:profile", "rw:issuer", "rw:backpack")


@transaction.atomic
def create_app_password(
    *, actor: Actor, user: User, name: str, scopes: Sequence[str] = DEFAULT_SCOPES
) -> tuple[AppPassword, str]:
    """Return the row and the password itself, which is shown this once and stored as a digest only.

    `rw:issuer:{id}` among the scopes ties it to that issuer. Raises ValidationError.
    """
    name = one_line(name)
    if not 1 <= len(name) <= 100:
        raise ValidationError({"name": ["Give the app password a name of 1 to 100 characters."]})
    unknown = [scope for scope in scopes if not is_personal_scope(scope)]
    if unknown or not scopes:
        raise ValidationError({"scopes": [f"Unknown scope: {' '.join(unknown) or '(none given)'}"]})
    secret = new_secret()
    app_password = AppPassword.objects.create(
        user=user, name=name, digest=keyed_digest(secret), scopes=list(dict.fromkeys(scopes))
    )
    record("app-password.created", Subject("app-password", app_password.entity_id), actor=actor)
    return app_password, secret


@transaction.atomic
def revoke_app_password(*, actor: Actor, app_password: AppPassword) -> None:
    """End it, and every token it has given out: tokens ask their app password at each use."""
    changed = AppPassword.objects.filter(pk=app_password.pk, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if changed:
        record("app-password.revoked", Subject("app-password", app_password.entity_id), actor=actor)


def note_use(app_password: AppPassword) -> None:
    """Remember when it was last used."""
    AppPassword.objects.filter(pk=app_password.pk).update(last_used_at=timezone.now())

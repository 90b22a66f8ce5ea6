"""Creating issuers."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import User
from accounts.queries import verified_addresses
from activity.actors import Actor
from activity.services import record
from issuer.artwork import Artwork
from issuer.models import Issuer, IssuerStaff, Role
from issuer.permissions import Verb, may_create_issuers
from issuer.services.artwork import attach_artwork
from issuer.services.publishing import publish
from issuer.texts import clean_line, clean_markdown

UNVERIFIED_EMAIL = (
    "Issuer email must be one of your verified addresses."
    " Add this email to your profile and try again."
)


def create_issuer(
    *,
    actor: Actor,
    name: str,
    url: str,
    email: str,
    description: str = "",
    image: Artwork | None = None,
    extensions: Mapping[str, Any] | None = None,
) -> Issuer:
    """Create and publish an issuer; its creator becomes the owner. Raises PermissionDenied,
    ValidationError.
    """
    user = actor.user
    if not isinstance(user, User) or not may_create_issuers(user):
        raise PermissionDenied(
            "You may not create issuers on this server. Ask its administrator to approve you."
        )
    if email.strip().lower() not in verified_addresses(user):
        raise ValidationError(UNVERIFIED_EMAIL)
    issuer = Issuer(
        name=clean_line(name),
        url=url,
        email=email.strip(),
        description=clean_markdown(description),
        extensions=dict(extensions or {}),
        created_by=user,
    )
    if image is not None:
        attach_artwork(issuer, image)
    publish(issuer)
    with transaction.atomic():
        issuer.save(force_insert=True)
        IssuerStaff.objects.create(issuer=issuer, user=user, role=Role.OWNER)
        record(Verb.CREATE_ISSUER, issuer, actor=actor)
    return issuer

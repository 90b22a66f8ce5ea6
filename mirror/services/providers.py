"""Adding, changing and removing providers; choosing badge classes; trying again what failed."""

from typing import TypedDict
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject
from issuer.models import BadgeClass, Issuer
from mirror.adapters import ADAPTERS
from mirror.models import BadgeProvider, MirroredAssertion, MirroredBadgeClass, State
from mirror.queries import is_in_use
from mirror.services.resting import wake
from mirror.services.staging import stage_awards, stage_badge_classes

OTHER_ISSUER = "This badge class belongs to another issuer."


class ProviderFields(TypedDict, total=False):
    """What can be set. `username` and `password` empty: those of the server."""

    name: str
    type: str
    api_url: str
    issuer: Issuer
    issuer_entity_id: str
    all_classes: bool
    salt: str
    username: str
    password: str


# Where one of these changes, the tokens are another account's.
ACCOUNT = ("api_url", "type", "username", "password")

# What its counterparts hang on: over at another one nobody would find them.
REMOTE = ("type", "issuer", "issuer_entity_id")
IN_USE = "This mirror has copied awards already. Remove it and add it anew."


def normalise_api_url(text: str) -> str:
    """The root of the API: without `/v2`, slash, query and fragment. Raises ValidationError."""
    try:
        parts = urlsplit(text.strip())
        valid = parts.scheme in ("http", "https") and parts.hostname and not parts.username
        _ = parts.port
    except ValueError:
        valid = False
    if not valid:
        raise ValidationError("The URL must be an http or https address without credentials.")
    path = parts.path.rstrip("/").removesuffix("/v2").rstrip("/")
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def require_same_remote(provider: BadgeProvider, fields: ProviderFields) -> None:
    """Raises ValidationError where the provider would become another one, and is in use."""
    given: dict[str, object] = {**fields}
    changed = [name for name in REMOTE if name in given and given[name] != getattr(provider, name)]
    if changed and is_in_use(provider):
        raise ValidationError({name: [IN_USE] for name in changed})


@transaction.atomic
def save_provider(*, actor: Actor, slug: str, fields: ProviderFields) -> tuple[BadgeProvider, bool]:
    """Add the provider of this slug, or change what is given of it. Beside it, whether it is new.

    Raises ValidationError.
    """
    validate_slug(slug)
    existing = BadgeProvider.objects.select_for_update().filter(slug=slug).first()
    if existing:
        require_same_remote(existing, fields)
    provider = existing or BadgeProvider(slug=slug)
    if fields.get("type", provider.type) not in ADAPTERS:
        raise ValidationError(f"The type must be one of: {', '.join(sorted(ADAPTERS))}.")
    if "api_url" in fields:
        fields["api_url"] = normalise_api_url(fields["api_url"])
    before = {name: getattr(provider, name) for name in ACCOUNT}
    for name, value in fields.items():
        setattr(provider, name, value)
    another_account = any(getattr(provider, name) != value for name, value in before.items())
    if another_account:
        provider.access_token = provider.refresh_token = ""
        provider.token_expires_at = provider.renewing_until = provider.resting_until = None
        provider.failures, provider.last_error = 0, ""
    provider.full_clean()
    provider.save()
    if existing and another_account:
        retry(provider)  # what waited for the old one's sake
    verb = "mirror.changed" if existing else "mirror.added"
    record(verb, subject_of(provider), actor=actor, facts={"fields": sorted(fields)})
    return provider, existing is None


@transaction.atomic
def remove_provider(*, actor: Actor, provider: BadgeProvider) -> None:
    """Mirror there no more. What is there stays there; awards here are left untouched."""
    record("mirror.removed", subject_of(provider), actor=actor)
    provider.delete()


@transaction.atomic
def choose_badge_class(
    *, actor: Actor, provider: BadgeProvider, badge_class: BadgeClass, remote_id: str = ""
) -> MirroredBadgeClass:
    """Mirror this class: into the remote one of that id, else one of its name, else a new one.

    Raises ValidationError.
    """
    if badge_class.issuer_id != provider.issuer_id:
        raise ValidationError(OTHER_ISSUER)
    rows = MirroredBadgeClass.objects.select_for_update()
    row, _ = rows.get_or_create(provider=provider, badge_class=badge_class)
    if remote_id and remote_id != row.remote_id:
        row.remote_id, row.open_badge_id, row.image_url, row.digest = remote_id, "", "", ""
        row.state = State.STAGED
        row.attempts += 1  # whoever is just pushing it writes nothing any more
        row.held_until = row.settling_until = None
        row.full_clean()
        row.save()
    stage_badge_classes([(provider.pk, row.pk)])
    facts = {"badgeClass": badge_class.entity_id}
    record("mirror.changed", subject_of(provider), actor=actor, facts=facts)
    return row


@transaction.atomic
def retry(provider: BadgeProvider) -> int:
    """Push now what was refused or waits, however long the remote was to be spared. How many."""
    wake(provider)
    classes = MirroredBadgeClass.objects.filter(provider=provider).exclude(state=State.COMPLETE)
    awards = MirroredAssertion.objects.filter(provider=provider).exclude(state=State.COMPLETE)
    keys = list(classes.values_list("pk", flat=True))
    entity_ids = list(awards.values_list("assertion__entity_id", flat=True))
    classes.filter(state=State.FAILED).update(state=State.STAGED)
    awards.filter(state=State.FAILED).update(state=State.STAGED)
    stage_badge_classes(((provider.pk, key) for key in keys), occasion="retry")
    stage_awards(((provider.pk, entity_id) for entity_id in entity_ids), occasion="retry")
    return len(keys) + len(entity_ids)


def subject_of(provider: BadgeProvider) -> Subject:
    return Subject("mirror", provider.slug, provider.issuer.entity_id)

"""Adding, changing, disabling and deleting webhooks; their secrets. For owners. What `events` may
hold is notify.webhooks.events.TYPES.
"""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.secrets import open_sealed, seal
from activity.actors import Actor, Channel
from activity.services import record
from issuer.models import Issuer
from issuer.permissions import Verb, require
from issuer.queries import lock
from net import Refused, require_web_address
from notify.models import Webhook, WebhookDelivery
from notify.models.webhooks import MAX_URL
from notify.webhooks.events import TYPES
from notify.webhooks.queries import disabled_with_waiting
from notify.webhooks.services.waking import send_now
from notify.webhooks.signing import new_signing_secret

MOST = 20
PATIENCE = timedelta(days=3)
FORMER_SIGNS = timedelta(hours=24)
MOST_FORMER = 5  # each makes the header of every request longer

Reason = Webhook.Reason
SERVER = Actor(user=None, channel=Channel.JOB)


@transaction.atomic
def create_webhook(
    *, actor: Actor, issuer: Issuer, url: str, events: Sequence[str]
) -> tuple[Webhook, str]:
    """The webhook and its secret, which is shown this once and kept sealed.

    Raises PermissionDenied, ValidationError.
    """
    require(actor, Verb.MANAGE_WEBHOOKS, issuer)
    lock(issuer)  # two at once are counted one after the other
    if Webhook.objects.filter(issuer=issuer).count() >= MOST:
        raise ValidationError(_("An issuer has at most %(most)s webhooks.") % {"most": MOST})
    secret = new_signing_secret()
    webhook = Webhook(issuer=issuer, secret=seal(secret))
    set_fields(webhook, url=url, events=events)
    webhook.save(force_insert=True)
    record("webhook.created", webhook, actor=actor)
    return webhook, secret


@transaction.atomic
def update_webhook(
    *,
    actor: Actor,
    webhook: Webhook,
    url: str | None = None,
    events: Sequence[str] | None = None,
    disabled: bool | None = None,
) -> Webhook:
    """Change what is given. Nothing is written where nothing differs.

    Raises PermissionDenied, ValidationError.
    """
    require(actor, Verb.MANAGE_WEBHOOKS, webhook.issuer)
    row = locked(webhook)
    if changed := set_fields(row, url=url, events=events):
        row.save(update_fields=changed)
        record("webhook.changed", row, actor=actor, facts={"fields": sorted(changed)})
        if "url" in changed:
            begin_anew(row)
    if disabled is not None and disabled != bool(row.disabled_at):
        if disabled:
            disable(row, Reason.BY_HAND, actor=actor)
        else:
            enable(row, actor=actor)
    return row


@transaction.atomic
def rotate_secret(*, actor: Actor, webhook: Webhook) -> str:
    """A new secret, shown this once; the former one signs beside it for 24 hours, and those before
    it until theirs have passed: of many, the last five.

    Raises PermissionDenied.
    """
    require(actor, Verb.MANAGE_WEBHOOKS, webhook.issuer)
    row, secret = locked(webhook), new_signing_secret()
    until = (timezone.now() + FORMER_SIGNS).timestamp()
    row.former_secrets = [(row.secret, until), *living_former(row)][:MOST_FORMER]
    row.secret = seal(secret)
    row.save(update_fields=["secret", "former_secrets"])
    record("webhook.secret_changed", row, actor=actor)
    return secret


@transaction.atomic
def delete_webhook(*, actor: Actor, webhook: Webhook) -> None:
    """With its log. Raises PermissionDenied."""
    require(actor, Verb.MANAGE_WEBHOOKS, webhook.issuer)
    record("webhook.deleted", webhook, actor=actor)
    locked(webhook).delete()


def disable(row: Webhook, reason: Reason, *, actor: Actor = SERVER) -> None:
    """Send nothing any more, and give up what waits. Under the lock of the row. What waits for one
    that fails keeps its three days: whoever mends and enables it in time loses nothing.
    """
    row.disabled_at, row.disabled_reason = timezone.now(), reason
    row.save(update_fields=["disabled_at", "disabled_reason"])
    if reason != Reason.FAILING:
        give_up(waiting_of(row))
    record("webhook.disabled", row, actor=actor, facts={"reason": reason})


def give_up_old() -> None:
    """What has waited for disabled webhooks for three days."""
    for webhook in disabled_with_waiting():
        with transaction.atomic():
            row, now = locked(webhook), timezone.now()
            if row.disabled_at:
                untried = Q(retry_until=None, next_at__lte=now - PATIENCE)
                give_up(waiting_of(row).filter(untried | Q(retry_until__lte=now)))


def give_up(rows: QuerySet[WebhookDelivery]) -> None:
    rows.update(state=WebhookDelivery.State.DEAD, finished_at=timezone.now())


def enable(row: Webhook, *, actor: Actor) -> None:
    """From now on it is told again, and at once what still waits. What was given up can be
    replayed.
    """
    row.disabled_at, row.disabled_reason = None, ""
    row.save(update_fields=["disabled_at", "disabled_reason"])
    begin_anew(row)
    record("webhook.enabled", row, actor=actor)


def begin_anew(row: Webhook) -> None:
    """What failed is forgotten, and what waits is sent now: the peer is another one, or mended."""
    row.failures, row.failing_since, row.resting_until = 0, None, None
    row.save(update_fields=["failures", "failing_since", "resting_until"])
    begin_again(waiting_of(row))
    send_now([row])


def begin_again(rows: QuerySet[WebhookDelivery]) -> int:
    """As if they had just happened: they are due, with short rests and three days. How many."""
    return rows.update(
        state=WebhookDelivery.State.WAITING,
        next_at=timezone.now(),
        tries=0,
        retry_until=None,
        finished_at=None,
    )


def waiting_of(row: Webhook) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(webhook=row, state=WebhookDelivery.State.WAITING)


def living_secrets(webhook: Webhook) -> list[str]:
    """What signs now, the newest first."""
    former = [sealed for sealed, _until in living_former(webhook)]
    return [open_sealed(sealed) for sealed in (webhook.secret, *former)]


def living_former(webhook: Webhook) -> list[tuple[str, float]]:
    """Of the former secrets, sealed, those that sign still, and until when."""
    now = timezone.now().timestamp()
    return [(sealed, until) for sealed, until in webhook.former_secrets if until > now]


def locked(webhook: Webhook) -> Webhook:
    """The row as it is now, until the transaction ends. Raises DoesNotExist."""
    rows = Webhook.objects.select_related("issuer").select_for_update(of=("self",))
    return rows.get(pk=webhook.pk)


def set_fields(row: Webhook, *, url: str | None, events: Sequence[str] | None) -> list[str]:
    """Set what is told. Returns the names of what differs; raises ValidationError."""
    told: dict[str, object] = {}
    if url is not None:
        told["url"] = checked_url(url)
    if events is not None:
        told["events"] = checked_events(events)
    changed = [name for name, value in told.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, told[name])
    return changed


def checked_url(url: str) -> str:
    """https; on a practice server http, too. Whether its address is a public one is looked up
    whenever something is sent: names move.
    """
    url = url.strip()
    try:
        require_web_address(url)
    except Refused as error:
        raise ValidationError({"url": [str(error)]}) from None
    if len(url) > MAX_URL:
        raise ValidationError({"url": [_("This address is too long.")]})
    if urlsplit(url).scheme != "https" and not settings.LAUREL_PRACTICE:
        raise ValidationError({"url": [_("Awards hold personal data: give an https address.")]})
    return url


def checked_events(events: Sequence[str]) -> list[str]:
    """In the order of the table, each once."""
    unknown = [event for event in events if event not in TYPES]
    if unknown or not events:
        raise ValidationError({"events": [_("Choose from: %s.") % ", ".join(TYPES)]})
    return [event for event in TYPES if event in events]

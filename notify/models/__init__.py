"""The room's rows: one file a concept."""

from notify.models.mails import (
    BadgeClassMail,
    IssuerMail,
    Kind,
    Mail,
    State,
    Unsubscription,
)
from notify.models.webhooks import PendingEvents, Webhook, WebhookDelivery

__all__ = [
    "BadgeClassMail",
    "IssuerMail",
    "Kind",
    "Mail",
    "PendingEvents",
    "State",
    "Unsubscription",
    "Webhook",
    "WebhookDelivery",
]

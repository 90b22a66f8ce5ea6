"""Links that end mails: whom and which issuer they are about stands in them sealed, so nothing of
them is stored and nobody can make one up. They have no end: a mail is kept for years.
"""

import re

from django.conf import settings
from django.urls import reverse

from accounts.secrets import open_sealed, seal
from issuer.models import Issuer, Recipient

PURPOSE = "unsubscribe"


def unsubscribe_link(recipient_id: int, issuer_id: int) -> str:
    token = seal(f"{PURPOSE} {recipient_id} {issuer_id}")
    return settings.LAUREL_URL + reverse("unsubscribe", args=[token])


def subscription_of(token: str) -> tuple[Recipient, Issuer] | None:
    """Whose mails from which issuer a link is about; None for one that is wrong, or of who is
    gone.
    """
    named = re.fullmatch(rf"{PURPOSE} ([0-9]+) ([0-9]+)", open_sealed(token))
    if named is None:
        return None
    recipient = Recipient.objects.filter(pk=int(named[1])).first()
    issuer = Issuer.objects.defer("document").filter(pk=int(named[2])).first()
    return (recipient, issuer) if recipient and issuer else None

"""Standard Webhooks 1.0.0: secrets, signatures, headers. Pure."""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime
from secrets import token_bytes

PREFIX = "whsec_"
BYTES = 32  # the standard wants 24 to 64


def new_signing_secret() -> str:
    return PREFIX + base64.b64encode(token_bytes(BYTES)).decode()


def signed_headers(
    event_id: str, moment: datetime, body: bytes, secrets: Sequence[str]
) -> dict[str, str]:
    """Id, time of the attempt, and a signature for each secret: receivers take any that fits."""
    timestamp = int(moment.timestamp())
    content = f"{event_id}.{timestamp}.".encode() + body
    return {
        "Webhook-Id": event_id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": " ".join(signature(content, secret) for secret in secrets),
    }


def signature(content: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()

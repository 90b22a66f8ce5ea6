"""`Idempotency-Key`: a creating POST sent twice creates once, answered alike (DESIGN 4, 9)."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta

import orjson
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from rest_framework.request import Request

from api.errors import Unprocessable
from api.models import IdempotencyRecord

KEPT_FOR = timedelta(hours=24)
MAX_KEY = 255


def create_once(request: Request, create: Callable[[], Sequence[str]]) -> list[str]:
    """Run `create` (it returns the entity ids it made) once per client and key.

    A repeat gets the same ids. Record and objects are committed together. A repeat while the first
    is under way waits for it: on PostgreSQL at the unique index, on SQLite at the write lock. A
    first that failed leaves no record, so the request may be repeated. Raises ValidationError for a
    useless key, Unprocessable for another body under the same key.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return list(create())
    if len(key) > MAX_KEY:
        raise ValidationError(f"An Idempotency-Key has at most {MAX_KEY} characters.")
    digest = request_digest(request)
    with transaction.atomic():
        now = timezone.now()
        identity = {"client": request.auth.client_key, "key": sha256(key.encode())}
        IdempotencyRecord.objects.filter(**identity, created_at__lt=now - KEPT_FOR).delete()
        record, created = IdempotencyRecord.objects.get_or_create(
            **identity, defaults={"request_digest": digest, "created_at": now}
        )
        if not created:
            if record.request_digest != digest:
                raise Unprocessable("This Idempotency-Key was used for another request.")
            return list(record.result_ids)
        record.result_ids = list(create())
        record.save(update_fields=["result_ids"])
        return list(record.result_ids)


def is_repeat(request: Request) -> bool:
    """Whether something was created under the request's key before. For who has much to prepare."""
    key = request.headers.get("Idempotency-Key", "")
    told = {"client": request.auth.client_key, "key": sha256(key.encode())}
    return bool(key) and IdempotencyRecord.objects.filter(**told).exists()


def request_digest(request: Request) -> str:
    """Digest of method, path and parsed body: a retry may order its keys, or part its form, in
    another way.
    """
    body = orjson.dumps(request.data, default=describe_upload, option=orjson.OPT_SORT_KEYS)
    return sha256(f"{request.method} {request.path}\n".encode() + body)


def describe_upload(value: object) -> str:
    """An uploaded file counts by its content."""
    if not isinstance(value, UploadedFile):
        raise TypeError(f"cannot digest {type(value)}")
    value.seek(0)
    digest = sha256(value.read())
    value.seek(0)
    return digest


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def prune(*, older_than: timedelta = KEPT_FOR) -> int:
    """Forget keys that are no longer honoured. Returns how many."""
    deleted, _ = IdempotencyRecord.objects.filter(
        created_at__lt=timezone.now() - older_than
    ).delete()
    return deleted

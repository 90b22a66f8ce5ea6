"""`Idempotency-Key`: a creating POST sent twice creates once, answered alike (DESIGN 4, 9)."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import orjson
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.request import Request

from api.errors import Unprocessable
from api.models import IdempotencyRecord

KEPT_FOR = timedelta(hours=24)
MAX_KEY = 255

Draft = TypeVar("Draft")


def create_once(request: Request, create: Callable[[], Sequence[str]]) -> list[str]:
    """`store_once` for what is made at a stroke: `create` returns the entity ids it made."""
    return store_once(request, draft=lambda: None, store=lambda _: create())


def store_once(
    request: Request, *, draft: Callable[[], Draft], store: Callable[[Draft], Sequence[str]]
) -> list[str]:
    """Prepare with `draft`, then run `store` (it returns the entity ids it made), once per client
    and key. What takes long belongs in `draft`: nobody holds a lock meanwhile.

    A repeat gets the same ids. Record and objects are committed together. A repeat while the first
    is under way waits for it: on PostgreSQL at the unique index, on SQLite at the write lock. A
    first that failed leaves no record, so the request may be repeated. Raises ValidationError for a
    useless key, Unprocessable for another body under the same key.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return list(store(draft()))
    if len(key) > MAX_KEY:
        raise ValidationError(f"An Idempotency-Key has at most {MAX_KEY} characters.")
    digest = request_digest(request)
    identity = {"client": request.auth.client_key, "key": sha256(key.encode())}
    records = IdempotencyRecord.objects.filter(**identity)
    earlier = records.first()
    if earlier and earlier.created_at >= timezone.now() - KEPT_FOR:
        return ids_of(earlier, digest)
    drafted = draft()
    with transaction.atomic():
        if earlier:  # forgotten by now
            earlier.delete()
        try:
            with transaction.atomic():
                record = records.create(
                    **identity, request_digest=digest, created_at=timezone.now()
                )
        except IntegrityError:
            return ids_of(records.get(), digest)
        record.result_ids = list(store(drafted))
        record.save(update_fields=["result_ids"])
        return list(record.result_ids)


def ids_of(record: IdempotencyRecord, digest: str) -> list[str]:
    """What was made under this key. Raises Unprocessable where it was for another request."""
    if record.request_digest != digest:
        raise Unprocessable("This Idempotency-Key was used for another request.")
    return list(record.result_ids)


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

"""The finished public document of a row: built once when something changes, stored beside it,
served as it lies.
"""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from issuer.facts import assertion_facts, badge_class_facts, issuer_facts
from issuer.models import Assertion, BadgeClass, Issuer
from ob import documents
from ob.shapes import InvalidDocument

PUBLISHED_FIELDS = ["document", "etag", "http_status", "updated_at"]


def publish(row: Issuer | BadgeClass | Assertion) -> None:
    """Set document, etag, status and time on `row`; the caller saves them with the rest, in its
    transaction.

    Raises ValidationError where the facts make no valid Open Badges document.
    """
    try:
        document = documents.encode(build(row))
    except InvalidDocument as error:
        raise ValidationError(named_as_told(row, error.errors)) from None
    revoked = isinstance(row, Assertion) and row.revoked_at is not None
    row.document = document
    row.etag = documents.etag(document)
    row.http_status = 410 if revoked else 200
    row.updated_at = timezone.now()


def build(row: Issuer | BadgeClass | Assertion) -> dict[str, object]:
    """OB 2.0; a revoked assertion is the minimal document of 1.3."""
    match row:
        case Issuer():
            return documents.issuer_document(issuer_facts(row))
        case BadgeClass():
            return documents.badge_class_document(badge_class_facts(row))
        case Assertion(revoked_at=None):
            return documents.assertion_document(assertion_facts(row))
        case Assertion():
            return documents.revoked_assertion_document(
                id=row.public_url, reason=row.revocation_reason or None
            )


def save_all(rows: Sequence[Issuer | BadgeClass | Assertion], fields: Sequence[str]) -> None:
    """Write these fields of rows of one kind, which the transaction has locked.

    `bulk_update` would make one statement with a CASE over all rows for each field. To build and
    read that takes longer than all else that is done to them.
    """
    meta = rows[0]._meta
    columns = [column for column in meta.concrete_fields if column.name in fields]
    assigned = ", ".join(f"{column.column} = %s" for column in columns)
    statement = f"UPDATE {meta.db_table} SET {assigned} WHERE id = %s"  # noqa: S608 - our own names
    values = [
        [*(c.get_db_prep_save(getattr(row, c.attname), connection) for c in columns), row.pk]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def named_as_told(
    row: Issuer | BadgeClass | Assertion, errors: dict[str, list[str]]
) -> dict[str, list[str]]:
    """Paths in the document as paths in what was sent: extensions came in a member of their own."""
    names = tuple(f"{name}." for name in row.extensions)
    return {
        f"extensions.{path}" if f"{path}.".startswith(names) else path: texts
        for path, texts in errors.items()
    }

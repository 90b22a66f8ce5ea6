"""What the door reads of a local file is what is stored, and it waits for nobody."""

import sqlite3
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.transaction import atomic

from issuer.models import Assertion
from issuer.queries import stored_document
from public.local_documents import LocalDocuments
from tests.support.worlds import awarded, badge_class_of, issuer_of, person

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="a file of SQLite's own"),
]


@pytest.fixture
def assertion() -> Assertion:
    return awarded(badge_class_of(issuer_of(person())))


@pytest.fixture
def documents() -> Iterator[LocalDocuments]:
    documents = LocalDocuments()
    yield documents
    documents.connection.close()


def test_they_are_the_stored_ones(documents, assertion):
    for row in (assertion, assertion.badge_class, assertion.issuer):
        key = row.collection, row.entity_id
        assert documents.read(*key) == stored_document(*key) is not None
    assert documents.read("assertions", "unknown") is None


def test_a_revocation_shows_at_the_next_read(documents, assertion):
    assert documents.read("assertions", assertion.entity_id).http_status == 200
    Assertion.objects.filter(pk=assertion.pk).update(http_status=410)
    assert documents.read("assertions", assertion.entity_id).http_status == 410


def test_a_writer_keeps_nobody_waiting(documents, assertion):
    with atomic():
        Assertion.objects.filter(pk=assertion.pk).update(http_status=410)
        assert documents.read("assertions", assertion.entity_id).http_status == 200


def test_it_reads_alone(documents, assertion):
    documents.read("assertions", assertion.entity_id)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        documents.connection.execute("DELETE FROM issuer_assertion")


def test_what_cannot_be_read_is_left_to_django(documents, assertion):
    documents.read("assertions", assertion.entity_id)
    documents.connection.close()
    assert documents.read("assertions", assertion.entity_id) is None

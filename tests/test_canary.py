"""Personal data has one home (DESIGN 4): recipients, assertions, accounts. A canary in every field
finds leaks.
"""

import json
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.db.models import Model
from django.test import Client

from issuer.models import Assertion
from issuer.services.revocations import revoke_assertion
from jobs.worker import run_due
from tests.support.worlds import API, acting, badge_class_of, issuer_of, person

RECIPIENT = "canary-recipient@example.org"
PERSON = "canary-person@example.org"
CANARIES = ["canary-recipient", "canary-person", "Canary Surname", "canary narrative",
            "canary evidence", "canary reason"]  # fmt: skip
HOMES = {
    "accounts_user": {"canary-person", "Canary Surname"},
    "account_emailaddress": {"canary-person"},
    "issuer_recipient": {"canary-recipient"},
    "issuer_assertion": {"canary-recipient", "canary narrative", "canary evidence",
                         "canary reason"},
    # an issuer's contact address is published by its owner's own wish
    "issuer_issuer": {"canary-person"},
}  # fmt: skip


def found_in(model: type[Model]) -> set[str]:
    """Which canaries stand anywhere in a model's table, bytes included."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')  # noqa: S608 - our own tables
        text = " ".join(map(readable, cursor.fetchall()))
    return {canary for canary in CANARIES if canary.lower() in text.lower()}


def readable(row: tuple) -> str:
    return " ".join(
        bytes(value).decode("utf-8", "replace")
        if isinstance(value, bytes | memoryview)
        else str(value)
        for value in row
    )


def tables() -> Iterator[type[Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


@pytest.mark.django_db(transaction=True)
def test_no_personal_datum_outside_its_home(settings):
    owner = person(PERSON, name="Ada Canary Surname", administrator=True)
    badge_class = badge_class_of(issuer_of(owner))
    api = API(owner)
    path = f"/v2/badgeclasses/{badge_class.entity_id}/assertions"
    body = {
        "recipient": {"identity": RECIPIENT, "hashed": False},
        "narrative": "canary narrative",
        "evidence": [{"url": "https://e.example/", "narrative": "canary evidence"}],
        "notify": True,
    }
    key = {"Idempotency-Key": f"award for {RECIPIENT}"}
    made = api.post(path, body, **key).json()["result"][0]
    assert api.post(path, body, **key).status_code == 201
    assert api.post(path, body | {"allowDuplicateAwards": False}, **{
        "Idempotency-Key": "canary-recipient second"}).status_code == 400  # fmt: skip
    api.delete(f"/v2/assertions/{made['entityId']}", {"revocation_reason": "canary reason"})
    api.client.post("/o/token", {"username": PERSON, "password": "canary-person wrong"})
    api.client.force_login(owner)
    assert api.client.get("/accounts/app-passwords/").status_code == 200
    other = {"recipient": {"identity": RECIPIENT}, "notify": True}
    api.post(path, other)
    run_due()
    unsubscribe_and_look(api.client)
    run_due()

    leaks = {
        model._meta.db_table: found - HOMES.get(model._meta.db_table, set())
        for model in tables()
        if (found := found_in(model))
    }
    assert set(HOMES) <= set(leaks), "the canaries did not sing at home"
    assert not any(leaks.values()), leaks
    for path_of_file in settings.MEDIA_ROOT.rglob("*"):
        if path_of_file.is_file():
            assert not any(c.encode() in path_of_file.read_bytes() for c in CANARIES)


def unsubscribe_and_look(client: Client) -> None:
    """By the link of the mail that has come, and then as staff."""
    (letter,) = mail.outbox
    assert letter.to == [RECIPIENT]
    link = (
        letter.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    )
    assert client.post(link).status_code == 200
    assert RECIPIENT in client.get("/outbox/?state=sent").content.decode()


@pytest.mark.django_db
def test_a_hashed_award_publishes_no_address():
    badge_class = badge_class_of(issuer_of(person()))
    api = API(badge_class.created_by)
    api.post(
        f"/v2/badgeclasses/{badge_class.entity_id}/assertions",
        {"recipient": {"identity": RECIPIENT}},
    )
    row = Assertion.objects.get()
    assert RECIPIENT not in bytes(row.document).decode()
    assert RECIPIENT in json.dumps(row.identity_given)
    revoke_assertion(actor=acting(badge_class.created_by), assertion=row, reason="x")
    row.refresh_from_db()
    assert "recipient" not in json.loads(bytes(row.document))

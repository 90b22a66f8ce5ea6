"""Idempotency-Key: sent twice, made once, answered alike (DESIGN 4 and 9)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.client import encode_multipart

from accounts.models import AppPassword
from api import idempotency
from api.models import IdempotencyRecord
from issuer.models import Assertion, Issuer
from oauth.models import AccessToken
from ob import documents
from tests.support.envelopes import failure_of, result_of
from tests.support.images import data_uri, png
from tests.support.threads import together
from tests.support.worlds import API, badge_class_of, issuer_of, person

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ISSUER = {"name": "University", "email": "ada@example.org", "url": "https://university.example"}
AWARD = {"recipient": {"identity": "grace@example.org"}}
KEY = {"Idempotency-Key": "a-key"}


@pytest.fixture
def path(badge_class) -> str:
    return f"/v2/badgeclasses/{badge_class.entity_id}/assertions"


def test_a_repeat_is_answered_alike(api, path):
    first, again = api.post(path, AWARD, **KEY), api.post(path, AWARD, **KEY)
    assert result_of(first, 201) == result_of(again, 201)
    assert Assertion.objects.count() == 1


def test_without_a_key_there_are_two(api, path):
    assert api.post(path, AWARD).json() != api.post(path, AWARD).json()
    assert Assertion.objects.count() == 2
    assert not IdempotencyRecord.objects.exists()


def test_another_key_is_another_request(api, path):
    for key in ("one", "two", "ünal", "x" * 255):
        result_of(api.post(path, AWARD, **{"Idempotency-Key": key}), 201)
    assert Assertion.objects.count() == 4


def test_another_body_is_refused(api, path):
    api.post(path, AWARD, **KEY)
    other = {"recipient": {"identity": "eve@example.org"}}
    answer = failure_of(api.post(path, other, **KEY), 422)
    assert answer["validationErrors"] == ["This Idempotency-Key was used for another request."]
    assert Assertion.objects.count() == 1


def test_another_address_is_refused(api, issuer, path):
    api.post(path, AWARD, **KEY)
    other = badge_class_of(issuer, name="Second steps")
    failure_of(api.post(f"/v2/badgeclasses/{other.entity_id}/assertions", AWARD, **KEY), 422)


def test_the_order_of_the_body_does_not_matter(api):
    result_of(api.post("/v2/issuers", ISSUER, **KEY), 201)
    result_of(api.post("/v2/issuers", dict(reversed(ISSUER.items())), **KEY), 201)
    spaced = json.dumps(ISSUER, indent=3).encode()
    result_of(api.post("/v2/issuers", spaced, **KEY), 201)
    assert Issuer.objects.count() == 1


def test_multipart_with_another_boundary(api, issuer):
    path = f"/v2/issuers/{issuer.entity_id}/badgeclasses"
    picture = png(90, 90)

    def send(boundary: str, image: bytes):
        from django.core.files.uploadedfile import SimpleUploadedFile

        upload = SimpleUploadedFile("badge.png", image, "image/png")
        body = encode_multipart(boundary, {"name": "n", "description": "d", "image": upload})
        content_type = f"multipart/form-data; boundary={boundary}"
        headers = api.headers | KEY
        return api.client.generic("POST", path, body, content_type, headers=headers)

    made = result_of(send("one", picture), 201)
    assert result_of(send("two", picture), 201) == made
    failure_of(send("two", png(80, 80)), 422)


def test_clients_do_not_meet(api, ada, path):
    """Two app passwords of one person are two clients; so are two people."""
    api.post(path, AWARD, **KEY)
    result_of(API(ada).post(path, {"recipient": {"identity": "eve@example.org"}}, **KEY), 201)
    eve = person("eve@example.org")
    result_of(API(eve).post("/v2/issuers", ISSUER | {"email": eve.email}, **KEY), 201)
    assert IdempotencyRecord.objects.count() == 3


def test_a_client_is_the_same_with_a_fresh_token(api, ada, path):
    made = result_of(api.post(path, AWARD, **KEY), 201)
    held = AppPassword.objects.get()
    other = API(ada)
    AccessToken.objects.update(app_password=held)
    assert result_of(other.post(path, AWARD, **KEY), 201) == made


def test_a_failed_first_leaves_nothing(api, path):
    failure_of(api.post(path, {"recipient": {}}, **KEY), 400)
    assert not IdempotencyRecord.objects.exists()
    result_of(api.post(path, AWARD, **KEY), 201)


def test_it_is_kept_for_24_hours(ada, badge_class, path, time_machine):
    time_machine.move_to(NOW, tick=False)
    api = API(ada)
    made = result_of(api.post(path, AWARD, **KEY), 201)
    time_machine.move_to(NOW + timedelta(hours=24), tick=False)
    AccessToken.objects.update(expires=NOW + timedelta(days=9))
    assert result_of(api.post(path, AWARD, **KEY), 201) == made
    time_machine.move_to(NOW + timedelta(hours=24, seconds=1), tick=False)
    assert result_of(api.post(path, AWARD, **KEY), 201) != made
    assert IdempotencyRecord.objects.count() == 1


def test_pruning(api, path, time_machine):
    time_machine.move_to(NOW, tick=False)
    api.post(path, AWARD, **KEY)
    IdempotencyRecord.objects.create(client="x", key="y", created_at=NOW - timedelta(hours=25))
    assert idempotency.prune() == 1
    assert IdempotencyRecord.objects.get().client != "x"


def test_a_key_too_long(api, path):
    failure_of(api.post(path, AWARD, **{"Idempotency-Key": "x" * 256}), 400)
    assert not Assertion.objects.exists()


def test_what_takes_long_is_done_before_the_transaction(api, issuer, path, monkeypatch):
    """Documents and files are made while nobody waits for a lock."""
    inside: list[tuple[str, bool]] = []

    def watched(name, work):
        def watching(*args, **kwargs):
            inside.append((name, bool(connection.savepoint_ids)))
            return work(*args, **kwargs)

        return watching

    monkeypatch.setattr(documents, "encode", watched("document", documents.encode))
    monkeypatch.setattr(default_storage, "save", watched("file", default_storage.save))
    picture = {"image": data_uri(png(71, 71))}
    badge_class = {"name": "N", "description": "D"} | picture
    batch = f"{path.removesuffix('assertions')}issue"
    for number, (target, body, made) in enumerate(
        [
            ("/v2/issuers", ISSUER | picture, ["document", "file", "file", "file"]),
            (f"/v2/issuers/{issuer.entity_id}/badgeclasses", badge_class,
             ["document", "file", "file", "file"]),
            (path, AWARD, ["document"]),
            (batch, {"assertions": [AWARD] * 3}, ["document"] * 3),
        ]
    ):  # fmt: skip
        inside.clear()
        key = {"Idempotency-Key": f"key {number}"}
        first = result_of(api.post(target, body, **key), 201)
        assert inside == [(name, False) for name in made], target
        inside.clear()
        assert result_of(api.post(target, body, **key), 201) == first
        assert not inside


def test_it_keeps_digests_and_ids_alone(api, path):
    api.post(path, AWARD, **KEY)
    record = IdempotencyRecord.objects.get()
    assert record.result_ids == [Assertion.objects.get().entity_id]
    assert "a-key" not in record.key
    assert "grace" not in str(vars(record))


@pytest.mark.parametrize("body", [b"{", b"[1]", b'{"a": 123456789012345678901234567890}'])
def test_bodies_that_cannot_be_digested(api, path, body):
    failure_of(api.post(path, body, **KEY), 400)


@pytest.mark.django_db(transaction=True)
def test_at_the_same_time_one_is_made():
    ada = person()
    api = API(ada)
    badge_class = badge_class_of(issuer_of(ada))
    path = f"/v2/badgeclasses/{badge_class.entity_id}/assertions"

    def send(number: int):
        from django.test import Client

        mine = API.__new__(API)
        mine.client, mine.headers = Client(), api.headers
        return mine.post(path, AWARD, **KEY)

    answers = together(8, send)
    made = {result_of(answer, 201)[0]["entityId"] for answer in answers}
    assert len(made) == 1
    assert Assertion.objects.count() == 1

"""Lists without `num`: whole, however long, in constant memory and a constant number of queries."""

import json
import tracemalloc
from copy import copy
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api import paging
from api.entity_ids import new_entity_id
from issuer.models import Assertion, BadgeClass, Issuer, IssuerStaff
from tests.support.worlds import awarded, badge_class_of, issuer_of

MEGABYTE = 1024 * 1024


def copies(row: Any, count: int) -> None:
    """As many rows more as this one, under ids of their own."""
    model = type(row)
    for first in range(0, count, 1000):
        made = [copy(row) for _ in range(min(1000, count - first))]
        for each in made:
            each.pk, each.entity_id = None, new_entity_id()
        model.objects.bulk_create(made)


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def asked(api: Any, path: str) -> tuple[list[dict[str, Any]], int]:
    """The result, and how many queries it took."""
    with CaptureQueriesContext(connection) as caught:
        answer = api.get(path)
        body = json.loads(body_of(answer))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert body["status"] == {"success": True, "description": "ok"}
    return body["result"], len(caught)


@pytest.fixture
def awards(badge_class) -> str:
    """Where the awards of a class are listed; there is one."""
    awarded(badge_class)
    return f"/v2/badgeclasses/{badge_class.entity_id}/assertions"


@pytest.mark.parametrize("model", [Assertion, BadgeClass, Issuer])
def test_queries_do_not_grow_with_the_list(api, ada, awards, model):
    path = {Assertion: awards, BadgeClass: "/v2/badgeclasses", Issuer: "/v2/issuers"}[model]
    row = model.objects.get()
    counts = []
    for more in (9, 1190):
        copies(row, more)
        if model is Issuer:
            new = Issuer.objects.exclude(staff__user=ada)
            staff = [IssuerStaff(issuer=issuer, user=ada, role="owner") for issuer in new]
            IssuerStaff.objects.bulk_create(staff)
        result, queries = asked(api, path)
        assert len({each["entityId"] for each in result}) == 1 + more + 9 * bool(counts)
        counts.append(queries)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 4, 5, 6, 7])
def test_a_streamed_list_is_the_list(api, ada, monkeypatch, rows):
    monkeypatch.setattr(paging, "CHUNK", 2)
    issuer = issuer_of(ada)
    made = [badge_class_of(issuer, name=f"Class {number}").entity_id for number in range(rows)]
    answer = api.get("/v2/badgeclasses")
    assert answer.streaming == (rows > 2)
    result = json.loads(body_of(answer))["result"]
    assert [each["entityId"] for each in result] == made


def test_a_failure_at_the_beginning_is_answered_as_one(api, awards, monkeypatch):
    api.client.raise_request_exception = False
    monkeypatch.setattr("api.paging.every", lambda rows: map(broken, rows))
    answer = api.get(awards)
    assert answer.status_code == 500
    assert answer.json()["status"] == {"success": False, "description": "internal error"}


def broken(row: Any) -> Any:
    raise RuntimeError("broken")


def test_memory_does_not_grow_with_the_list(api, awards):
    copies(Assertion.objects.get(), 20_000)
    tracemalloc.start()
    try:
        answer = api.get(awards)
        size = sum(len(piece) for piece in answer.streaming_content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 10 * MEGABYTE
    assert peak < 8 * MEGABYTE

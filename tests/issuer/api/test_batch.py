"""/v2/badgeclasses/{id}/issue: all or nothing, per-item errors, constant queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activity.models import LogEntry
from issuer.api.inputs import assertions
from issuer.models import Assertion, Recipient, Role
from tests.support.envelopes import failure_of, result_of
from tests.support.worlds import API, badge_class_of, issuer_of, person, staff


@pytest.fixture
def path(badge_class) -> str:
    return f"/v2/badgeclasses/{badge_class.entity_id}/issue"


def items(count: int) -> list[dict]:
    return [{"recipient": {"identity": f"person{n}@example.org"}} for n in range(count)]


def test_it_awards_all_in_order(api, path):
    made = result_of(api.post(path, {"assertions": items(3)}), 201)
    names = [row["recipient"]["plaintextIdentity"] for row in made]
    assert names == ["person0@example.org", "person1@example.org", "person2@example.org"]


def test_a_bare_array_is_a_batch(api, path):
    assert len(result_of(api.post(path, items(2)), 201)) == 2


@pytest.mark.parametrize(("headers", "most"), [({}, 12), ({"Idempotency-Key": "spring"}, 14)])
def test_a_thousand_take_twelve_queries_at_most(api, path, headers, most):
    """A key takes three more: has it been used, it is now, and what was made under it."""
    with CaptureQueriesContext(connection) as queries:
        made = result_of(api.post(path, {"assertions": items(1000)}, **headers), 201)
    assert len(made) == Assertion.objects.count() == 1000
    # The savepoints stand for the transactions that there are without a test around it.
    asked = [query["sql"][:80] for query in queries if "SAVEPOINT" not in query["sql"][:20]]
    assert len(asked) <= most, asked


def test_seven_bad_ones_of_a_thousand_are_named_and_nothing_is_made(api, path):
    """Of every kind: shape, address, date, image in Markdown, class, and held already."""
    held = {"recipient": {"identity": "holder@example.org"}, "allowDuplicateAwards": False}
    result_of(api.post(path, [held]), 201)
    batch = items(1000)
    batch[0] = "no object"
    batch[13] = {"recipient": {"identity": "nobody"}}
    batch[14] = {"recipient": {"identity": "a@example.org"}, "issuedOn": "2100-01-01T00:00:00Z"}
    batch[500] = {"narrative": "nobody's"}
    batch[501] = {"recipient": {"identity": "a@example.org"}, "evidence": [{"url": "x"}]}
    batch[998] = held
    batch[999] = {"recipient": {"identity": "a@example.org"}, "badgeclass": "another"}
    body = failure_of_batch(api.post(path, {"assertions": batch}))
    assert list(body["fieldErrors"]) == ["0", "13", "14", "500", "501", "998", "999"]
    assert body["fieldErrors"]["13"] == {
        "recipient.identity": ["An e-mail address looks like name@example.org."]
    }
    assert set(body["fieldErrors"]["14"]) == {"issuedOn"}
    assert set(body["fieldErrors"]["500"]) == {"recipient"}
    assert set(body["fieldErrors"]["501"]) == {"evidence.0.url"}
    assert set(body["fieldErrors"]["998"]) == {"nonFieldErrors"}
    assert set(body["fieldErrors"]["999"]) == {"badgeclass"}
    assert body["validationErrors"] == ["7 items are wrong: nothing was stored."]
    assert Assertion.objects.count() == Recipient.objects.count() == 1


def failure_of_batch(answer) -> dict:
    """The envelope of a batch that was refused: errors by path, by index."""
    assert answer.status_code == 400
    body = answer.json()
    assert body["result"] == []
    for errors in body["fieldErrors"].values():
        assert all(isinstance(text, str) for texts in errors.values() for text in texts)
    return body


def test_two_of_one_person_in_a_batch_that_wants_no_duplicates(api, path):
    twice = {"recipient": {"identity": "Grace@example.org"}, "allowDuplicateAwards": False}
    body = failure_of_batch(api.post(path, [twice, twice]))
    assert list(body["fieldErrors"]) == ["1"]
    assert not Assertion.objects.exists()


@pytest.mark.parametrize("size", [0, 20_001])
def test_it_takes_one_to_twenty_thousand(api, path, size):
    assert (
        "assertions" in failure_of(api.post(path, {"assertions": items(size)}), 400)["fieldErrors"]
    )
    assert not Assertion.objects.exists()


@pytest.mark.parametrize(
    ("top", "item", "wish"),
    [
        ({}, {}, {}),
        ({"create_notification": True}, {}, {"notify": True}),
        ({"create_notification": True}, {"notify": False}, {"notify": False}),
        ({"notify": False}, {"create_notification": "on"}, {"notify": True}),
        ({"notify": None}, {"notify": None}, {}),
    ],
)
def test_who_is_told(api, path, top, item, wish):
    result_of(api.post(path, {"assertions": [items(1)[0] | item]} | top), 201)
    assert LogEntry.objects.get(verb="assertion.awarded").facts == wish


def test_the_same_batch_sent_twice_under_one_key_is_one(api, path):
    key = {"Idempotency-Key": "spring"}
    first = result_of(api.post(path, items(5), **key), 201)
    assert result_of(api.post(path, items(5), **key), 201) == first
    assert Assertion.objects.count() == 5


def test_who_may(api, path, issuer, stranger):
    failure_of(stranger.post(path, items(1)), 404)
    failure_of(API(person("ada@example.org"), "r:issuer").post(path, items(1)), 403)
    helper = API(staff(issuer, "staff@example.org", Role.STAFF))
    assert len(result_of(helper.post(path, items(1)), 201)) == 1
    failure_of(api.get(path), 405)
    failure_of(api.post("/v2/badgeclasses/nothing/issue", items(1)), 404)
    for body in ({}, {"assertions": None}, {"assertions": {}}, 7, None):
        failure_of(api.post(path, body), 400)


def test_another_class_cannot_be_named_above_the_items(api, path, owner):
    other = badge_class_of(issuer_of(owner, name="Other"))
    body = {"assertions": items(1), "badgeclass": other.entity_id}
    assert set(failure_of(api.post(path, body), 400)["fieldErrors"]) == {"badgeclass"}


BAD = {"recipient": {"identity": "nobody"}}


@pytest.mark.parametrize(
    ("item", "wrong", "named"),
    [({}, 200, 100), (BAD, 200, 100), (BAD | {"evidence": [{}] * 100}, 40, 10),
     (items(1)[0] | {"evidence": [{"narrative": "![x](y)"}] * 100}, 40, 10)],
    ids=["shape", "domain", "evidence of a wrong shape", "images"],
)  # fmt: skip
@pytest.mark.parametrize("size", [500, 1500])
def test_where_many_are_wrong_the_rest_is_not_looked_at(api, path, item, wrong, named, size):
    batch = items(size)
    batch[100 : 100 + wrong] = [item] * wrong
    body = failure_of_batch(api.post(path, batch))
    assert list(body["fieldErrors"]) == [str(100 + number) for number in range(named)]
    rest = size - 100 - named
    assert body["validationErrors"] == [
        f"{named} items are wrong: nothing was stored. The last {rest} items were not looked at."
    ]
    assert not Assertion.objects.exists()


def test_the_evidence_of_a_batch_is_counted_first(api, path, monkeypatch):
    monkeypatch.setattr(assertions, "MORE_EVIDENCE", 3)
    evidence = {"evidence": [{"narrative": "Seen."}] * 3}
    body = failure_of(api.post(path, [item | evidence for item in items(2)]), 400)
    assert body["fieldErrors"] == {"assertions": ["A batch of 2 has at most 5 pieces of evidence."]}

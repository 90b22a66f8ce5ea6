"""/v2/issuers/{id}/assertions: the class is named in the body, by id, address or name."""

import pytest

from issuer.models import Assertion
from tests.support.envelopes import failure_of, result_of
from tests.support.worlds import awarded, badge_class_of, issuer_of, person

WHO = {"recipient": {"identity": "grace@example.org"}}


@pytest.fixture
def path(issuer) -> str:
    return f"/v2/issuers/{issuer.entity_id}/assertions"


@pytest.mark.parametrize(
    ("key", "attribute"),
    [("badgeclass", "entity_id"), ("badgeclassOpenBadgeId", "public_url"),
     ("badgeclassName", "name")],
)  # fmt: skip
def test_it_awards(api, path, badge_class, key, attribute):
    made = result_of(api.post(path, WHO | {key: getattr(badge_class, attribute)}), 201)[0]
    assert made["badgeclass"] == badge_class.entity_id


def test_none_unknown_or_several(api, path, badge_class):
    none = failure_of(api.post(path, WHO), 400)
    assert none["fieldErrors"] == {"badgeclass": ["This field is required"]}
    unknown = failure_of(api.post(path, WHO | {"badgeclass": "nothing"}), 400)
    assert unknown["fieldErrors"] == {
        "badgeclass": ['Invalid entity_id "nothing" - object does not exist.']
    }
    both = {"badgeclass": badge_class.entity_id, "badgeclassName": badge_class.name}
    failure_of(api.post(path, WHO | both), 400)
    failure_of(api.post(path, WHO | {"badgeclass": 7}), 400)
    elsewhere = f"https://elsewhere.example/public/badges/{badge_class.entity_id}"
    failure_of(api.post(path, WHO | {"badgeclassOpenBadgeId": elsewhere}), 400)
    assert not Assertion.objects.exists()


def test_all_that_is_wrong_is_told_at_once(api, path, issuer):
    """By the very input that the description shows."""
    body = failure_of(api.post(path, {"badgeclass": 7}), 400)
    assert set(body["fieldErrors"]) == {"badgeclass", "recipient"}
    body = failure_of(api.post("/v2/badgeclasses", {"issuer": 7, "name": "N"}), 400)
    assert set(body["fieldErrors"]) == {"issuer", "description", "image"}


def test_by_name(api, path, issuer):
    for _ in range(2):
        badge_class_of(issuer, name="Twice")
    twice = failure_of(api.post(path, WHO | {"badgeclassName": "Twice"}), 400)
    assert twice["validationErrors"] == ["Could not award; 2 BadgeClasses with name Twice"]
    none = failure_of(api.post(path, WHO | {"badgeclassName": "None"}), 400)
    assert none["validationErrors"] == ["No matching BadgeClass found with name None"]


@pytest.mark.parametrize("name", ["First  class", "Cafe\u0301", "R & <b>D</b>"])
def test_by_name_as_it_was_given_when_the_class_was_made(api, path, issuer, name):
    badge_class = badge_class_of(issuer, name=name)
    made = result_of(api.post(path, WHO | {"badgeclassName": name}), 201)[0]
    assert made["badgeclass"] == badge_class.entity_id


@pytest.mark.parametrize("name", ["\x00", "\ud800", "x" * 3_000_000, "<b>", 7])
def test_by_a_name_that_no_class_can_have(api, path, badge_class, name):
    told = api.post(path, WHO | {"badgeclassName": name})
    failure_of(told, 400)
    assert len(told.content) < 1000


def test_another_issuers_class(api, path, owner):
    mine = badge_class_of(issuer_of(owner, name="Other"))
    body = failure_of(api.post(path, WHO | {"badgeclass": mine.entity_id}), 400)
    assert body["fieldErrors"] == {
        "badgeclass": ["Could not find matching badgeclass for this issuer."]
    }
    theirs = badge_class_of(issuer_of(person("bob@example.org")))
    body = failure_of(api.post(path, WHO | {"badgeclass": theirs.entity_id}), 400)
    assert "does not exist" in body["fieldErrors"]["badgeclass"][0]


def test_it_lists_as_a_class_does(api, path, badge_class, stranger):
    first = awarded(badge_class, "Grace@example.org")
    second = awarded(badge_class, "joan@example.org")
    api.delete(f"/v2/assertions/{second.entity_id}", {"revocation_reason": "x"})
    assert [row["entityId"] for row in result_of(api.get(path))] == [first.entity_id]
    assert len(result_of(api.get(f"{path}?include_revoked=TRUE"))) == 2
    assert len(result_of(api.get(f"{path}?recipient=GRACE@example.org&num=1"))) == 1
    assert result_of(api.get(f"{path}?recipient=nobody@example.org")) == []
    failure_of(stranger.get(path), 404)
    failure_of(stranger.post(path, WHO), 404)

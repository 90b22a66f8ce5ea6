"""PUT of /v2/assertions/{id}: an award is corrected under the rules of awarding."""

import pytest

from activity.models import LogEntry
from issuer.models import Assertion, Role
from tests.support.envelopes import failure_of, result_of
from tests.support.threads import together
from tests.support.worlds import API, awarded, instant, staff

STORY = {
    "issued_on": instant("2026-01-01T00:00:00Z"),
    "expires_at": instant("2090-01-01T00:00:00.5+00:00"),
    "narrative": "Well done.",
    "evidence": [{"narrative": "Seen."}, {"url": "https://e.example/"}],
}


@pytest.fixture
def assertion(badge_class) -> Assertion:
    return awarded(badge_class, "Grace@Example.org", **STORY)


@pytest.fixture
def path(assertion) -> str:
    return f"/v2/assertions/{assertion.entity_id}"


def test_what_is_omitted_stays_and_the_document_follows(api, path, assertion):
    before = result_of(api.get(path))[0]
    after = result_of(api.put(path, {"narrative": "Better."}))[0]
    assert after == before | {"narrative": "Better."}
    assert api.client.get(assertion.public_url).json()["narrative"] == "Better."
    entry = LogEntry.objects.get(verb="assertion.updated")
    assert entry.facts == {"fields": ["narrative"]}


@pytest.mark.parametrize("hashed", [True, False])
def test_what_was_read_can_be_sent_back(api, badge_class, hashed):
    made = awarded(badge_class, "Grace@Example.org", hashed=hashed, **STORY)
    path = f"/v2/assertions/{made.entity_id}?expand=badgeclass&expand=issuer"
    read = result_of(api.get(path))[0]
    assert result_of(api.put(path, read))[0] == read
    assert not LogEntry.objects.filter(verb="assertion.updated").exists()


def test_hidden_tags_go_at_once_and_not_when_it_is_sent_back(api, badge_class):
    hidden = {"name": "<\x01b>Seen</\x01b>", "narrative": "e<b></b>\u0301"}
    made = awarded(badge_class, evidence=[hidden])
    path = f"/v2/assertions/{made.entity_id}"
    read = result_of(api.get(path))[0]
    assert (read["evidence"][0]["name"], read["evidence"][0]["narrative"]) == ("Seen", "\u00e9")
    assert result_of(api.put(path, read))[0] == read
    assert not LogEntry.objects.filter(verb="assertion.updated").exists()


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"narrative": None}, {"narrative": None}),
        ({"evidence": []}, {"evidence": []}),
        ({"expires": None}, {"expires": None}),
        ({"issuedOn": "2026-02-01 00:00:00Z"}, {"issuedOn": "2026-02-01T00:00:00Z"}),
        ({"badgeclass": "another", "issuer": "another", "revoked": True, "salt": "x"}, {}),
    ],
    ids=str,
)
def test_what_changes(api, path, told, kept):
    before = result_of(api.get(path))[0]
    assert result_of(api.put(path, told))[0] == before | kept


def test_cleared_expiry_stays_cleared_in_a_class_that_expires(api, badge_class):
    badge_class.expires_amount, badge_class.expires_duration = 1, "years"
    badge_class.save()
    made = awarded(badge_class)
    path = f"/v2/assertions/{made.entity_id}"
    assert result_of(api.get(path))[0]["expires"]
    assert result_of(api.put(path, {"expires": None}))[0]["expires"] is None
    assert result_of(api.put(path, {"narrative": "x"}))[0]["expires"] is None


def test_another_recipient_under_the_same_salt(api, path, assertion):
    told = {"recipient": {"identity": "Joan@Example.org"}}
    after = result_of(api.put(path, told))[0]["recipient"]
    assert after["plaintextIdentity"] == "Joan@Example.org"
    assert after["salt"] == assertion.salt
    document = api.client.get(assertion.public_url).json()
    assert document["recipient"]["identity"] == after["identity"]


def test_another_kind_of_recipient_is_hashed_as_is_usual_for_it(api, badge_class):
    url = {"identity": "https://grace.example/", "type": "url"}
    email = {"identity": "grace@example.org", "type": "email"}
    path = f"/v2/assertions/{awarded(badge_class, **NOT_HASHED).entity_id}"
    for told, hashed in (
        (email, True),
        (email | {"hashed": False}, False),
        (email, False),  # the same kind: it stays
        (url | {"hashed": None}, False),
        (email | {"hashed": None}, True),
        (url, False),
    ):
        after = result_of(api.put(path, {"recipient": told}))[0]["recipient"]
        assert after["hashed"] is hashed, told
        assert after["identity"].startswith("sha256$") is hashed


NOT_HASHED = {"identity": "https://grace.example/", "identity_type": "url"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("recipient", None), ("recipient", {"identity": "x"}), ("recipient", {"identity": ""}),
     ("recipient", {"identity": "sha256$" + "0" * 64}), ("issuedOn", None), ("issuedOn", ""),
     ("issuedOn", "2100-01-01T00:00:00Z"), ("expires", "2020-01-01"), ("narrative", ""),
     ("expires", "2020-01-01T00:00:00Z"), ("evidence", [{}]), ("narrative", "![x](y)")],
    ids=str,
)  # fmt: skip
def test_bad_fields(api, path, field, value):
    before = result_of(api.get(path))[0]
    body = failure_of(api.put(path, {field: value}), 400)
    assert {name.partition(".")[0] for name in body["fieldErrors"]} == {field}
    assert result_of(api.get(path))[0] == before


def test_a_revoked_one_stays_as_it_is(api, path):
    api.delete(path, {"revocation_reason": "Gone"})
    body = failure_of(api.put(path, {"narrative": "x"}), 400)
    assert body["validationErrors"] == ["A revoked award can not be changed."]


def test_roles(path, issuer, stranger):
    helper = API(staff(issuer, "staff@example.org", Role.STAFF))
    editor = API(staff(issuer, "editor@example.org", Role.EDITOR))
    failure_of(helper.put(path, {"narrative": "x"}), 403)
    failure_of(stranger.put(path, {"narrative": "x"}), 404)
    assert result_of(editor.put(path, {"narrative": "x"}))[0]["narrative"] == "x"


class TestOncePerPerson:
    def test_a_correction_makes_no_second_holding(self, api, badge_class):
        awarded(badge_class, "grace@example.org", exclusive=True)
        other = awarded(badge_class, "joan@example.org")
        path = f"/v2/assertions/{other.entity_id}"
        failure_of(api.put(path, {"recipient": {"identity": "grace@example.org"}}), 400)
        assert result_of(api.put(path, {"narrative": "Still Joan."}))

    def test_it_stands_not_in_its_own_way(self, api, badge_class):
        made = awarded(badge_class, exclusive=True)
        assert result_of(api.put(f"/v2/assertions/{made.entity_id}", {"narrative": "x"}))

    def test_a_class_that_demands_it_by_now(self, api, badge_class):
        """Two ordinary awards of before may stay and be corrected; a third holder may not come."""
        twice = [awarded(badge_class) for _ in range(2)]
        other = awarded(badge_class, "joan@example.org")
        badge_class.once_per_person = True
        badge_class.save()
        assert result_of(api.put(f"/v2/assertions/{twice[0].entity_id}", {"narrative": "x"}))
        told = {"recipient": {"identity": "grace@example.org"}}
        failure_of(api.put(f"/v2/assertions/{other.entity_id}", told), 400)

    def test_an_expired_one_cannot_come_back_beside_another(self, api, badge_class):
        past = {"issued_on": instant("2020-01-01T00:00:00Z"),
                "expires_at": instant("2021-01-01T00:00:00Z")}  # fmt: skip
        old = awarded(badge_class, exclusive=True, **past)
        awarded(badge_class, exclusive=True)
        failure_of(api.put(f"/v2/assertions/{old.entity_id}", {"expires": None}), 400)


@pytest.mark.django_db(transaction=True)
def test_ten_corrections_to_one_person_at_once_leave_one(api, badge_class):
    made = [awarded(badge_class, f"p{n}@example.org", exclusive=True) for n in range(10)]
    told = {"recipient": {"identity": "grace@example.org"}}
    paths = [f"/v2/assertions/{row.entity_id}" for row in made]
    statuses = together(10, lambda number: api.put(paths[number], told).status_code)
    assert sorted(statuses) == [200] + [400] * 9
    held = Assertion.objects.filter(recipient__identity="grace@example.org")
    assert held.count() == 1

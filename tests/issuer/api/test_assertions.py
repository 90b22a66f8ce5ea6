"""/v2/badgeclasses/{id}/assertions and /v2/assertions/{id}"""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from issuer.models import Assertion, Role
from tests.support.envelopes import failure_of, result_of
from tests.support.threads import together
from tests.support.worlds import API, awarded, badge_class_of, issuer_of, person, staff

KEYS = {
    "entityType", "entityId", "openBadgeId", "createdAt", "createdBy", "badgeclass",
    "badgeclassOpenBadgeId", "issuer", "issuerOpenBadgeId", "image", "recipient", "issuedOn",
    "narrative", "evidence", "revoked", "revocationReason", "acceptance", "expires", "extensions",
}  # fmt: skip
BODY = {"recipient": {"identity": "Grace@Example.org"}}


@pytest.fixture
def path(badge_class) -> str:
    return f"/v2/badgeclasses/{badge_class.entity_id}/assertions"


def test_it_awards(api, path):
    made = result_of(api.post(path, BODY), 201)[0]
    assert set(made) == KEYS
    recipient = made["recipient"]
    assert recipient["plaintextIdentity"] == "Grace@Example.org"
    digest = hashlib.sha256(f"grace@example.org{recipient['salt']}".encode()).hexdigest()
    assert recipient["identity"] == f"sha256${digest}"
    assert made["evidence"] == []
    assert made["expires"] is None
    assert made["issuedOn"].endswith("Z")


def test_unhashed_recipients_are_plain_and_have_no_salt(api, path):
    body = {"recipient": {"identity": "Grace@Example.org", "hashed": False}}
    made = result_of(api.post(path, body), 201)[0]
    assert made["recipient"] == {
        "identity": "grace@example.org",
        "hashed": False,
        "type": "email",
        "plaintextIdentity": "Grace@Example.org",
    }


def test_a_clients_salt_is_ignored(api, path):
    body = {"recipient": {"identity": "a@example.org", "hashed": True, "salt": "mine"}}
    assert result_of(api.post(path, body), 201)[0]["recipient"]["salt"] != "mine"


@pytest.mark.parametrize(
    ("kind", "identity"),
    [
        ("url", "https://Grace.example/me"),
        ("telephone", "+16175551212"),
        ("openBadgeId", "https://grace.example/profile"),
    ],
)
def test_other_identities(api, path, kind, identity):
    body = {"recipient": {"identity": identity, "type": kind}}
    made = result_of(api.post(path, body), 201)[0]
    assert made["recipient"]["type"] == kind
    assert made["recipient"]["hashed"] is (kind == "telephone")


@pytest.mark.parametrize(
    "moment",
    ["2020-01-02T03:04:05Z", "2020-01-02 03:04:05Z", "2020-01-02T04:04:05+01:00",
     "2020-01-02T03:04:05", "2020-01-02T03:04:05.000000+00:00", "2020-01-02T03:04:05+0000"],
)  # fmt: skip
def test_forms_of_time(api, path, moment):
    made = result_of(api.post(path, BODY | {"issuedOn": moment}), 201)[0]
    assert made["issuedOn"] == "2020-01-02T03:04:05Z"


def test_a_clock_that_is_a_little_fast(api, path):
    ahead = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
    result_of(api.post(path, BODY | {"issuedOn": ahead}), 201)


def test_nulls_mean_nothing(api, path):
    nulls = {"narrative": None, "expires": None, "evidence": [], "issuedOn": None, "name": "x"}
    result_of(api.post(path, BODY | nulls), 201)


def test_form_encoding_with_dotted_names(api, path):
    form = {"recipient.identity": "a@example.org", "evidence.0.url": "https://e.example/"}
    made = result_of(api.client.post(path, form, headers=api.headers), 201)[0]
    assert made["evidence"][0]["url"] == "https://e.example/"


@pytest.mark.parametrize(
    "body",
    [
        {}, {"recipient": None}, {"recipient": "a@example.org"}, {"recipient": {}},
        {"recipient": {"identity": ""}}, {"recipient": {"identity": 7}},
        {"recipient": {"identity": "nonsense"}}, {"recipient": {"identity": "a\u202e@x.example"}},
        {"recipient": {"identity": "a@example.org", "type": "phone"}},
        {"recipient": {"identity": "x" * 800 + "@example.org"}},
        BODY | {"issuedOn": "2020-01-02"}, BODY | {"issuedOn": ""}, BODY | {"issuedOn": 7},
        BODY | {"issuedOn": "2999-01-01T00:00:00Z"}, BODY | {"issuedOn": "1500-01-01T00:00:00Z"},
        BODY | {"expires": "2000-01-01T00:00:00Z"}, BODY | {"expires": "soon"},
        BODY | {"narrative": ""}, BODY | {"narrative": 7}, BODY | {"narrative": "![a](b)"},
        BODY | {"evidence": {}}, BODY | {"evidence": [{}]}, BODY | {"evidence": [{"url": ""}]},
        BODY | {"evidence": [{"url": "x"}]}, BODY | {"evidence": ["https://e.example/"]},
        BODY | {"allowDuplicateAwards": "perhaps"}, BODY | {"extensions": {"x": {}}},
    ],
)  # fmt: skip
def test_bad_bodies_store_nothing(api, path, body):
    answer = failure_of(api.post(path, body), 400)
    assert answer["fieldErrors"] or answer["validationErrors"]
    assert not Assertion.objects.exists()


def test_errors_have_dotted_paths(api, path):
    evidence = [{"url": "https://e.example/"}, {"url": "nonsense"}]
    body = failure_of(api.post(path, {"recipient": {"identity": "x"}, "evidence": evidence}), 400)
    assert "evidence.1.url" in body["fieldErrors"]
    body = failure_of(api.post(path, {"recipient": {"identity": "x"}}), 400)
    assert list(body["fieldErrors"]) == ["recipient.identity"]


def test_a_duplicate_is_refused_where_none_is_wanted(api, path):
    wish = BODY | {"allowDuplicateAwards": False}
    result_of(api.post(path, wish), 201)
    body = failure_of(api.post(path, wish), 400)
    assert body["validationErrors"] == [
        "A previous award of this badge already exists for this recipient."
    ]


def test_it_reads(api, badge_class):
    made = awarded(badge_class)
    assert result_of(api.get(f"/v2/assertions/{made.entity_id}"))[0]["revoked"] is False


def test_lists_leave_out_revoked_and_expired_ones(api, path, badge_class):
    kept = awarded(badge_class)
    past = datetime(2020, 1, 1, tzinfo=UTC)
    awarded(badge_class, "b@example.org", issued_on=past, expires_at=past + timedelta(days=1))
    gone = awarded(badge_class, "c@example.org")
    api.delete(f"/v2/assertions/{gone.entity_id}", {"revocation_reason": "x"})
    assert [row["entityId"] for row in result_of(api.get(path))] == [kept.entity_id]
    assert len(result_of(api.get(f"{path}?include_expired=1"))) == 2
    assert len(result_of(api.get(f"{path}?include_expired=TRUE&include_revoked=true"))) == 3
    found = result_of(api.get(f"{path}?recipient=GRACE@example.org&recipient=nobody@example.org"))
    assert [row["entityId"] for row in found] == [kept.entity_id]


def test_the_list_of_a_class_tells_each_award_as_it_is_told_by_itself(api, path, badge_class):
    """The list reads plain values, an award alone is a row of the model."""
    rich = {
        "recipient": {"identity": "https://grace.example/me", "type": "url", "hashed": False},
        "narrative": "She *did*",
        "evidence": [{"url": "https://e.example/1"}, {"narrative": "seen"}],
        "issuedOn": "2020-02-29T12:00:00.123456+05:00",
        "expires": "2020-03-01T00:00:00Z",
    }
    for body in (BODY, rich):
        result_of(api.post(path, body), 201)
    revoked, nobodys = awarded(badge_class, "r@example.org"), awarded(badge_class, "n@example.org")
    api.delete(f"/v2/assertions/{revoked.entity_id}", {"revocation_reason": "Copied"})
    Assertion.objects.filter(pk=revoked.pk).update(origin="https://old.example")
    Assertion.objects.filter(pk=nobodys.pk).update(created_by=None)
    listed = result_of(api.get(f"{path}?num=4&include_expired=true&include_revoked=true"))
    for told in listed:
        assert [told] == result_of(api.get(f"/v2/assertions/{told['entityId']}"))
    assert len(listed) == 4
    assert {told["createdBy"] for told in listed} == {None, badge_class.created_by.entity_id}
    assert {told["revoked"] for told in listed} == {True, False}


class TestRevoking:
    def test_it_revokes_for_ever(self, api, badge_class):
        made = awarded(badge_class)
        path = f"/v2/assertions/{made.entity_id}"
        row = result_of(api.delete(path, {"revocation_reason": "Copied"}))[0]
        assert (row["revoked"], row["revocationReason"]) == (True, "Copied")
        body = failure_of(api.delete(path, {"revocation_reason": "Again"}), 400)
        assert body["validationErrors"] == ["Assertion is already revoked"]
        assert Assertion.objects.get().revocation_reason == "Copied"

    @pytest.mark.parametrize("body", [None, {}, {"revocation_reason": None},
                                      {"revocation_reason": ""}, {"revocation_reason": 7},
                                      {"revocation_reason": "x" * 256}])  # fmt: skip
    def test_it_wants_a_reason(self, api, badge_class, body):
        made = awarded(badge_class)
        answer = failure_of(api.delete(f"/v2/assertions/{made.entity_id}", body), 400)
        assert list(answer["fieldErrors"]) == ["revocation_reason"]
        assert Assertion.objects.get().http_status == 200

    def test_staff_may_not(self, issuer, badge_class):
        made = awarded(badge_class)
        api = API(staff(issuer, "s@example.org", Role.STAFF))
        failure_of(api.delete(f"/v2/assertions/{made.entity_id}", {"revocation_reason": "x"}), 403)
        assert result_of(api.get(f"/v2/assertions/{made.entity_id}"))

    @pytest.mark.parametrize("role", [Role.OWNER, Role.EDITOR])
    def test_owners_and_editors_may(self, issuer, badge_class, role):
        made = awarded(badge_class)
        api = API(staff(issuer, "s@example.org", role))
        result_of(api.delete(f"/v2/assertions/{made.entity_id}", {"revocation_reason": "x"}))


def test_foreign_and_unknown_are_404(stranger, path, badge_class):
    made = awarded(badge_class)
    unknown = failure_of(stranger.get("/v2/assertions/unknown"), 404)
    assert failure_of(stranger.get(f"/v2/assertions/{made.entity_id}"), 404) == unknown
    failure_of(stranger.delete(f"/v2/assertions/{made.entity_id}", {"revocation_reason": "x"}), 404)
    failure_of(stranger.post(path, BODY), 404)
    failure_of(stranger.get(path), 404)
    assert Assertion.objects.get().http_status == 200


def test_no_token(client, path):
    failure_of(client.post(path, BODY), 401)


def test_scopes(owner, issuer, path, badge_class):
    failure_of(API(owner, "r:issuer").post(path, BODY), 403)
    failure_of(API(owner, "rw:profile", "rw:backpack").post(path, BODY), 403)
    limited = API(owner, f"rw:issuer:{issuer.entity_id}")
    made = result_of(limited.post(path, BODY), 201)[0]
    result_of(API(owner, "r:issuer").get(path))
    other = awarded(badge_class_of(issuer_of(owner, name="Other")))
    failure_of(limited.get(f"/v2/assertions/{other.entity_id}"), 403)
    result_of(limited.delete(f"/v2/assertions/{made['entityId']}", {"revocation_reason": "x"}))


def test_wrong_method(api, path):
    failure_of(api.send("PUT", path, BODY), 405)
    failure_of(api.send("POST", "/v2/assertions/x", BODY), 405)


class TestIdempotency:
    def test_a_repeat_makes_nothing_new(self, api, path):
        first = result_of(api.post(path, BODY, **{"Idempotency-Key": "k1"}), 201)
        again = result_of(api.post(path, BODY, **{"Idempotency-Key": "k1"}), 201)
        assert first == again
        assert Assertion.objects.count() == 1

    def test_another_body_under_the_key_is_422(self, api, path):
        result_of(api.post(path, BODY, **{"Idempotency-Key": "k1"}), 201)
        other = {"recipient": {"identity": "other@example.org"}}
        failure_of(api.post(path, other, **{"Idempotency-Key": "k1"}), 422)

    def test_a_refused_request_may_be_repeated_rightly(self, api, path):
        failure_of(api.post(path, {}, **{"Idempotency-Key": "k1"}), 400)
        result_of(api.post(path, BODY, **{"Idempotency-Key": "k1"}), 201)

    @pytest.mark.django_db(transaction=True)
    def test_twenty_at_once_make_one(self):
        user = person()
        badge_class = badge_class_of(issuer_of(user))
        api = API(user)
        path = f"/v2/badgeclasses/{badge_class.entity_id}/assertions"

        def send(number: int) -> tuple[int, bytes]:
            answer = api.post(path, BODY, **{"Idempotency-Key": "k1"})
            return answer.status_code, answer.content

        answers = set(together(20, send))
        assert len(answers) == 1
        assert answers.pop()[0] == 201
        assert Assertion.objects.count() == 1


@pytest.mark.parametrize("name", ["badgeclass", "badgeclassOpenBadgeId"])
def test_a_class_in_the_body_must_be_that_of_the_path(api, path, badge_class, name):
    mine = {"badgeclass": badge_class.entity_id, "badgeclassOpenBadgeId": badge_class.public_url}
    result_of(api.post(path, BODY | {name: mine[name]}), 201)
    other = badge_class_of(badge_class.issuer)
    told = {"badgeclass": other.entity_id, "badgeclassOpenBadgeId": other.public_url}
    body = failure_of(api.post(path, BODY | {name: told[name]}), 400)
    assert list(body["fieldErrors"]) == [name]
    assert Assertion.objects.count() == 1


def test_nulls_for_what_has_a_default(api, path):
    recipient = {"identity": "a@example.org", "type": None, "hashed": None}
    body = {"recipient": recipient, "allowDuplicateAwards": None, "extensions": None}
    assert result_of(api.post(path, body), 201)[0]["recipient"]["type"] == "email"


def test_an_identity_is_measured_as_it_is_stored(api, path):
    body = {"recipient": {"identity": "https://x.example/" + "\u0958" * 700, "type": "url"}}
    assert "recipient.identity" in failure_of(api.post(path, body), 400)["fieldErrors"]


def test_a_token_that_reads_all_still_writes_one(owner, issuer, badge_class):
    other = badge_class_of(issuer_of(owner, name="Other"))
    api = API(owner, "r:issuer", f"rw:issuer:{issuer.entity_id}")
    result_of(api.post(f"/v2/badgeclasses/{badge_class.entity_id}/assertions", BODY), 201)
    failure_of(api.post(f"/v2/badgeclasses/{other.entity_id}/assertions", BODY), 403)
    result_of(api.get(f"/v2/badgeclasses/{other.entity_id}/assertions"))


def test_a_blank_recipient_is_none(api, badge_class):
    awarded(badge_class)
    path = f"/v2/badgeclasses/{badge_class.entity_id}/assertions"
    for blank in ("recipient=", "recipient=%20", "recipient=&recipient=Grace@example.org"):
        assert len(result_of(api.get(f"{path}?{blank}"))) == 1
    assert result_of(api.get(f"{path}?recipient=&recipient=x@example.org")) == []

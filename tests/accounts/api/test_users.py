"""/v2/users/self, /v2/user/profile, /v2/users/{id}, /v2/termsVersions/latest"""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import TermsVersion
from tests.accounts.browsing import signed_in
from tests.accounts.mailing import sent, the_mail
from tests.support.envelopes import failure_of
from tests.support.servers import PASSWORD
from tests.support.worlds import API, bearer, person

SELF = "/v2/users/self"
NEW = "another-long-Password-7"
pytestmark = pytest.mark.django_db


@pytest.fixture
def api(ada) -> API:
    return API(ada, "rw:profile")


@pytest.mark.parametrize("path", [SELF, "/v2/user/profile", "/v2/users/{id}"])
def test_oneself(api, ada, path):
    body = api.get(path.replace("{id}", ada.entity_id)).json()
    assert body == {
        "status": {"success": True, "description": "ok"},
        "result": [
            {
                "entityType": "BadgeUser",
                "entityId": ada.entity_id,
                "firstName": "",
                "lastName": "",
                "emails": [{"email": "ada@example.org", "verified": True, "primary": True,
                            "caseVariants": []}],
                "url": [],
                "telephone": [],
                "badgrDomain": "localhost:8000",
                "agreedTermsVersion": 0,
                "hasAgreedToLatestTermsVersion": True,
                "marketingOptIn": False,
                "hasPasswordSet": True,
                "recipient": {"type": "email", "identity": "ada@example.org"},
            }
        ],
        "latestTermsVersion": 0,
        "latestTermsDescription": "",
    }  # fmt: skip


def test_terms(api, client):
    latest = "/v2/termsVersions/latest"
    assert client.get(latest).status_code == 404
    for version in (1, 2):
        TermsVersion.objects.create(version=version, short_description=f"Terms {version}")
    (terms,) = client.get(latest).json()["result"]
    assert (terms["version"], terms["shortDescription"]) == (2, "Terms 2")
    body = api.get(SELF).json()
    assert (body["latestTermsVersion"], body["latestTermsDescription"]) == (2, "Terms 2")
    assert body["result"][0]["hasAgreedToLatestTermsVersion"] is False
    body = api.put(SELF, {"agreedTermsVersion": 2}).json()
    assert body["result"][0]["hasAgreedToLatestTermsVersion"] is True


def test_what_is_omitted_stays(api, ada):
    (shown,) = api.put(SELF, {"firstName": " Ada ", "marketingOptIn": True}).json()["result"]
    assert (shown["firstName"], shown["lastName"], shown["marketingOptIn"]) == ("Ada", "", True)
    (shown,) = api.put(SELF, {"lastName": "Lovelace", "unknown": 1}).json()["result"]
    assert (shown["firstName"], shown["lastName"], shown["marketingOptIn"]) == (
        "Ada", "Lovelace", True)  # fmt: skip


def test_what_was_read_can_be_sent_back(api, ada):
    (before,) = api.get(SELF).json()["result"]
    (after,) = api.put(SELF, before).json()["result"]
    assert after == before
    assert sent() == []


def test_a_password(api, ada):
    elsewhere = signed_in(ada)
    wrong = api.put(SELF, {"password": NEW, "currentPassword": "wrong"})
    fields = failure_of(wrong, 400)["fieldErrors"]
    assert list(fields) == ["currentPassword"]
    assert api.put(SELF, {"password": NEW}).status_code == 400
    weak = api.put(SELF, {"password": "password", "currentPassword": PASSWORD})
    assert list(weak.json()["fieldErrors"]) == ["password"]
    assert api.put(SELF, {"password": NEW, "currentPassword": PASSWORD}).status_code == 200
    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert elsewhere.get("/accounts/security/").status_code == 302
    assert "Your password was changed" in the_mail().subject


def test_a_new_password_is_told_to_the_main_address_that_there_is_then(api, ada):
    EmailAddress.objects.create(user=ada, email="second@example.org", verified=True)
    second = [{"email": "second@example.org", "primary": True}]
    api.put(SELF, {"password": NEW, "currentPassword": PASSWORD, "emails": second})
    changed = [letter for letter in sent() if "password was changed" in letter.subject]
    assert [letter.to for letter in changed] == [["second@example.org"]]


def test_guesses_at_the_password_are_counted(ada):
    headers = bearer(ada, "rw:profile")
    body = {"password": NEW, "currentPassword": "wrong"}
    answers = [Client().put(SELF, body, "application/json", headers=headers) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [400] * 10 + [429]
    refused = answers[-1]
    assert int(refused["Retry-After"]) > 0
    assert refused.json()["status"]["success"] is False


def test_addresses(api, ada):
    both = [{"email": "ada@example.org", "primary": True}, {"email": "Second@example.org"}]
    (shown,) = api.put(SELF, {"emails": both}).json()["result"]
    assert {row["email"]: row["verified"] for row in shown["emails"]} == {
        "ada@example.org": True, "second@example.org": False}  # fmt: skip
    assert [letter.to for letter in sent()] == [["second@example.org"], ["ada@example.org"]]
    swapped = [{"email": "second@example.org", "primary": True}]
    assert api.put(SELF, {"emails": swapped}).status_code == 400
    EmailAddress.objects.update(verified=True)
    (shown,) = api.put(SELF, {"emails": swapped}).json()["result"]
    assert [row["email"] for row in shown["emails"]] == ["second@example.org"]
    assert shown["recipient"]["identity"] == "second@example.org"


def test_a_strangers_mailbox_is_not_flooded(api):
    one = [{"email": "ada@example.org", "primary": True}]
    answers = []
    for _ in range(6):
        answers.append(api.put(SELF, {"emails": [*one, {"email": "other@example.net"}]}))
        api.put(SELF, {"emails": one})
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]


@pytest.mark.parametrize(
    "emails",
    [[], [{"email": "ada@example.org"}], [{"primary": True}], "x",
     [{"email": "x", "primary": True}],
     [{"email": "ada@example.org", "primary": True}, {"email": "ADA@example.org"}],
     [{"email": "ada@example.org", "primary": True}, {"email": "b@example.org", "primary": True}]],
)  # fmt: skip
def test_wrong_addresses_change_nothing(api, ada, emails):
    answer = api.put(SELF, {"firstName": "Eve", "emails": emails})
    assert answer.status_code == 400
    ada.refresh_from_db()
    assert ada.first_name == ""
    assert EmailAddress.objects.count() == 1


@pytest.mark.parametrize(
    "body", [{"firstName": 7}, {"firstName": "x" * 151}, {"lastName": "a\x00b"}, [],
             {"agreedTermsVersion": -1}, {"marketingOptIn": "perhaps"}, b"{"]
)  # fmt: skip
def test_a_bad_body(api, body):
    failure_of(api.put(SELF, body), 400)


def test_others_are_not_seen(api, ada):
    other = person("other@example.org", name="Other Person")
    unknown = api.get("/v2/users/unknown")
    theirs = api.get(f"/v2/users/{other.entity_id}")
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.content == unknown.content
    assert api.put(f"/v2/users/{other.entity_id}", {"firstName": "x"}).status_code == 404
    assert api.get(f"/v2/users/{other.pk}").status_code == 404


def test_an_administrators_application_sees_others_without_addresses(client):
    admin = person("admin@example.org", administrator=True)
    other = person("other@example.org", name="Other Person")
    path = f"/v2/users/{other.entity_id}"
    (shown,) = client.get(path, headers=bearer(admin, "rw:serverAdmin")).json()["result"]
    assert shown["firstName"] == "Other"
    assert "emails" not in shown
    assert client.get(path, headers=bearer(other, "rw:serverAdmin")).status_code == 403

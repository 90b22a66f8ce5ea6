"""/v1/user/profile and /v1/user/emails[/{id}]"""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.links import address_id
from accounts.models import User
from jobs.models import Job
from tests.accounts.mailing import link_of, sent, the_mail
from tests.support.servers import PASSWORD
from tests.support.worlds import API, person

PROFILE, EMAILS = "/v1/user/profile", "/v1/user/emails"
GRACE = {
    "email": "Grace@example.org",
    "first_name": "Grace",
    "last_name": "Hopper",
    "password": "a-compiler-9-wrote-this",
    "marketing_opt_in": True,
    "agreed_terms_service": True,
    "source": "bf2",
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def api(ada) -> API:
    return API(ada, "rw:profile")


def sign_up(body=GRACE, **more):
    return Client(**more).post(PROFILE, body, "application/json")


def test_signing_up(client):
    answer = sign_up()
    assert answer.status_code == 201
    user = User.objects.get()
    assert answer.json() == {
        "slug": user.entity_id,
        "first_name": "Grace",
        "last_name": "Hopper",
        "email": "grace@example.org",
        "url": [],
        "telephone": [],
        "agreed_terms_version": 0,
        "latest_terms_version": 0,
        "marketing_opt_in": True,
        "has_password_set": True,
    }
    client.post(link_of(the_mail()))
    assert EmailAddress.objects.get().verified


@pytest.mark.parametrize("name", ["Grace", " e\u0301a\u0007b  c", "\u2028x"])
def test_a_known_address_is_answered_alike(ada, hashed, name):
    seen = []
    for email in ("new@example.org", ada.email):
        Job.objects.all().delete()
        hashed.clear()
        answer = sign_up(GRACE | {"email": email, "first_name": name})
        body = answer.json()
        assert len(body.pop("slug")) == 22
        assert body.pop("email") == email
        seen.append((answer.status_code, body, len(hashed), Job.objects.count()))
    assert seen[0] == seen[1]
    assert User.objects.count() == 2
    assert "already" in sent()[-1].subject


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"email": "x"}, "email"), ({"password": "password"}, "password"),
     ({"password": "hopper12"}, "password"), ({"first_name": "x" * 151}, "first_name")],
)  # fmt: skip
def test_a_bad_body(wrong, field):
    answer = sign_up(GRACE | wrong)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not User.objects.exists()


def test_closed_and_some_domains(settings):
    settings.LAUREL_SIGNUP = ["closed"]
    assert sign_up().status_code == 403
    settings.LAUREL_SIGNUP = ["example.edu"]
    assert list(sign_up().json()) == ["email"]
    settings.LAUREL_SIGNUP = ["example.org"]
    assert sign_up().status_code == 201


def test_too_many_sign_ups():
    answers = [sign_up(GRACE | {"email": f"a{n}@example.org"}) for n in range(101)]
    assert [answer.status_code for answer in answers] == [201] * 100 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert "detail" in answers[-1].json()
    assert sign_up(REMOTE_ADDR="203.0.113.9").status_code == 201


def test_the_profile(api, ada):
    assert api.get(PROFILE).json()["slug"] == ada.entity_id
    shown = api.put(PROFILE, {"first_name": "Ada"}).json()
    assert (shown["first_name"], shown["last_name"]) == ("Ada", "")
    wrong = api.put(PROFILE, {"password": "another-long-Password-7", "current_password": "x"})
    assert wrong.status_code == 400
    right = {"password": "another-long-Password-7", "current_password": PASSWORD}
    assert api.put(PROFILE, right).status_code == 200
    assert "Your password was changed" in the_mail().subject


def test_addresses(api, ada):
    (first,) = api.get(EMAILS).json()
    assert first == {"id": address_id(EmailAddress.objects.get()), "email": ada.email,
                     "verified": True, "primary": True, "variants": []}  # fmt: skip
    made = api.post(EMAILS, {"email": "Second@example.org"})
    assert made.status_code == 201
    second = made.json()
    assert (second["email"], second["verified"]) == ("second@example.org", False)
    path = f"{EMAILS}/{second['id']}"
    assert api.get(path).json() == second
    assert api.put(path, {"primary": True}).status_code == 400
    assert api.put(path, {"resend": True}).status_code == 200
    assert [letter.to for letter in sent()] == [
        ["second@example.org"], [ada.email], ["second@example.org"]]  # fmt: skip
    EmailAddress.objects.update(verified=True)
    assert api.put(path, {"primary": True}).json()["primary"] is True
    assert api.delete(path).status_code == 400
    assert api.delete(f"{EMAILS}/{first['id']}").status_code == 204
    assert [row["email"] for row in api.get(EMAILS).json()] == ["second@example.org"]


def test_a_mailbox_is_not_flooded(api, ada):
    path = f"{EMAILS}/{api.post(EMAILS, {'email': 'b@example.org'}).json()['id']}"
    answers = [api.put(path, {"resend": True}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_other_peoples_addresses_are_not_seen(api):
    theirs = EmailAddress.objects.get(user=person("eve@example.org"))
    for name in (address_id(theirs), str(theirs.pk), "unknown"):
        path = f"{EMAILS}/{name}"
        assert api.get(path).status_code == 404
        assert api.put(path, {"primary": True}).status_code == 404
        assert api.delete(path).status_code == 404
    assert EmailAddress.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("email", ["", "x", "ada@example.org", 7, None])
def test_a_bad_address(api, email):
    assert api.post(EMAILS, {"email": email}).status_code == 400


def test_an_address_sent_twice_under_one_key_is_added_once(api):
    key, told = {"Idempotency-Key": "a-key"}, {"email": "second@example.org"}
    first, again = api.post(EMAILS, told, **key), api.post(EMAILS, told, **key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert api.post(EMAILS, {"email": "third@example.org"}, **key).status_code == 422
    assert api.post(EMAILS, told).status_code == 400

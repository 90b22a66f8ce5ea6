"""The JSON form of /o/authorize, which Badgr's own front end speaks (badgr-api.md 1.2)."""

import json

import pytest
from django.test import Client

from oauth.models import Consent, Grant
from tests.oauth.flows import CALLBACK, Dance, challenge_of, opens
from tests.support.worlds import bearer, issuer_of

ACCEPT = {"Accept": "application/json, text/plain, */*"}


def ask(lms: Dance, **more):
    return lms.browser.get(lms.request(**{"approval_prompt": "auto"} | more), headers=ACCEPT)


def decide(lms: Dance, browser=None, **more):
    body = {
        "client_id": lms.application.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "state": "xyz",
        "scopes": ["r:profile"],
        "allow": True,
    } | more
    return (browser or lms.browser).post(
        lms.path, json.dumps(body), content_type="application/json", headers=ACCEPT
    )


def code_of(lms: Dance, answer) -> str:
    address, _, query = answer.json()["success_url"].partition("?")
    assert address == CALLBACK
    parts = dict(part.split("=") for part in query.split("&"))
    assert parts["state"] == "xyz"
    assert parts["iss"]
    return parts["code"]


def test_what_to_show(dance):
    lms = dance(website_url="https://app.example", policy_url="https://app.example/privacy")
    answer = ask(lms)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert answer.json() == {
        "client_id": lms.application.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "state": "xyz",
        "application": {
            "name": "LMS",
            "image": None,
            "website_url": "https://app.example",
            "clientId": lms.application.client_id,
            "policyUri": "https://app.example/privacy",
            "termsUri": None,
        },
        "scopes": ["r:profile", "rw:backpack"],
        "scopes_descriptions": {
            "r:profile": "See your name and e-mail addresses",
            "rw:backpack": "See and manage the badges you have earned",
        },
    }
    assert "csrftoken" in answer.cookies


def test_anybody_may_ask(dance):
    lms = dance()
    lms.browser = Client()
    assert ask(lms).status_code == 200


def test_allowing(dance):
    lms = dance()
    answer = decide(lms, scopes=["r:issuer", "r:profile"])
    assert answer.status_code == 200
    assert answer.json()["success_url"].endswith("&scope=r%3Aissuer+r%3Aprofile")
    token = lms.exchange(code_of(lms, answer), code_verifier=None).json()
    assert token["scope"] == "r:issuer r:profile"
    assert opens(token) == 200


def test_a_challenge_is_s256_unless_told(dance):
    lms = dance(client_type="public")
    code = code_of(lms, decide(lms, code_challenge=challenge_of(lms.verifier)))
    assert lms.exchange(code, code_verifier="x" * 43).status_code == 400
    assert lms.exchange(code).status_code == 200
    plain = decide(lms, code_challenge="x" * 43, code_challenge_method="plain")
    assert (plain.status_code, plain.json()["error"]) == (400, "invalid_request")
    assert decide(lms).json()["error"] == "invalid_request"


def test_refusing(dance):
    lms = dance()
    answer = decide(lms, allow=False)
    assert (answer.status_code, answer.json()) == (400, {"error": ""})
    assert not Grant.objects.exists()


def test_remembered(dance):
    lms = dance()
    decide(lms, scopes=["r:profile", "rw:backpack"])
    assert "code=" in ask(lms).json()["success_url"]
    assert ask(lms).json()["success_url"].endswith("&scope=r%3Aprofile+rw%3Abackpack")
    assert "scopes" in ask(lms, scope="r:issuer").json()


class TestNarrowing:
    """`scope` is what the app asked for, `scopes` what the person chose of it."""

    def test_what_is_taken_back_is_asked_again(self, dance):
        lms = dance()
        decide(lms, scope="rw:issuer r:profile", scopes=["rw:issuer", "r:profile"])
        assert "code=" in ask(lms, scope="rw:issuer").json()["success_url"]
        answer = decide(lms, scope="rw:issuer r:profile", scopes=["r:profile"])
        token = lms.exchange(code_of(lms, answer), code_verifier=None).json()
        assert token["scope"] == "r:profile"
        assert ask(lms, scope="rw:issuer").json()["scopes"] == ["rw:issuer"]
        assert lms.visit(scope="rw:issuer").status_code == 200
        assert Consent.objects.get().scopes == ["r:profile"]

    def test_a_single_issuer(self, dance, ada):
        one = f"rw:issuer:{issuer_of(ada).entity_id}"
        lms = dance()
        answer = decide(lms, scope="rw:issuer", scopes=[one])
        token = lms.exchange(code_of(lms, answer), code_verifier=None).json()
        assert token["scope"] == one
        assert "scopes" in ask(lms, scope="rw:issuer").json()

    @pytest.mark.parametrize("scope", ["", " ", None])
    def test_without_a_wish_the_choice_is_the_wish(self, dance, scope):
        lms = dance()
        decide(lms, scopes=["r:profile"])
        answer = decide(lms, scope=scope, scopes=["r:issuer"])
        token = lms.exchange(code_of(lms, answer), code_verifier=None).json()
        assert token["scope"] == "r:issuer"
        assert Consent.objects.get().scopes == ["r:profile", "r:issuer"]

    def test_nobody_chooses_what_was_not_asked(self, dance):
        answer = decide(dance(), scope="r:profile", scopes=["rw:issuer"])
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
        assert not Consent.objects.exists()


def test_an_app_can_have_it_asked_again(dance):
    lms = dance()
    decide(lms, scopes=["r:profile", "rw:backpack"])
    assert "success_url" in ask(lms).json()
    assert "scopes" in ask(lms, approval_prompt="force").json()


class TestWhoDecides:
    @pytest.mark.parametrize("with_token", [False, True])
    def test_nobody_without_a_session(self, dance, ada, with_token):
        headers = bearer(ada, "rw:profile", "rw:issuer") if with_token else {}
        answer = decide(dance(), Client(enforce_csrf_checks=True, headers=headers))
        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/json"
        assert answer.json() == {"error": "Incorrect authentication credentials."}
        assert not Grant.objects.exists()

    def test_nobody_without_the_csrf_token(self, dance, ada):
        lms = dance()
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(ada)
        answer = decide(lms, browser)
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/json")
        assert not Grant.objects.exists()
        browser.get(lms.request(), headers=ACCEPT)
        proof = browser.cookies["csrftoken"].value
        browser.defaults["HTTP_X_CSRFTOKEN"] = proof
        assert decide(lms, browser).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"allow": None}, {"allow": "yes"}, {"allow": 1}, {"scopes": None}, {"scopes": "r:profile"},
     {"scopes": []}, {"scopes": [1]}, {"scopes": [["r:profile"]]}, {"redirect_uri": "https://evil.example/"},
     {"redirect_uri": ["x"]}, {"client_id": "unknown"}, {"client_id": 7}, {"state": {"a": 1}},
     {"scopes": ["rw:everything"]}, {"response_type": "token"}],
)  # fmt: skip
def test_what_is_wrong(dance, wrong):
    answer = decide(dance(), **wrong)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["error"]
    assert not Grant.objects.exists()
    assert not Consent.objects.exists()


@pytest.mark.parametrize("body", ["[]", "{", "1", "null", '"x"', b"\xff"])
def test_a_body_that_is_none(dance, body):
    lms = dance()
    answer = lms.browser.post(lms.path, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_wrong_question(dance):
    answer = ask(dance(), redirect_uri="https://evil.example/")
    assert (answer.status_code, answer.json()["error"]) == (400, "Mismatching redirect URI.")
    assert ask(dance(scopes=["r:profile"]), scope="rw:issuer").json()["error"] == "invalid_scope"

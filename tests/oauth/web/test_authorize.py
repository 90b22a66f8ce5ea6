"""GET and POST /o/authorize: who is asked what, and where the answer goes (RFC 6749, 4.1; 9207)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from activity.models import LogEntry
from oauth.models import Consent, Grant
from oauth.services.applications import create_application
from oauth.services.consents import revoke_consent
from tests.oauth.flows import CALLBACK, Dance, asked_to_sign_in, told
from tests.support.worlds import acting, issuer_of, person

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "path", ["/o/authorize", "/o/authorize/", "/auth/oauth2/authorize", "/auth/oauth2/authorize/"]
)
def test_the_page(dance, path):
    lms = dance(website_url="https://app.example/about")
    lms.path = path
    page = lms.visit()
    text = page.content.decode()
    assert page.status_code == 200
    assert "Allow LMS?" in text
    assert "app.example" in text
    assert "ada@example.org" in text
    assert "See your name and e-mail addresses" in text
    assert "See and manage the badges you have earned" in text
    assert "Award and revoke" not in text
    assert told(lms.allow())["state"] == "xyz"


def test_its_headers(dance):
    page = dance().visit()
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "strict-origin"
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert "form-action 'self' https:" in page["Content-Security-Policy"].split("; ")


def test_native_apps_get_their_answer_by_plain_http(dance):
    native = dance(client_type="public", redirect_uris=["http://[::1]/cb"])
    page = native.visit(redirect_uri="http://[::1]:5000/cb")
    assert "form-action 'self' http: https:" in page["Content-Security-Policy"].split("; ")


def test_the_answer(dance):
    lms = dance()
    answer = lms.allow()
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "strict-origin"
    found = told(answer)
    assert set(found) == {"code", "state", "iss"}
    assert found["iss"] == "http://localhost:8000"
    assert len(found["code"]) >= 30
    grant = Grant.objects.get()
    assert found["code"] not in map(str, Grant.objects.values().get().values())
    assert grant.scope == "r:profile rw:backpack"


def test_the_response_type_is_code_unless_told(dance):
    lms = dance()
    assert lms.visit(response_type=None).status_code == 200
    assert "code" in told(lms.allow(response_type=None))


def test_a_query_of_the_redirect_uri_is_kept(dance):
    lms = dance(redirect_uris=[CALLBACK + "?tenant=7"])
    answer = lms.allow(redirect_uri=CALLBACK + "?tenant=7")
    assert told(answer)["tenant"] == "7"


def test_without_state_none_is_told(dance):
    assert set(told(dance().allow(state=None))) == {"code", "iss"}


class TestSigningIn:
    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("wish", [{}, {"scope": "rw:everything"}, {"code_challenge": "x"}])
    def test_it_comes_first(self, dance, method, wish):
        lms = dance(client_type="public")
        address = lms.request(**wish)
        answer = getattr(Client(), method)(address)
        assert asked_to_sign_in(answer)
        assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [address]
        assert answer["Cache-Control"] == "no-store"

    def test_what_cannot_be_answered_is_told_before(self, dance):
        answer = Client().get(dance().request(redirect_uri="https://evil.example/"))
        assert answer.status_code == 400

    def test_somebody_else_can_sign_in_instead(self, dance):
        lms = dance()
        address = lms.request()
        assert f'name="next" value="{address.replace("&", "&amp;")}"' in (
            lms.browser.get(address).content.decode()
        )
        answer = lms.browser.post("/accounts/logout/", {"next": address})
        assert answer["Location"] == address
        assert asked_to_sign_in(lms.browser.get(address))


class TestDeciding:
    def test_refusing(self, dance):
        lms = dance()
        found = told(lms.allow(form={"decision": "deny"}))
        assert found["error"] == "access_denied"
        assert (found["state"], found["iss"]) == ("xyz", "http://localhost:8000")
        assert "code" not in found
        assert not Grant.objects.exists()
        assert not Consent.objects.exists()

    def test_no_decision_is_no(self, dance):
        assert told(dance().allow(form={"decision": ""}))["error"] == "access_denied"

    def test_a_post_from_another_site(self, dance, ada):
        lms = dance()
        lms.browser = Client(enforce_csrf_checks=True)
        lms.browser.force_login(ada)
        answer = lms.allow()
        assert answer.status_code == 403
        assert "Open the page again" in answer.content.decode()
        assert answer["Cache-Control"] == "no-store"
        assert not Grant.objects.exists()

    @pytest.mark.parametrize("path", ["/o/authorize", "/auth/oauth2/authorize"])
    def test_the_form_of_the_page_is_taken(self, dance, ada, path):
        lms = dance()
        lms.path = path
        lms.browser = Client(enforce_csrf_checks=True)
        lms.browser.force_login(ada)
        proof = lms.visit().context["csrf_token"]
        assert "code" in told(lms.allow(form={"csrfmiddlewaretoken": str(proof)}))

    def test_reading_the_page_grants_nothing(self, dance):
        lms = dance()
        lms.visit(decision="allow", scopes="r:profile")
        assert not Grant.objects.exists()

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_other_methods(self, dance, method):
        lms = dance()
        lms.browser = Client(enforce_csrf_checks=True)
        answer = getattr(lms.browser, method)(lms.request())
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")
        assert answer["Content-Type"] == "application/json"
        assert answer.json()["error"] == "invalid_request"
        assert not Grant.objects.exists()

    @pytest.mark.parametrize("accept", ["text/html", "application/json"])
    def test_head_is_get_without_a_code(self, dance, accept):
        lms = dance()
        lms.allow()
        Grant.objects.all().delete()
        answer = lms.browser.head(lms.request(), headers={"Accept": accept})
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith(accept)
        assert answer.content == b""
        assert not Grant.objects.exists()

    def test_it_is_logged_without_personal_data(self, dance, ada):
        lms = dance()
        lms.allow("r:profile")
        entry = LogEntry.objects.get(verb="consent.given")
        assert entry.actor_id == ada.entity_id
        assert entry.facts == {
            "application": lms.application.client_id,
            "scopes": ["r:profile"],
        }


class TestNarrowing:
    def test_fewer_scopes(self, dance):
        lms = dance()
        token = lms.token("r:profile")
        assert token["scope"] == "r:profile"

    def test_none_is_asked_again(self, dance):
        lms = dance()
        page = lms.allow(form={"scopes": []})
        assert page.status_code == 400
        assert "Tick at least one." in page.content.decode()
        assert not Grant.objects.exists()

    @pytest.mark.parametrize("more", ["rw:issuer", "rw:serverAdmin", "rw:profile", "x"])
    def test_never_more_than_asked(self, dance, more):
        assert dance().allow("r:profile", more).status_code == 400
        assert not Grant.objects.exists()

    def test_some_issuers(self, dance, ada):
        one, two = issuer_of(ada, name="One"), issuer_of(ada, name="Two")
        lms = dance()
        text = lms.visit(scope="rw:issuer").content.decode()
        assert text.index("One") < text.index("Two")
        form = {"reach": "some", "issuers": [two.entity_id]}
        token = lms.token("rw:issuer", scope="rw:issuer", form=form)
        assert token["scope"] == f"rw:issuer:{two.entity_id}"
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        assert Client().get(f"/v2/issuers/{two.entity_id}", headers=headers).status_code == 200
        assert Client().get(f"/v2/issuers/{one.entity_id}", headers=headers).status_code == 403

    def test_all_issuers(self, dance, ada):
        issuer_of(ada)
        token = dance().token("rw:issuer", scope="rw:issuer", form={"reach": "all"})
        assert token["scope"] == "rw:issuer"

    @pytest.mark.parametrize("reach", ["all", "some", "", "none"])
    def test_unclear_wishes_grant_nothing(self, dance, ada, reach):
        one = issuer_of(ada)
        named = [] if reach == "some" else [one.entity_id]
        form = {"reach": reach, "issuers": named}
        page = dance().allow("rw:issuer", scope="rw:issuer", form=form)
        assert page.status_code == 400
        assert not Grant.objects.exists()

    def test_nobody_elses_issuer(self, dance):
        other = issuer_of(person("eve@example.org"), name="Foreign")
        lms = dance()
        form = {"reach": "some", "issuers": [other.entity_id]}
        assert "Foreign" not in lms.visit(scope="rw:issuer").content.decode()
        answer = lms.allow("rw:issuer", scope="rw:issuer", form=form)
        assert answer.status_code == 303  # she has no issuer to choose from
        assert Grant.objects.get().scope == "rw:issuer"

    def test_one_issuer_asked_by_name(self, dance, ada):
        one = issuer_of(ada, name="Northfield")
        lms = dance(scopes=["rw:issuer:*"])
        scope = f"rw:issuer:{one.entity_id}"
        assert "for the issuer Northfield" in lms.visit(scope=scope).content.decode()
        assert lms.token(scope, scope=scope)["scope"] == scope


class TestScopes:
    def test_what_the_app_may_not_have_is_not_asked(self, dance):
        lms = dance(scopes=["r:profile", "r:backpack"])
        text = lms.visit(scope="r:profile rw:backpack rw:issuer").content.decode()
        assert "Award and revoke" not in text
        assert "See the badges you have earned" in text
        assert lms.token("r:profile", "r:backpack", scope="r:profile rw:backpack rw:issuer")[
            "scope"
        ] == ("r:profile r:backpack")

    @pytest.mark.parametrize("scope", ["rw:issuer", "rw:everything", "rw:issuer:*", "openid"])
    def test_nothing_that_it_may_have(self, dance, scope):
        lms = dance(scopes=["r:profile"])
        found = told(lms.visit(scope=scope))
        assert (found["error"], found["state"]) == ("invalid_scope", "xyz")
        assert found["iss"] == "http://localhost:8000"

    def test_none_is_the_profile(self, dance):
        assert dance().token("r:profile", scope=None)["scope"] == "r:profile"

    def test_strong_ones_wait_for_approval(self, ada, endpoint):
        ada.is_superuser = False
        facts = {"client_type": "confidential", "grants": ["authorization-code"]}
        made = create_application(
            actor=acting(ada), user=ada, name="Mine", redirect_uris=[CALLBACK], **facts
        )
        mine = Dance(endpoint, *made, ada)
        waiting = mine.visit(scope="rw:issuer rw:backpack").content.decode()
        assert "Award and revoke" not in waiting
        assert "Read issuers, badges and awards" in waiting  # which is less, and needs no approval
        mine.application.approved_at = NOW
        mine.application.save()
        approved = mine.visit(scope="rw:issuer rw:backpack").content.decode()
        assert "Award and revoke" in approved


class TestAdministration:
    """rw:serverAdmin: an administrator's to grant, to a confidential application."""

    @pytest.fixture
    def administrator(self, ada):
        ada.is_superuser = True
        ada.save()
        return ada

    def test_an_administrator_grants_it(self, administrator, dance):
        admin = dance(scopes=["rw:serverAdmin"])
        assert "every issuer on this server" in admin.visit(scope="rw:serverAdmin").content.decode()
        token = admin.token("rw:serverAdmin", scope="rw:serverAdmin")
        assert token["scope"] == "rw:serverAdmin"

    def test_nobody_else_can(self, administrator, dance):
        admin = dance(scopes=["rw:serverAdmin", "r:profile"])
        admin.browser.force_login(person("bob@example.org"))
        assert told(admin.visit(scope="rw:serverAdmin"))["error"] == "invalid_scope"
        page = admin.visit(scope="rw:serverAdmin r:profile")
        assert "every issuer on this server" not in page.content.decode()

    def test_not_to_a_public_client(self, administrator, dance):
        admin = dance(scopes=["rw:serverAdmin"])
        admin.application.client_type = "public"
        admin.application.save()
        assert told(admin.visit(scope="rw:serverAdmin"))["error"] == "invalid_scope"


class TestRemembering:
    def test_the_same_again_is_not_asked(self, dance):
        lms = dance()
        lms.allow()
        assert told(lms.visit(state="abc"))["state"] == "abc"
        assert "code" in told(lms.visit(scope="r:profile"))
        assert "code" in told(lms.visit(scope="r:backpack"))

    def test_unless_the_app_wants_it_asked(self, dance):
        lms = dance()
        lms.allow()
        assert lms.visit(approval_prompt="force").status_code == 200
        assert "code" in told(lms.allow(approval_prompt="force"))
        assert "code" in told(lms.visit(approval_prompt="auto"))

    def test_more_is_asked(self, dance):
        lms = dance()
        lms.allow()
        assert lms.visit(scope="r:profile r:issuer").status_code == 200

    def test_both_are_known_then(self, dance):
        lms = dance()
        lms.allow()
        lms.allow("r:issuer", scope="r:issuer")
        assert "code" in told(lms.visit(scope="r:profile r:issuer rw:backpack"))

    def test_what_was_not_ticked_is_asked_again(self, dance):
        lms = dance()
        lms.allow()
        lms.allow("r:profile")
        assert lms.visit().status_code == 200

    def test_of_another_person_nothing(self, dance):
        lms = dance()
        lms.allow()
        lms.browser.force_login(person("bob@example.org"))
        assert lms.visit().status_code == 200

    def test_taken_back(self, dance, ada):
        lms = dance()
        lms.allow()
        revoke_consent(actor=acting(ada), consent=Consent.objects.get())
        assert lms.visit().status_code == 200

    def test_not_for_ever(self, dance, time_machine):
        time_machine.move_to(NOW, tick=False)
        lms = dance()
        lms.allow()
        lms.browser.force_login(lms.application.user)
        time_machine.move_to(NOW + timedelta(days=13), tick=False)
        assert lms.visit().status_code == 303
        time_machine.move_to(NOW + timedelta(days=13 + 180), tick=False)
        lms.browser.force_login(lms.application.user)
        assert lms.visit().status_code == 200

    def test_an_app_that_nobody_can_tell_from_another_asks_each_time(self, dance):
        """RFC 8252, 8.6."""
        loopback = "http://127.0.0.1:4000/cb"
        native = dance(client_type="public", redirect_uris=["http://127.0.0.1/cb"])
        native.allow(redirect_uri=loopback)
        assert native.visit(redirect_uri=loopback).status_code == 200

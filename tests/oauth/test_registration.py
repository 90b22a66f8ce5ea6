"""POST /o/register (RFC 7591) and the manifest: a Badge Connect host that knows only our name."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from activity.models import LogEntry
from api.scopes import BADGE_CONNECT, CONNECT_PREFIX
from config.housekeeping import clear_tokens
from oauth.models import AccessToken, Application
from tests.oauth.flows import CALLBACK, Dance

MOODLE = {
    "client_name": "Moodle",
    "client_uri": "https://app.example",
    "logo_uri": "https://app.example/logo.png",
    "tos_uri": "https://app.example/terms",
    "policy_uri": "https://app.example/privacy",
    "software_id": "moodle",
    "software_version": 2024042200,
    "redirect_uris": [CALLBACK],
    "token_endpoint_auth_method": "client_secret_basic",
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "scope": " ".join(BADGE_CONNECT),
}
CREATE = f"{CONNECT_PREFIX}assertion.create"


def register(body, path="/o/register", peer="203.0.113.8"):
    sent = body if isinstance(body, str | bytes) else json.dumps(body)
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR=peer)
    answer = client.post(path, sent, content_type="application/json")
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    return answer


def refused(answer, error: str = "invalid_client_metadata") -> bool:
    told = answer.json()
    assert answer.status_code == 400
    assert told["error_description"]
    assert not Application.objects.filter(registration_source="dcr").exists()
    return told["error"] == error


@pytest.mark.parametrize("path", ["/o/register", "/o/register/"])
def test_it_is_known_then(db, path):
    answer = register(MOODLE, path)
    assert answer.status_code == 201
    told = answer.json()
    assert len(told.pop("client_secret")) == 32
    assert abs(told.pop("client_id_issued_at") - timezone.now().timestamp()) < 60
    application = Application.objects.get(client_id=told.pop("client_id"))
    assert told.pop("client_secret_expires_at") == 0
    assert told == MOODLE
    assert application.client_secret.startswith("keyed$")
    assert application.logo_url == "https://app.example/logo.png"
    assert LogEntry.objects.filter(verb="application.registered").count() == 1


def test_the_whole_way(db, endpoint, ada):
    """Domain, manifest, registration, consent, token."""
    manifest = Client().get("/.well-known/badgeconnect.json").json()
    (api,) = manifest["badgeConnectAPI"]
    told = register(MOODLE, urlsplit(api["registrationUrl"]).path).json()
    application = Application.objects.get(client_id=told["client_id"])
    host = Dance(endpoint, application, told["client_secret"], ada)
    host.path = urlsplit(api["authorizationUrl"]).path
    wish = " ".join(api["scopesOffered"])
    page = host.visit(scope=wish).content.decode()
    assert "Allow Moodle?" in page
    assert "Add badges to those you have earned" in page
    token = host.token(*api["scopesOffered"], scope=wish)
    assert CREATE in token["scope"].split()
    assert token["refresh_token"]
    assert host.refresh(token).json()["scope"] == token["scope"]


def test_the_manifest(db):
    answer = Client().get("/.well-known/badgeconnect.json")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cache-Control"] == "public, max-age=3600"
    manifest = answer.json()
    assert manifest["@context"] == "https://purl.imsglobal.org/spec/ob/v2p1/ob_v2p1.jsonld"
    assert manifest["id"] == "http://localhost:8000/.well-known/badgeconnect.json"
    (api,) = manifest["badgeConnectAPI"]
    assert api["version"] == "v2p1"
    assert api["apiBase"] == "http://localhost:8000/ims/ob/v2p1"
    assert api["scopesOffered"][0] != CREATE  # Moodle loses the first
    assert set(api["scopesOffered"]) == set(BADGE_CONNECT)
    for name in ("name", "image", "termsOfServiceUrl", "privacyPolicyUrl"):
        assert api[name]
    for name in ("registrationUrl", "authorizationUrl", "tokenUrl", "tokenRevocationUrl"):
        assert resolve(urlsplit(api[name]).path)


def test_what_may_be_left_out(db):
    optional = ("token_endpoint_auth_method", "grant_types", "response_types", "scope")
    told = register({name: MOODLE[name] for name in MOODLE if name not in optional}).json()
    assert {name: told[name] for name in MOODLE} == MOODLE


def test_metadata_that_nobody_knows_is_ignored(db):
    """RFC 7591, 2."""
    unknown = {"jwks_uri": "https://x.example", "contacts": ["a@b.example"], "x": {"a": [1]}}
    told = register(MOODLE | unknown)
    assert told.status_code == 201
    assert not set(unknown) & set(told.json())


def test_nothing_is_believed(endpoint, ada, sign_in):
    """RFC 7591, 5: whatever it calls itself, it is where its answers go, has no more than Badge
    Connect's scopes and one grant, and gets nothing before a person has said yes.
    """
    claims = {
        "client_id": "public", "client_secret": "chosen-by-the-client", "client_name": "Laurel",
        "registration_source": "manual", "approved_at": "2026-01-01T00:00:00Z",
        "skip_authorization": True, "user": ada.entity_id, "allowed_scopes": ["rw:issuer"],
        "scope": f"{CREATE} rw:issuer rw:serverAdmin",
    }  # fmt: skip
    told = register(MOODLE | claims).json()
    assert told["client_id"] != "public"
    assert told["client_secret"] != "chosen-by-the-client"
    application = Application.objects.get(client_id=told["client_id"])
    assert (application.user, application.approved_at) == (None, None)
    assert application.registered_itself
    assert application.permitted_scopes == [CREATE]

    client = {"client_id": told["client_id"], "client_secret": told["client_secret"]}
    for grant_type in ("client_credentials", "password"):
        answer = endpoint.form(grant_type=grant_type, **sign_in, **client)
        assert answer.status_code == 400
    assert not AccessToken.objects.exists()

    host = Dance(endpoint, application, told["client_secret"], ada)
    page = host.visit(scope=f"{CREATE} rw:issuer")
    text = page.content.decode()
    assert page.status_code == 200
    assert "It belongs to <strong>app.example</strong>" in text
    assert MOODLE["logo_uri"] not in text
    assert "Award and revoke" not in text
    assert host.token(CREATE, scope=f"{CREATE} rw:issuer")["scope"] == CREATE


def test_a_name_is_what_people_see(db):
    """No letters that turn others round, or that are not there."""
    told = register(MOODLE | {"client_name": " Mo\u202eel\u200bdo \n app "}).json()
    assert told["client_name"] == "Moeldo app"
    assert Application.objects.get(client_id=told["client_id"]).name == "Moeldo app"
    assert register(MOODLE | {"client_name": "\u200b\u202e"}).status_code == 400


def test_other_scopes_are_left_out(db):
    told = register(MOODLE | {"scope": f"{CREATE} rw:issuer rw:serverAdmin offline_access"}).json()
    assert told["scope"] == CREATE
    assert Application.objects.get(client_id=told["client_id"]).allowed_scopes == [CREATE]


@pytest.mark.parametrize(
    "name",
    ["client_name", "client_uri", "logo_uri", "tos_uri", "policy_uri", "software_id",
     "software_version"],
)  # fmt: skip
@pytest.mark.parametrize("value", [None, "", " ", [], {}, True, "x" * 300, "a\x00b"])
def test_what_must_be_there(db, name, value):
    assert refused(register(MOODLE | {name: value}))


@pytest.mark.parametrize(
    "wrong",
    [{"client_uri": "https://other.example"}, {"logo_uri": "http://app.example/logo.png"},
     {"tos_uri": "javascript:alert(1)"}, {"policy_uri": "app.example"}, {"scope": "rw:issuer"},
     {"scope": ["x"]}, {"grant_types": ["client_credentials"]}, {"grant_types": "x"},
     {"grant_types": ["authorization_code", "password"]}, {"grant_types": [["authorization_code"]]},
     {"response_types": ["token"]}, {"token_endpoint_auth_method": "none"}],
)  # fmt: skip
def test_what_we_cannot_take(db, settings, wrong):
    settings.LAUREL_PRACTICE = False
    assert refused(register(MOODLE | wrong))


@pytest.mark.parametrize(
    "uris",
    [None, [], "x", [1], [""], ["http://app.example/cb"], [f"{CALLBACK}#x"],
     [f"{CALLBACK}#"], ["https://app.example:99999/cb"],
     ["javascript:alert(1)"], ["https://app.example/a b"], [CALLBACK] * 11],
)  # fmt: skip
def test_redirect_uris(db, settings, uris):
    settings.LAUREL_PRACTICE = False
    assert refused(register(MOODLE | {"redirect_uris": uris}), "invalid_redirect_uri")


@pytest.mark.parametrize("body", ["", "[]", "{", "null", b"\xff", " " * 70_000])
def test_a_body_that_is_none(db, body):
    assert refused(register(body))


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_other_methods(db, method):
    assert getattr(Client(), method)("/o/register").status_code == 405


def test_some_times_an_hour(db):
    answers = [register(MOODLE) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [201] * 20 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert register(MOODLE, peer="203.0.113.77").status_code == 201


def test_unused_ones_expire(db, endpoint, ada):
    used, unused, young = (register(MOODLE).json() for _ in range(3))
    applications = Application.objects.filter(registration_source="dcr")
    host = Dance(
        endpoint, applications.get(client_id=used["client_id"]), used["client_secret"], ada
    )
    host.token(CREATE, scope=CREATE)
    applications.exclude(client_id=young["client_id"]).update(
        created=timezone.now() - timedelta(days=91)
    )
    clear_tokens({})
    left = set(applications.values_list("client_id", flat=True))
    assert left == {used["client_id"], young["client_id"]}
    assert Application.objects.filter(client_id="public").exists()

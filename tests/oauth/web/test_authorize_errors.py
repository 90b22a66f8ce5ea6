"""Authorization requests that are wrong: an error page and no redirect, or an error to the app."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from oauth.models import Grant
from tests.oauth.flows import CALLBACK, challenge_of, told


def shown(answer) -> str:
    """An error page, sent nowhere."""
    assert answer.status_code == 400
    assert "Location" not in answer
    assert answer["Content-Type"].startswith("text/html")
    text = answer.content.decode()
    assert "This app cannot connect" in text
    return text


@pytest.mark.parametrize("client_id", [None, "", "unknown", "x\x00y", "ü" * 300])
def test_an_unknown_client(dance, client_id):
    lms = dance()
    shown(lms.visit(client_id=client_id))
    shown(lms.allow(client_id=client_id))


def test_a_disabled_client(dance):
    lms = dance()
    lms.application.disabled_at = lms.application.created
    lms.application.save()
    shown(lms.visit())


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/callback", CALLBACK + "/", CALLBACK + "?a=1", CALLBACK + "#",
        CALLBACK + "x", "https://APP.example/callback", "https://app.example:443/callback",
        "https://app.example/callback/../callback", "http://app.example/callback",
        "https://app.example@evil.example/callback", "https://app.example/call%62ack",
        "//app.example/callback", "callback", "javascript:alert(1)", " " + CALLBACK,
    ],
)  # fmt: skip
def test_another_redirect_uri(dance, uri):
    lms = dance()
    shown(lms.visit(redirect_uri=uri))
    shown(lms.allow(redirect_uri=uri))
    assert not Grant.objects.exists()


def test_none_where_there_are_several(dance):
    lms = dance(redirect_uris=[CALLBACK, "https://app.example/other"])
    shown(lms.visit(redirect_uri=None))


def test_none_where_there_is_one(dance):
    assert "code" in told(dance().allow(redirect_uri=None))


@pytest.mark.parametrize(
    "name",
    ["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge",
     "code_challenge_method", "approval_prompt"],
)  # fmt: skip
def test_a_parameter_twice(dance, name):
    """The very same value, too, in the page's form and in the JSON form."""
    lms = dance()
    request = lms.request(approval_prompt="auto")
    (value,) = parse_qs(urlsplit(request).query)[name]
    twice = f"{request}&{urlencode({name: value})}"
    shown(lms.browser.get(twice))
    shown(lms.browser.post(twice, {"decision": "allow", "scopes": ["r:profile"]}))
    told_in_json = lms.browser.get(twice, headers={"Accept": "application/json"})
    assert (told_in_json.status_code, set(told_in_json.json())) == (400, {"error"})
    assert not Grant.objects.exists()


def test_a_parameter_without_a_value(dance):
    """It is not there (RFC 6749, 3.1)."""
    names = ("response_type", "redirect_uri", "scope", "state", "code_challenge",
             "code_challenge_method", "approval_prompt")  # fmt: skip
    lms = dance()
    found = told(lms.allow("r:profile", **dict.fromkeys(names, "")))
    assert set(found) == {"code", "iss"}
    assert Grant.objects.get().scope == "r:profile"
    assert "code" in told(lms.allow("r:profile", scope="r:profile", response_type=""))
    assert lms.browser.get(f"{lms.request()}&state=&scope=").status_code == 200
    shown(lms.visit(client_id=""))


@pytest.mark.parametrize(
    ("registered", "sent", "right"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", True),
        ("http://127.0.0.1:9/cb", "http://127.0.0.1:51004/cb", True),
        ("http://127.0.0.1:9/cb", "http://127.0.0.1/cb", True),
        ("http://[::1]/cb", "http://[::1]:51004/cb", True),
        ("http://localhost/cb", "http://localhost:51004/cb", True),
        ("http://127.0.0.1/cb?a=1", "http://127.0.0.1:7/cb?a=1", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb/", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb?a=1", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb#x", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:port/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5@evil.example/cb", False),
        ("http://127.0.0.1/cb", "http://me@127.0.0.1:5/cb", False),
        ("http://127.0.0.1/cb", "http://evil.example:5/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.2:5/cb", False),
        ("http://127.0.0.1/cb", "http://localhost:5/cb", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1:5/cb", False),
        ("https://127.0.0.1/cb", "https://127.0.0.1:5/cb", False),
        ("https://app.example/cb", "https://app.example:5/cb", False),
    ],
)
def test_the_port_of_a_native_app(dance, registered, sent, right):
    """RFC 8252, 7.3."""
    native = dance(client_type="public", redirect_uris=[registered])
    answer = native.visit(redirect_uri=sent)
    assert answer.status_code == (200 if right else 400)


@pytest.mark.parametrize("response_type", ["token", "id_token", "code token", "none", "x"])
def test_another_response_type(dance, response_type):
    found = told(dance().visit(response_type=response_type))
    assert found["error"] in {"unsupported_response_type", "unauthorized_client"}
    assert found["state"] == "xyz"
    assert found["iss"] == "http://localhost:8000"


def test_an_app_without_this_grant(dance):
    lms = dance(grants=["password"])
    assert told(lms.visit())["error"] == "unauthorized_client"


class TestPKCE:
    def test_a_public_client_must(self, dance):
        native = dance(client_type="public")
        found = told(native.visit(code_challenge=None, code_challenge_method=None))
        assert found["error"] == "invalid_request"
        assert told(native.allow(code_challenge=None))["error"] == "invalid_request"
        assert not Grant.objects.exists()

    def test_a_confidential_one_may(self, dance):
        assert "code" in told(dance().allow(code_challenge=None, code_challenge_method=None))

    @pytest.mark.parametrize("method", ["plain", None, "s256", "S512"])
    @pytest.mark.parametrize("client_type", ["public", "confidential"])
    def test_s256_alone(self, dance, method, client_type):
        lms = dance(client_type=client_type)
        found = told(lms.visit(code_challenge_method=method))
        assert found["error"] == "invalid_request"
        assert told(lms.allow(code_challenge_method=method))["error"] == "invalid_request"

    @pytest.mark.parametrize("challenge", ["x", "x" * 42, "x" * 44, "=" * 43, "ü" * 43])
    def test_a_challenge_that_is_none(self, dance, challenge):
        assert told(dance().visit(code_challenge=challenge))["error"] == "invalid_request"

    def test_one_that_is(self, dance):
        assert dance().visit(code_challenge=challenge_of("x")).status_code == 200

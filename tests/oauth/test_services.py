"""Applications made, and tokens cleared away."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings

from activity.models import LogEntry
from oauth.models import AccessToken, RefreshToken
from oauth.redirects import check_redirect_uri
from oauth.services.tokens import clear_expired_tokens

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_a_confidential_application(application):
    app, secret = application(grants=["password", "client-credentials"])
    assert len(secret) == 32
    assert app.client_secret.startswith("keyed$")
    assert app.grants == ["password", "client-credentials"]
    entry = LogEntry.objects.get(verb="application.created")
    assert (entry.object_type, entry.object_id) == ("application", app.client_id)


def test_a_public_application_has_no_secret(application):
    app, secret = application(client_type="public")
    assert secret == ""
    assert len(app.client_id) == 40


@pytest.mark.parametrize(
    "name",
    [
        " L  M\nS\t",
        "L \x00M\x1b S",
        "L M\x85S \x7f",
        "L\u202e M \u200bS",
        "L M \x01 S",
        "L \ud800M S",
    ],
)
def test_a_name_is_one_line_of_letters(application, name):
    """What turns, hides or breaks letters is left out (a terminal or a log would obey it)."""
    assert application(name=name)[0].name == "L M S"


def test_a_name_of_nothing_visible_is_none(application):
    with pytest.raises(ValidationError):
        application(name="\x00\u200b \x1b")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"grants": ["magic"]}, "grants"),
        ({"grants": []}, "grants"),
        ({"grants": ["client-credentials"], "client_type": "public"}, "grants"),
        ({"scopes": ["rw:everything"]}, "scopes"),
        ({"grants": ["authorization-code"]}, "redirect_uris"),
        ({"redirect_uris": ["http://evil.example/"]}, "redirect_uris"),
    ],
)
@override_settings(LAUREL_PRACTICE=False)
def test_it_refuses_wrong_ones(application, wrong, field):
    with pytest.raises(ValidationError) as caught:
        application(**wrong)
    assert set(caught.value.message_dict) == {field}
    assert not LogEntry.objects.filter(verb="application.created").exists()


@pytest.mark.parametrize(
    ("uri", "good", "in_practice"),
    [
        ("https://app.example/callback?x=1", True, True),
        ("http://localhost:9/cb", True, True),
        ("http://127.0.0.1/cb", True, True),
        ("http://[::1]:5000/cb", True, True),
        ("http://app.example/cb", False, True),
        ("https://app.example:8443/cb", True, True),
        ("https://app.example/cb?to=%C3%BC", True, True),
        ("https://app.example/#x", False, False),
        ("https://app.example/cb#", False, False),
        ("https://app.example/cb?x=1#", False, False),
        ("https://app.example:99999/cb", False, False),
        ("https://app.example:port/cb", False, False),
        ("https://app.example:0/cb", False, False),
        ("https://me@app.example/", False, False),
        ("https://@app.example/", False, False),
        (r"https://evil.example\.app.example/", False, False),
        ("https://\u0430pp.example/", False, False),
        ("https://app.example/c\x01b", False, False),
        ("https://app.example/a b", False, False),
        ("https:///cb", False, False),
        ("https://[::1/cb", False, False),
        ("javascript:alert(1)", False, False),
        ("com.example.app:/cb", False, False),
        ("//app.example/cb", False, False),
        ("", False, False),
    ],
)
def test_redirect_uris(settings, uri, good, in_practice):
    settings.LAUREL_PRACTICE = False
    assert (check_redirect_uri(uri) == "") is good
    settings.LAUREL_PRACTICE = True
    assert (check_redirect_uri(uri) == "") is in_practice


def test_clearing_leaves_what_still_works(endpoint, sign_in, application, time_machine):
    time_machine.move_to(NOW, tick=False)
    app, secret = application(grants=["client-credentials"], scopes=["r:profile"])
    client = {"client_id": app.client_id, "client_secret": secret}
    endpoint.granted(grant_type="client_credentials", **client)
    endpoint.granted(**sign_in)
    clear_expired_tokens()
    assert AccessToken.objects.count() == 2
    time_machine.move_to(NOW + timedelta(days=2), tick=False)
    clear_expired_tokens()
    assert AccessToken.objects.count() == 1  # its refresh token lives
    assert RefreshToken.objects.count() == 1

"""/accounts/oidc/… and /accounts/connections/: signing in by a real OpenID Connect provider."""

import re
from html import unescape
from urllib.parse import urlsplit

import httpx
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.test import Client

from accounts.models import User
from accounts.services.people import sign_up
from activity.models import LogEntry
from tests.accounts.browsing import sure, verbs_of
from tests.accounts.mailing import sent
from tests.support.openid import CLIENT_ID, CLIENT_SECRET, Provider
from tests.support.servers import PASSWORD
from tests.support.worlds import SERVER, person

LOGIN = "/accounts/oidc/organisation/login/"
CONNECTIONS = "/accounts/connections/"
JOAN = {"sub": "joan-1", "email": "joan@northfield.example", "email_verified": True,
        "given_name": "Joan", "family_name": "Clarke"}  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings):
    settings.LAUREL_OUTBOUND_ALLOW = "127.0.0.1"
    with Provider() as running:
        running.person = dict(JOAN)
        app = {
            "provider_id": "organisation",
            "name": "Northfield",
            "client_id": CLIENT_ID,
            "secret": CLIENT_SECRET,
            "settings": {"server_url": running.url, "verified_email": ["northfield.example"]},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
        }
        yield running


def led_to(answer) -> str:
    """Where the page leads by itself and by its button: both alike."""
    page = answer.content.decode()
    (by_itself,) = re.findall(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
    assert f'href="{by_itself}"' in page
    return unescape(by_itself)


def go(client: Client, path: str = LOGIN):
    """Through the provider and back: the answer to the callback."""
    back = httpx.get(led_to(client.post(path))).headers["Location"]
    parts = urlsplit(back)
    assert parts.netloc == "testserver"
    return client.get(f"{parts.path}?{parts.query}")


def inside(client: Client) -> bool:
    return client.get("/accounts/security/").status_code == 200


def test_a_new_person(client, provider):
    assert "Sign in with Northfield" in client.get("/accounts/login/").content.decode()
    assert go(client)["Location"] == "/accounts/app-passwords/"
    user = User.objects.get()
    assert (str(user), user.email) == ("Joan Clarke", "joan@northfield.example")
    assert not user.has_usable_password()
    assert EmailAddress.objects.get().verified
    assert inside(client)
    assert LogEntry.objects.get().verb == "user.signed-up"
    again = Client()
    go(again)
    assert inside(again)
    assert User.objects.count() == 1


def test_sign_up_may_be_closed_for_others(client, provider, settings):
    settings.LAUREL_SIGNUP = ["closed"]
    go(client)
    assert inside(client)


def test_an_account_with_an_address_of_its_domains_is_the_same_person(client, provider):
    joan = person("joan@northfield.example")
    go(client)
    assert inside(client)
    assert User.objects.get() == joan
    assert SocialAccount.objects.get().user == joan


def test_who_claims_an_address_does_not_get_its_owner_into_their_account(client, provider):
    """Neither with a second address that is not proved, nor with an account made in its name."""
    mallory = person("mallory@example.org")
    EmailAddress.objects.create(user=mallory, email="joan@northfield.example")
    sign_up(actor=SERVER, email="joan@northfield.example", password=PASSWORD)
    go(client)
    assert inside(client)
    joan = SocialAccount.objects.get().user
    assert joan != mallory
    assert not joan.has_usable_password()
    assert set(User.objects.all()) == {joan, mallory}
    assert EmailAddress.objects.get(email="joan@northfield.example").user == joan


@pytest.mark.parametrize("verified", [True, False, "false", "true"])
def test_of_other_addresses_it_may_say_what_it_likes(client, provider, verified):
    """Who has the account is told by mail, and nobody is signed in."""
    person("ada@example.org")
    provider.person |= {"email": "ada@example.org", "email_verified": verified}
    assert go(client)["Location"] == "/accounts/confirm-email/"
    assert not inside(client)
    assert not SocialAccount.objects.exists()
    assert [letter.to for letter in sent()] == [["ada@example.org"]]


@pytest.mark.parametrize(
    ("email", "verified"),
    [("head@bank.example", True), ("joan@elsewhere.example", False),
     ("joan@below.northfield.example", True), ("joan@\uff4eorthfield.example", True),
     ("joan@northfield.example", False), ("joan@northfield.example", "false"),
     ("joan@northfield.example", None)],
)  # fmt: skip
def test_a_new_address_is_proved_unless_its_own_provider_has_verified_it(
    client, provider, email, verified
):
    provider.person |= {"email": email, "email_verified": verified}
    assert go(client)["Location"] == "/accounts/confirm-email/"
    assert not inside(client)
    assert not EmailAddress.objects.get().verified
    assert [letter.to for letter in sent()] == [[email]]


def test_an_account_is_not_opened_by_an_address_that_the_provider_has_not_verified(
    client, provider
):
    """Some let people write whatever address they like into their profile."""
    person("joan@northfield.example")
    provider.person["email_verified"] = False
    assert go(client)["Location"] == "/accounts/confirm-email/"
    assert not inside(client)


@pytest.mark.parametrize(
    ("named", "email"),
    [("Northfield.Example", "joan@northfield.example"),
     ("B\u00fccher.example", "joan@b\u00fccher.example"),
     ("xn--bcher-kva.example", "joan@b\u00fccher.example"),
     (" b\u00fccher.example", "joan@xn--bcher-kva.example")],
)  # fmt: skip
def test_a_domain_may_be_written_in_any_way(client, provider, settings, named, email):
    (app,) = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    app["settings"]["verified_email"] = [named]
    joan = person(email)
    provider.person["email"] = email
    go(client)
    assert inside(client)
    assert User.objects.get() == joan


def test_names_are_cleaned(client, provider):
    provider.person |= {"given_name": "Jo\u0301an\n", "family_name": "x" * 400}
    go(client)
    user = User.objects.get()
    assert user.first_name == "J\u00f3an"
    assert len(user.last_name) == 150


def test_a_provider_that_refuses_or_is_away(client, provider):
    provider.broken = True
    answer = go(client)
    assert "That did not work" in answer.content.decode()
    assert not inside(client)
    provider.__exit__()
    away = client.post(LOGIN)
    assert away.status_code == 502
    assert "That did not work" in away.content.decode()


def test_it_goes_out_through_the_safe_client(client, provider, settings):
    settings.LAUREL_OUTBOUND_ALLOW = ""
    assert client.post(LOGIN).status_code == 502
    assert provider.asked == []


def test_a_stolen_code_signs_nobody_in(client, provider):
    """The answer counts in the browser that asked."""
    back = urlsplit(httpx.get(led_to(client.post(LOGIN))).headers["Location"])
    eve = Client()
    answer = eve.get(f"{back.path}?{back.query}")
    assert not inside(eve)
    assert "did not work" in answer.content.decode()


def test_a_get_shows_a_button_alone(client, provider):
    page = client.get(LOGIN)
    assert page.status_code == 200
    assert provider.asked == []


def test_connecting_and_ending(ada, provider):
    client = sure(ada)
    assert "Connect Northfield" in client.get(CONNECTIONS).content.decode()
    go(client, f"{LOGIN}?process=connect")
    assert SocialAccount.objects.get().user == ada
    page = client.get(CONNECTIONS).content.decode()
    assert "Connect Northfield" not in page
    (end,) = re.findall(r'action="(/accounts/connections/\w+/end/)"', page)
    assert f"/{SocialAccount.objects.get().pk}/" not in page
    eve = sure(person("eve@example.org"))
    assert eve.post(end).status_code == 404
    client.post(end)
    assert not SocialAccount.objects.exists()
    assert {letter.subject.partition(" ·")[0] for letter in sent()} == {
        "A way to sign in was added", "A way to sign in was removed"}  # fmt: skip
    assert verbs_of(ada) == ["user.sign-in-connected", "user.sign-in-disconnected"]


def test_the_only_way_in_is_not_ended(client, provider):
    go(client)
    page = client.get(CONNECTIONS).content.decode()
    (end,) = re.findall(r'action="(/accounts/connections/\w+/end/)"', page)
    client.post(end)
    assert SocialAccount.objects.exists()


def test_one_from_the_admin(client, provider, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}
    SocialApp.objects.create(
        provider="openid_connect", provider_id="organisation", name="By hand",
        client_id=CLIENT_ID, secret=CLIENT_SECRET,
        settings={"server_url": provider.url, "verified_email": ["northfield.example"]},
    )  # fmt: skip
    go(client)
    assert inside(client)


def test_an_unknown_one(client, provider):
    assert client.get("/accounts/oidc/unknown/login/").status_code == 404
    assert client.get("/accounts/oidc/unknown/login/callback/").status_code == 404

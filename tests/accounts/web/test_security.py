"""/accounts/security/, /accounts/profile/ and /accounts/sessions/"""

import pytest
from django.test import Client

from activity.models import LogEntry
from tests.accounts.browsing import signed_in
from tests.support.worlds import app_password

HUB = "/accounts/security/"
pytestmark = pytest.mark.django_db


def test_the_hub_leads_everywhere(ada):
    app_password(ada)
    client = signed_in(ada)
    page = client.get(HUB).content.decode()
    for path in ("profile/", "email/", "password/change/", "2fa/app/activate/", "passkeys/add/",
                 "sessions/", "app-passwords/", "issuers/"):  # fmt: skip
        assert f'href="/accounts/{path}"' in page
        assert client.get(f"/accounts/{path}").status_code in (200, 302)
    assert "1 program signs in" in page
    assert "issuers/requests/" not in page


def test_a_name(ada):
    client = signed_in(ada)
    assert client.get("/accounts/profile/").status_code == 200
    fields = {"first_name": " Zoe\u0301 ", "last_name": "King  Lovelace"}
    assert client.post("/accounts/profile/", fields)["Location"] == HUB
    ada.refresh_from_db()
    assert (ada.first_name, ada.last_name) == ("Zo\u00e9", "King Lovelace")
    assert LogEntry.objects.filter(verb="user.changed").count() == 1
    bad = client.post("/accounts/profile/", {"first_name": "x" * 151})
    assert bad.status_code == 400


def test_names_are_escaped(ada):
    client = signed_in(ada)
    client.post("/accounts/profile/", {"first_name": "<script>", "last_name": "x"})
    assert "<script> x" not in client.get(HUB).content.decode()


def test_sessions_and_ending_the_others(ada):
    here = signed_in(ada)
    elsewhere = Client(headers={"User-Agent": "Mosaic <b>/1"})
    elsewhere.post("/accounts/login/", {"login": ada.email, "password": "correct-horse-9-battery"})
    page = here.get("/accounts/sessions/").content.decode()
    assert "This browser" in page
    assert "Mosaic &lt;b&gt;/1" in page
    here.post("/accounts/sessions/")
    assert here.get(HUB).status_code == 200
    assert elsewhere.get(HUB).status_code == 302
    assert "nowhere else" in here.get("/accounts/sessions/").content.decode()


def test_error_pages_name_who_helps(settings, client):
    settings.LAUREL_SUPPORT_CONTACT = "help@example.org <b>"
    page = client.get("/nowhere").content.decode()
    assert "Help: help@example.org &lt;b&gt;" in page
    settings.LAUREL_SUPPORT_CONTACT = ""
    assert "Help:" not in client.get("/nowhere").content.decode()

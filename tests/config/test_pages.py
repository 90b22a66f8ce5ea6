"""Error pages that no room's own tests see: a form without its proof (CSRF)."""

import json

import pytest
from django.test import Client, RequestFactory

from config.pages import csrf_failure


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/apps/new/", "/o/authorize", "/auth/oauth2/authorize"]
)
def test_a_person_is_told_what_to_do(db, settings, path):
    settings.LAUREL_SUPPORT_CONTACT = "help@example.org"
    answer = Client(enforce_csrf_checks=True).post(path, {"login": "ada@example.org"})
    text = answer.content.decode()
    assert answer.status_code == 403
    assert answer["Content-Type"].startswith("text/html")
    assert "Open the page again" in text
    assert "help@example.org" in text
    assert "ada@example.org" not in text


@pytest.mark.parametrize("path", ["/o/x", "/v1/x", "/v2/x", "/.well-known/x", "/ims/x"])
def test_a_program_is_told_in_json(path):
    answer = csrf_failure(RequestFactory().post(path, headers={"Accept": "text/html"}))
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/json"
    told = json.loads(answer.content)["status"]
    assert told == {"success": False, "description": "CSRF check failed"}

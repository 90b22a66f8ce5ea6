"""The sign-in of Badgr's first clients: declined with a sentence that says what to do."""

import pytest
from django.test import Client

from tests.support.envelopes import failure_of


@pytest.mark.parametrize("path", ["/api-auth/token", "/api-auth/token/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_is_gone(db, path, method):
    answer = Client(enforce_csrf_checks=True).generic(method, path, b"username=a&password=b")
    assert "/o/token" in failure_of(answer, 401)["validationErrors"][0]
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_the_old_scheme_is_no_bearer_token(db):
    answer = Client().get("/v2/issuers", headers={"Authorization": "Token abc"})
    assert "Bearer" in failure_of(answer, 401)["validationErrors"][0]

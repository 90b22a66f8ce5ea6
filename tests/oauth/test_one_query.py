"""The bearer check of an API call is one query, also of an app that acts for itself."""

import pytest

from oauth.queries import living_token
from oauth.services.applications import create_application
from tests.support.worlds import SERVER


@pytest.mark.django_db
def test_of_an_app_that_acts_for_itself(client, ada, django_assert_num_queries):
    facts = {"client_type": "confidential", "grants": ["client-credentials"]}
    app, secret = create_application(actor=SERVER, user=ada, name="Registrar", **facts)
    sent = {"grant_type": "client_credentials", "client_id": app.client_id, "client_secret": secret}
    raw = client.post("/o/token", sent).json()["access_token"]
    with django_assert_num_queries(1):
        token = living_token(raw)
        assert (token.user, token.application.user.email) == (None, ada.email)
        assert token.application.user.is_active

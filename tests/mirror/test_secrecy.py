"""Secrets are unreadable at rest; personal data stays in its home."""

import pytest
from django.db import connection

from jobs.worker import run_due
from mirror.models import BadgeProvider, MirroredAssertion
from tests.mirror.conftest import pass_time
from tests.mirror.remote import PASSWORD, USERNAME
from tests.support.worlds import awarded
from tests.test_canary import found_in, tables

pytestmark = pytest.mark.django_db(transaction=True)


def test_secrets_are_encrypted_at_rest(provider, badge_class, remote) -> None:
    awarded(badge_class)
    run_due()
    provider.refresh_from_db()
    assert (provider.username, provider.password) == (USERNAME, PASSWORD)
    assert {provider.access_token: provider.refresh_token} == remote.tokens
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mirror_badgeprovider")
        stored = str(cursor.fetchall())
    secrets = [USERNAME, PASSWORD, provider.access_token, provider.refresh_token]
    assert not [secret for secret in secrets if secret in stored]


def test_under_another_key_they_are_empty(provider, settings) -> None:
    settings.SECRET_KEY = "another"
    assert BadgeProvider.objects.get().password == ""


def test_a_remote_that_quotes_everything_leaks_nothing(provider, badge_class, remote) -> None:
    """Once it refuses in such words, once it fails in them."""

    def quote(code: int):
        def fault(handler, body) -> bool:
            handler.reply(code, {"error": f"No: {body.decode()}", "detail": "canary-recipient@x.y"})
            return False

        return fault

    remote.fail("POST", "/assertions", quote(500), quote(400))
    awarded(
        badge_class,
        "canary-recipient@example.org",
        narrative="canary narrative",
        evidence=[{"narrative": "canary evidence"}],
    )
    pass_time(hours=1)
    assert MirroredAssertion.objects.get().state == "failed"
    homes = {model._meta.db_table for model in tables() if found_in(model)}
    assert homes == {"issuer_recipient", "issuer_assertion"}

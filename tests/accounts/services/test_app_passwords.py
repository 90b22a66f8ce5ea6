"""App passwords: random, scoped, shown once, revoked for ever."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings

from accounts.models import AppPassword
from accounts.queries import app_passwords_of, living_app_password
from accounts.secrets import LETTERS, keyed_digest, new_secret
from accounts.services.app_passwords import create_app_password, note_use, revoke_app_password
from activity.models import LogEntry
from tests.support.worlds import SERVER, person

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def create(user, name="Moodle", **more):
    return create_app_password(actor=SERVER, user=user, name=name, **more)


def test_it_is_random_and_stored_as_a_digest(ada):
    made, secret = create(ada)
    assert len(secret) == 32
    assert set(secret) <= set(LETTERS)
    assert made.digest == keyed_digest(secret)
    assert secret not in str(vars(made))
    assert len({create(ada)[1] for _ in range(20)}) == 20
    assert len(LETTERS) == 32  # 160 random bits


def test_the_digest_depends_on_the_servers_key():
    secret = new_secret()
    here = keyed_digest(secret)
    with override_settings(SECRET_KEY="another"):
        assert keyed_digest(secret) != here


def test_defaults(ada):
    made, _ = create(ada, "  LMS \n two ")
    assert made.name == "LMS two"
    assert made.scopes == ["rw:profile", "rw:issuer", "rw:backpack"]
    assert len(made.entity_id) == 22
    assert (made.last_used_at, made.revoked_at) == (None, None)
    entry = LogEntry.objects.get(verb="app-password.created")
    assert (entry.object_type, entry.object_id) == ("app-password", made.entity_id)


def test_scopes_are_kept_in_order_once(ada):
    made, _ = create(ada, scopes=["rw:issuer:abc", "r:profile", "rw:issuer:abc"])
    assert made.scopes == ["rw:issuer:abc", "r:profile"]


@pytest.mark.parametrize(
    "scopes", [[], ["rw:everything"], ["rw:issuer:*"], ["rw:issuer:"], ["r:profile", "a b"], [""]]
)
def test_unknown_scopes_are_refused(ada, scopes):
    with pytest.raises(ValidationError) as caught:
        create(ada, scopes=scopes)
    assert set(caught.value.message_dict) == {"scopes"}
    assert not AppPassword.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_names_are_checked(ada, name):
    with pytest.raises(ValidationError) as caught:
        create(ada, name)
    assert set(caught.value.message_dict) == {"name"}


def test_who_holds_it(ada, django_assert_num_queries):
    made, secret = create(ada)
    with django_assert_num_queries(2):
        assert living_app_password(username="ADA@example.org ", password=secret) == made
    for username, password in [
        ("eve@example.org", secret),
        ("", secret),
        ("ada@example.org", ""),
        ("ada@example.org", secret.upper()),
        ("ada@example.org", made.digest),
    ]:
        assert living_app_password(username=username, password=password) is None


def test_every_verified_address_is_a_user_name(ada):
    made, secret = create(ada)
    ada.emailaddress_set.create(email="l\u00f6velace@example.org", verified=True)
    ada.emailaddress_set.create(email="unproven@example.org", verified=False)
    wanted = {"username": "LO\u0308VELACE@example.org", "password": secret}
    assert living_app_password(**wanted) == made
    assert living_app_password(**wanted | {"username": "unproven@example.org"}) is None


def test_revoking(ada, time_machine):
    time_machine.move_to(NOW, tick=False)
    made, secret = create(ada)
    other, _ = create(ada, "LMS")
    revoke_app_password(actor=SERVER, app_password=made)
    time_machine.shift(60)
    revoke_app_password(actor=SERVER, app_password=made)
    made.refresh_from_db()
    assert made.revoked_at == NOW
    assert living_app_password(username=ada.email, password=secret) is None
    assert app_passwords_of(ada) == [other]
    assert LogEntry.objects.filter(verb="app-password.revoked").count() == 1


def test_a_closed_account_has_none(ada):
    _, secret = create(ada)
    ada.is_active = False
    ada.save()
    assert living_app_password(username=ada.email, password=secret) is None


def test_they_are_listed_newest_first(ada):
    first, second = create(ada)[0], create(ada)[0]
    create(person("eve@example.org"))
    assert app_passwords_of(ada) == [second, first]


def test_last_use(ada, time_machine):
    time_machine.move_to(NOW, tick=False)
    made, _ = create(ada)
    note_use(made)
    made.refresh_from_db()
    assert made.last_used_at == NOW

"""Making people known: clean addresses, strong passwords, once each."""

from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.queries import (
    administrators,
    known_user,
    server_is_owned,
    user_by_email,
    verified_addresses,
)
from accounts.services.people import (
    create_first_administrator,
    create_user,
    set_active,
    set_administrator,
    sign_up,
)
from activity.models import LogEntry
from tests.support.servers import PASSWORD
from tests.support.threads import together
from tests.support.worlds import SERVER


def create(email: str = "ada@example.org", password: str = PASSWORD, **more) -> tuple[User, bool]:
    return create_user(actor=SERVER, email=email, password=password, **more)


def test_a_user_has_a_verified_address(db):
    user, created = create(name="Ada  King Lovelace")
    assert created
    assert (user.first_name, user.last_name) == ("Ada", "King Lovelace")
    assert (user.is_staff, user.is_superuser, user.may_create_issuers) == (False, False, False)
    assert user.check_password(PASSWORD)
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == ("ada@example.org", True, True)
    entry = LogEntry.objects.get()
    assert (entry.verb, entry.object_id) == ("user.created", user.entity_id)
    assert "ada@" not in str(vars(entry))


def test_an_administrator(db):
    user, _ = create(administrator=True)
    assert user.is_staff
    assert user.is_superuser
    assert server_is_owned()


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (" Ada@Example.ORG\n", "ada@example.org"),
        ("ADA+Badges@EXAMPLE.org", "ada+badges@example.org"),
        ("ada@B\u00dcCHER.example", "ada@b\u00fccher.example"),
        ("ada@bu\u0308cher.example", "ada@b\u00fccher.example"),
    ],
)
def test_addresses_are_normalised(db, given, stored):
    user, _ = create(given)
    assert user.email == stored
    assert user_by_email(given) == user == user_by_email(stored.upper())
    assert User.objects.get_by_natural_key(given) == user
    assert verified_addresses(user) == {stored}
    assert create(stored) == (user, False)


def test_letters_that_look_alike_are_other_people(db):
    """Upper-casing would make one of them: the long s, the dotless i, the Kelvin sign."""
    user, _ = create("ski@example.org")
    for other in ("\u017fki@example.org", "sk\u0131@example.org"):
        assert known_user(other) is None
    assert known_user("s\u212ai@example.org") == user  # Unicode itself says: this is a K


@pytest.mark.parametrize(
    "email",
    ["", "ada", "ada@", "@example.org", "ada@example", "a da@example.org", "ada@ex\x00ample.org",
     "ada@example.org, eve@example.org", f"{'x' * 250}@example.org"],
)  # fmt: skip
def test_malformed_addresses_are_refused(db, email):
    with pytest.raises(ValidationError) as caught:
        create(email)
    assert set(caught.value.message_dict) == {"email"}
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["", "short", "password", "123456789012", "ada@example.org"])
def test_weak_passwords_are_refused(db, password):
    with pytest.raises(ValidationError) as caught:
        create(password=password)
    assert set(caught.value.message_dict) == {"password"}
    assert not User.objects.exists()


def test_a_known_address_changes_nothing(db):
    user, _ = create(name="Ada")
    assert create(" ADA@example.org", "another-Password-7", name="Eve") == (user, False)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert user.first_name == "Ada"
    assert create(password="weak") == (user, False)
    user.refresh_from_db()
    assert not user.is_superuser
    assert LogEntry.objects.count() == 1


def test_a_second_verified_address_is_known_too(db):
    user, _ = create()
    EmailAddress.objects.create(user=user, email="lovelace@example.org", verified=True)
    assert create("Lovelace@example.org") == (user, False)
    assert user_by_email("lovelace@example.org") == user


def test_an_unverified_address_is_nobodys(db):
    user, _ = create()
    EmailAddress.objects.create(user=user, email="grace@example.org", verified=False)
    with pytest.raises(User.DoesNotExist):
        user_by_email("grace@example.org")
    grace, created = create("grace@example.org")
    assert created
    assert grace != user


def test_who_never_proved_an_address_is_in_nobodys_way(db):
    squatter = sign_up(actor=SERVER, email="carl@example.org", password="mallory-9-battery")
    made, created = create_user(actor=SERVER, email="Carl@example.org", password=PASSWORD)
    assert created and made.pk != squatter.pk
    assert made.check_password(PASSWORD)
    assert not User.objects.filter(pk=squatter.pk).exists()


def test_who_has_proved_another_address_stays(db):
    squatter = sign_up(actor=SERVER, email="carl@example.org", password="mallory-9-battery")
    EmailAddress.objects.create(user=squatter, email="mallory@example.org", verified=True)
    made, created = create_user(actor=SERVER, email="carl@example.org", password=PASSWORD)
    assert (made, created) == (squatter, False)


def test_a_closed_account_is_not_found(db):
    user, _ = create()
    User.objects.update(is_active=False)
    with pytest.raises(User.DoesNotExist):
        user_by_email(user.email)
    assert create() == (user, False)


def test_names_are_composed_and_cut(db):
    user, _ = create(name="Zoe\u0301 " + "x" * 400)
    assert user.first_name == "Zo\u00e9"
    assert len(user.last_name) == 150
    assert str(create("no@name.example")[0]) == "no@name.example"


def test_nobody_is_told_to_be_an_administrator_who_is_none(db):
    create(administrator=False)
    with pytest.raises(ValidationError, match="no administrator"):
        create(administrator=True)


def test_the_first_administrator_once(db):
    facts = {"actor": SERVER, "password": PASSWORD, "name": "Ada"}
    create_first_administrator(email="ada@example.org", **facts)
    with pytest.raises(ValidationError, match="has an administrator already"):
        create_first_administrator(email="eve@example.org", **facts)
    assert User.objects.count() == 1


def test_a_known_address_does_not_become_the_first_administrator(db):
    """Who holds the link does not get another's account by naming their address."""
    create()
    with pytest.raises(ValidationError, match="address already"):
        create_first_administrator(
            actor=SERVER, email="ADA@example.org", password="another-Password-7", name=""
        )
    assert not server_is_owned()


@pytest.mark.django_db(transaction=True)
def test_at_the_same_time_one_user_is_made():
    made = together(8, lambda _: create())
    assert len({user.pk for user, _ in made}) == 1
    assert sum(created for _, created in made) == 1
    assert LogEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_at_the_same_time_one_administrator_is_made():
    def claim(number: int) -> bool:
        try:
            create_first_administrator(
                actor=SERVER, email=f"user{number}@example.org", password=PASSWORD, name=""
            )
        except ValidationError:
            return False
        return True

    assert sum(together(8, claim)) == 1
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "end", [partial(set_active, active=False), partial(set_administrator, administrator=False)]
)
def test_administrators_who_end_each_other_at_the_same_time_leave_one(end):
    """Nobody waits for ever: on PostgreSQL that would be a deadlock, and an error."""

    def end_one(number: int) -> bool:
        try:
            end(actor=SERVER, user=people[number])
        except ValidationError:
            return False
        return True

    for attempt in range(5):
        people = [create(f"a{attempt}{n}@example.org", administrator=True)[0] for n in range(3)]
        User.objects.exclude(pk__in=[user.pk for user in people]).delete()
        assert sum(together(3, end_one)) == 2
        assert administrators().count() == 1

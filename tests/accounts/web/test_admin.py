"""/staff/: Django's admin has no sign-in of its own that would let passwords be guessed."""

import pytest
from allauth.mfa.models import Authenticator

from activity.models import LogEntry
from jobs.models import Job
from tests.accounts.browsing import signed_in
from tests.support.servers import PASSWORD
from tests.support.worlds import API, person


@pytest.mark.django_db
def test_the_admin_signs_in_where_everybody_does(client):
    person(administrator=True)
    for path in ("/staff/", "/staff/login/"):
        answer = client.get(path, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
    answer = client.post("/staff/login/", {"username": "ada@example.org", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert answer.status_code == 302


@pytest.mark.django_db
def test_and_changes_the_password_there_too(client):
    """Where whoever does is asked for the present one, and the owner is told by mail."""
    ada = person(administrator=True)
    client.force_login(ada)
    new = "a-compiler-9-wrote-this"
    sent = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/staff/password_change/", sent)["Location"] == "/accounts/password/change/"
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)
    assert "Laurel" in client.get("/staff/").content.decode()


@pytest.mark.django_db
def test_an_administrator_gets_in(client):
    client.force_login(person(administrator=True))
    assert client.get("/staff/").status_code == 200


def act(client, action: str, *people) -> str:
    """Choose an action for these people; the text of the page that follows."""
    chosen = {"action": action, "_selected_action": [one.pk for one in people]}
    return client.post("/staff/accounts/user/", chosen, follow=True).content.decode()


@pytest.mark.django_db
def test_closing_an_account_takes_effect_at_once(client):
    ada, eve = person(administrator=True), person("eve@example.org")
    client.force_login(ada)
    api, hers = API(eve), signed_in(eve)
    act(client, "close_accounts", eve)
    assert api.get("/v2/users/self").status_code == 401
    assert hers.get("/accounts/security/").status_code == 302
    assert signed_in(eve).get("/accounts/security/").status_code == 302
    act(client, "open_accounts", eve)
    assert api.get("/v2/users/self").status_code == 200
    rows = LogEntry.objects.filter(object_id=eve.entity_id, actor_id=ada.entity_id)
    assert [row.verb for row in rows] == ["user.deactivated", "user.activated"]


@pytest.mark.django_db
def test_making_an_administrator(client):
    ada, eve = person(administrator=True), person("eve@example.org")
    client.force_login(ada)
    act(client, "make_administrators", eve)
    eve.refresh_from_db()
    assert (eve.is_superuser, eve.is_staff) == (True, True)
    act(client, "end_administrators", eve)
    eve.refresh_from_db()
    assert (eve.is_superuser, eve.is_staff) == (False, False)


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["close_accounts", "end_administrators"])
def test_the_last_administrator_stays(client, action):
    ada = person(administrator=True)
    client.force_login(ada)
    assert "last administrator" in act(client, action, ada)
    ada.refresh_from_db()
    assert ada.is_active and ada.is_superuser


@pytest.mark.django_db
def test_who_lost_the_second_factor_is_let_in_again(client):
    ada, eve = person(administrator=True), person("eve@example.org")
    for user in (ada, eve):
        Authenticator.objects.create(user=user, type="totp", data={})
    client.force_login(ada)
    act(client, "remove_second_factors", eve)
    act(client, "remove_second_factors", eve)  # nothing left: nobody is told twice
    assert [row.user for row in Authenticator.objects.all()] == [ada]
    assert LogEntry.objects.filter(verb="user.second-factors-removed").count() == 1
    (mail,) = Job.objects.filter(kind="accounts.mail")
    assert mail.payload["mail"] == "second_factors_removed"


@pytest.mark.django_db
def test_people_are_neither_made_nor_deleted_here(client):
    ada = person(administrator=True)
    client.force_login(ada)
    assert client.get("/staff/accounts/user/add/").status_code == 403
    assert client.post(f"/staff/accounts/user/{ada.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"/staff/accounts/user/{ada.pk}/change/").status_code == 200

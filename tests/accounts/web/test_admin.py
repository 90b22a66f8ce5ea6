"""/staff/: Django's admin has no sign-in of its own that would let passwords be guessed."""

import pytest

from tests.support.servers import PASSWORD
from tests.support.worlds import person


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
def test_an_administrator_gets_in(client):
    client.force_login(person(administrator=True))
    assert client.get("/staff/").status_code == 200

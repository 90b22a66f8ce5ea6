"""/v2/issuers/{id}/staff and the old /v1/issuer/issuers/{id}/staff."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from activity.models import LogEntry
from issuer.models import IssuerStaff, Role
from issuer.services.staff import LAST_OWNER, NOT_STAFF, remove_member
from tests.support.envelopes import failure_of, result_of
from tests.support.threads import together
from tests.support.worlds import API, acting, issuer_of, person, staff


@pytest.fixture
def path(issuer) -> str:
    return f"/v2/issuers/{issuer.entity_id}/staff"


@pytest.fixture
def joan(db):
    return person("joan@example.org")


def roles(rows: list[dict]) -> dict[str, str]:
    return {row["userProfile"]["emails"][0]["email"]: row["role"] for row in rows}


def test_it_lists(api, path):
    (row,) = result_of(api.get(path))
    assert set(row) == {"userProfile", "user", "role"}
    assert roles([row]) == {"ada@example.org": "owner"}


def test_join_change_leave(api, path, joan):
    told = {"email": "Joan@Example.org", "role": "staff"}
    assert roles(result_of(api.post(path, told), 201))["joan@example.org"] == "staff"
    assert result_of(API(joan).get("/v2/issuers"))
    for method, role in (("PUT", "editor"), ("PATCH", "owner")):
        answer = api.send(method, path, {"user": joan.entity_id, "role": role})
        assert roles(result_of(answer))["joan@example.org"] == role
    assert roles(result_of(api.delete(path, {"email": "joan@example.org"}))) == {
        "ada@example.org": "owner"
    }
    assert result_of(API(joan).get("/v2/issuers")) == []
    entries = LogEntry.objects.filter(verb="issuer.staff_changed").order_by("pk")
    assert [entry.facts for entry in entries] == [
        {"added": [joan.entity_id]},
        {"changed": [joan.entity_id]},
        {"changed": [joan.entity_id]},
        {"removed": [joan.entity_id]},
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [({"role": "staff"}, ""), ({"email": "nobody@example.org", "role": "staff"}, "email"),
     ({"user": "nobody", "role": "staff"}, "user"), ({"email": "x", "role": "staff"}, "email"),
     ({"email": "joan@example.org"}, "role"), ({"email": "ada@example.org", "role": "x"}, "role"),
     ({"email": "ada@example.org", "role": "staff"}, "user"), ([], "")],
    ids=str,
)  # fmt: skip
def test_bad_bodies(api, path, joan, body, field):
    errors = failure_of(api.post(path, body), 400)
    assert set(errors["fieldErrors"]) == ({field} if field else set())
    assert IssuerStaff.objects.count() == 1


def test_a_stranger_has_no_role_to_change(api, path, joan):
    failure_of(api.put(path, {"email": joan.email, "role": "owner"}), 400)
    failure_of(api.delete(path, {"email": joan.email}), 400)


def test_the_last_owner_stays(api, path):
    for answer in (api.put(path, {"email": "ada@example.org", "role": "staff"}),
                   api.delete(path, {"email": "ada@example.org"})):  # fmt: skip
        assert failure_of(answer, 400)["fieldErrors"] == {"staff": [LAST_OWNER]}
    assert IssuerStaff.objects.get().role == Role.OWNER


def closed(issuer, email: str) -> str:
    """A member whose account was closed; returns the id."""
    user = staff(issuer, email, Role.EDITOR)
    User.objects.filter(pk=user.pk).update(is_active=False)
    return user.entity_id


def test_who_has_left_the_server_stays_or_goes_as_wished(api, path, issuer):
    ids = [closed(issuer, f"{name}@example.org") for name in ("a", "b", "c", "d")]
    whole = path.removesuffix("/staff")
    read = result_of(api.get(whole))[0]
    assert result_of(api.put(whole, read))[0] == read
    kept = [row for row in read["staff"] if row["user"] != ids[0]]
    assert len(result_of(api.put(whole, {"staff": kept}))[0]["staff"]) == 4
    assert len(result_of(api.delete(path, {"user": ids[1]}))) == 3
    assert len(result_of(api.delete(path, {"email": "C@example.org"}))) == 2
    gone = api.post(f"/v1/issuer{path[3:]}", {"action": "remove", "email": "d@example.org"})
    assert gone.status_code == 200
    assert len(result_of(api.get(path))) == 1


def test_who_has_left_the_server_cannot_come(api, path, issuer, owner):
    elsewhere = issuer_of(person("bob@example.org"), name="Bob's")
    stranger = closed(elsewhere, "joan@example.org")
    for told in ({"user": stranger}, {"email": "joan@example.org"}):
        failure_of(api.post(path, told | {"role": "staff"}), 400)
    whole = {"staff": [{"user": owner.entity_id}, {"user": stranger}]}
    body = failure_of(api.put(path.removesuffix("/staff"), whole), 400)
    assert set(body["fieldErrors"]) == {"staff.1.user"}


@pytest.mark.django_db(transaction=True)
def test_two_owners_never_remove_each_other(issuer, owner):
    other = staff(issuer, "other@example.org", Role.OWNER)
    pairs = [(owner, other), (other, owner)]

    def remove(number: int) -> str:
        actor, user = pairs[number]
        try:
            remove_member(actor=acting(actor), issuer=issuer, user=user)
        except PermissionDenied:  # the other was faster: who is removed may remove nobody
            return "refused"
        except ValidationError:
            return "last"
        return "removed"

    assert sorted(together(2, remove))[-1] == "removed"
    assert IssuerStaff.objects.filter(role=Role.OWNER).count() == 1


def test_who_may(path, issuer, stranger, joan):
    editor = API(staff(issuer, "editor@example.org", Role.EDITOR))
    helper = API(staff(issuer, "staff@example.org", Role.STAFF))
    told = {"email": joan.email, "role": "staff"}
    for api in (editor, helper):
        assert len(result_of(api.get(path))) == 3
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            failure_of(api.send(method, path, told), 403)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        failure_of(stranger.send(method, path, told), 404)
    assert IssuerStaff.objects.filter(issuer=issuer).count() == 3


class TestV1:
    @pytest.fixture
    def path(self, issuer) -> str:
        return f"/v1/issuer/issuers/{issuer.entity_id}/staff"

    def test_join_change_leave(self, api, path, joan):
        told = {"action": "add", "email": joan.email, "role": "editor"}
        made = api.post(path, told).json()
        assert made["role"] == "editor"
        assert made["user"]["slug"] == joan.entity_id
        assert [row["role"] for row in api.get(path).json()] == ["owner", "editor"]
        changed = api.post(path, {"action": "modify", "username": joan.email}).json()
        assert changed["role"] == "staff"
        removed = api.post(path, {"action": "remove", "email": joan.email})
        assert isinstance(removed.json(), str)
        assert len(api.get(path).json()) == 1

    def test_errors_are_bare(self, api, path, stranger, joan):
        assert api.post(path, {"action": "dance", "email": joan.email}).json() == {
            "action": ['"dance" is not a valid choice.']
        }
        unknown = api.post(path, {"action": "add", "email": "nobody@example.org"})
        nobody = "Nobody on this server has verified this address."
        assert (unknown.status_code, unknown.json()) == (404, {"detail": nobody})
        hidden = stranger.get(path)
        assert (hidden.status_code, set(hidden.json())) == (404, {"detail"})
        assert api.client.get(path).status_code == 401


def test_another_issuers_staff_is_hidden(api):
    other = issuer_of(person("bob@example.org"), name="Bob's")
    failure_of(api.get(f"/v2/issuers/{other.entity_id}/staff"), 404)


KEY = {"Idempotency-Key": "a-key"}


def test_a_repeat_in_v1_says_that_the_person_is_gone_by_now(api, issuer, joan):
    path = f"/v1/issuer/issuers/{issuer.entity_id}/staff"
    add = {"action": "add", "email": joan.email}
    assert api.post(path, add, **KEY).status_code == 200
    assert api.post(path, {"action": "remove", "email": joan.email}).status_code == 200
    again = api.post(path, add, **KEY)
    assert (again.status_code, again.json()) == (404, {"detail": NOT_STAFF})
    assert IssuerStaff.objects.count() == 1


@pytest.mark.parametrize(
    ("prefix", "more"), [("/v2", {}), ("/v1/issuer", {"action": "add"})], ids=["v2", "v1"]
)
def test_sent_twice_under_one_key_somebody_is_added_once(api, issuer, joan, prefix, more):
    path = f"{prefix}/issuers/{issuer.entity_id}/staff"
    told = {"email": joan.email, "role": "staff"} | more
    first, again = api.post(path, told, **KEY), api.post(path, told, **KEY)
    assert first.status_code == again.status_code in (200, 201)
    assert first.json() == again.json()
    assert api.post(path, told | {"role": "editor"}, **KEY).status_code == 422
    assert api.post(path, told).status_code == 400

"""PUT and DELETE of /v2/issuers/{id}: what is omitted stays, what was read can be sent back."""

from secrets import token_hex

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activity.models import LogEntry
from issuer.models import Issuer, IssuerStaff, Role
from tests.support.envelopes import failure_of, result_of
from tests.support.images import data_uri, png
from tests.support.worlds import API, awarded, badge_class_of, issuer_of, person, staff


@pytest.fixture
def path(issuer) -> str:
    return f"/v2/issuers/{issuer.entity_id}"


def log_of(verb: str) -> list[dict]:
    return list(LogEntry.objects.filter(verb=verb).values_list("facts", flat=True))


def test_what_is_omitted_stays(api, path):
    before = result_of(api.get(path))[0]
    after = result_of(api.put(path, {"name": "College"}))[0]
    assert after == before | {"name": "College"}
    assert api.client.get(before["openBadgeId"]).json()["name"] == "College"
    assert log_of("issuer.updated") == [{"fields": ["name"]}]


def test_what_was_read_can_be_sent_back(api, path):
    api.put(path, {"image": data_uri(png()), "description": "Old."})
    read = result_of(api.get(path))[0]
    etag = Issuer.objects.get().etag
    assert result_of(api.put(path, read))[0] == read
    assert Issuer.objects.get().etag == etag
    assert len(log_of("issuer.updated")) == 1  # the first PUT: this one changed nothing


def test_null_clears_the_image_and_the_description(api, path):
    api.put(path, {"image": data_uri(png()), "description": "Old."})
    after = result_of(api.put(path, {"image": None, "description": None}))[0]
    assert after["image"] is None
    assert after["description"] is None


def test_a_form_can_put(api, path):
    answer = api.client.put(
        path, "name=College&description=New", "application/x-www-form-urlencoded",
        headers=api.headers,
    )  # fmt: skip
    assert result_of(answer)[0]["name"] == "College"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", None), ("name", 7), ("url", "ftp://x"), ("url", None), ("email", "x"),
     ("description", "![x](y)"), ("archived", "perhaps"), ("staff", "x"), ("staff", [{}]),
     ("staff", [{"user": "nobody", "role": "owner"}]), ("extensions", 7)],
    ids=str,
)  # fmt: skip
def test_bad_fields(api, path, field, value):
    before = result_of(api.get(path))[0]
    body = failure_of(api.put(path, {"description": "New", field: value}), 400)
    assert {name.partition(".")[0] for name in body["fieldErrors"]} == {field}
    assert result_of(api.get(path))[0] == before


def test_roles(api, path, issuer, stranger):
    editor, helper = (
        API(staff(issuer, f"{role}@example.org", role)) for role in (Role.EDITOR, Role.STAFF)
    )
    assert result_of(editor.put(path, {"name": "College"}))[0]["name"] == "College"
    staff_of_mine = {"staff": [{"user": person("mine@example.org").entity_id, "role": "owner"}]}
    for refused in (
        helper.put(path, {"name": "Mine"}),
        helper.delete(path),
        editor.delete(path),
        editor.put(path, {"archived": True}),
        editor.put(path, staff_of_mine),
    ):
        failure_of(refused, 403)
    for hidden in (stranger.put(path, {"name": "Mine"}), stranger.delete(path)):
        failure_of(hidden, 404)
    assert Issuer.objects.get(pk=issuer.pk).name == "College"


def test_a_refused_change_stores_no_picture(path, issuer, media_files):
    """Refused for the role at the very end: an editor may change an issuer, but not archive it."""
    editor = API(staff(issuer, "editor@example.org", Role.EDITOR))
    before = media_files()
    stranger = person("stranger@example.org").entity_id
    for wish in ({"archived": True}, {"staff": [{"user": stranger}]}):
        failure_of(editor.put(path, wish | {"image": data_uri(png(77, 50))}), 403)
    assert media_files() == before


class TestStaffList:
    def test_it_adds_and_removes_and_keeps_roles(self, api, path, issuer, owner):
        editor = staff(issuer, "editor@example.org", Role.EDITOR)
        leaver = staff(issuer, "leaver@example.org", Role.STAFF)
        new = person("new@example.org")
        wanted = [
            {"user": owner.entity_id, "role": "staff"},
            {"user": editor.entity_id, "role": "owner"},
            {"user": new.entity_id, "role": "editor"},
        ]
        listed = result_of(api.put(path, {"staff": wanted}))[0]["staff"]
        roles = {row["user"]: row["role"] for row in listed}
        assert roles == {
            owner.entity_id: "owner", editor.entity_id: "editor", new.entity_id: "editor",
        }  # fmt: skip
        assert log_of("issuer.staff_changed") == [
            {"added": [new.entity_id], "removed": [leaver.entity_id]}
        ]

    def test_an_issuer_keeps_an_owner(self, api, path, issuer, owner):
        """The contract: who is absent is removed, but never the last owner (badgr-api.md 2.2)."""
        for _ in range(2):
            staff(issuer, f"{token_hex(4)}@example.org", Role.STAFF)
        other = person("other@example.org")
        (first, second) = result_of(api.put(path, {"staff": [{"user": other.entity_id}]}))[0][
            "staff"
        ]
        assert (first["user"], first["role"]) == (owner.entity_id, "owner")
        assert (second["user"], second["role"]) == (other.entity_id, "staff")
        (left,) = result_of(api.put(path, {"staff": []}))[0]["staff"]
        assert left["user"] == owner.entity_id

    def test_of_several_owners_that_are_absent_stays_who_asks(self, path, issuer, owner):
        asking = staff(issuer, "asking@example.org", Role.OWNER)
        result_of(API(asking).put(path, {"staff": []}))
        assert IssuerStaff.objects.get().user == asking

    def test_a_new_issuer_may_come_with_staff(self, api, owner):
        other = person("other@example.org")
        body = {"name": "N", "url": "https://n.example", "email": owner.email,
                "staff": [{"user": other.entity_id, "role": "editor"}]}  # fmt: skip
        made = result_of(api.post("/v2/issuers", body), 201)[0]
        assert {row["user"]: row["role"] for row in made["staff"]} == {
            owner.entity_id: "owner", other.entity_id: "editor",
        }  # fmt: skip


class TestArchive:
    def test_what_is_created_archived_is_archived(self, api, path, owner):
        told = {"name": "N", "description": "D", "image": data_uri(png()), "archived": True}
        made = result_of(api.post(f"{path}/badgeclasses", told), 201)[0]
        assert made["archived"] is True
        told = {"name": "N", "url": "https://n.example", "email": owner.email, "archived": True}
        assert result_of(api.post("/v2/issuers", told), 201)[0]["archived"] is True
        assert [row["name"] for row in result_of(api.get("/v2/issuers"))] == ["University"]

    def test_an_archived_issuer_leaves_the_lists_and_stays_public(self, api, path, issuer):
        badge_class_of(issuer)
        assert result_of(api.put(path, {"archived": True}))[0]["archived"] is True
        assert result_of(api.get("/v2/issuers")) == []
        assert len(result_of(api.get("/v2/issuers?include_archived=true"))) == 1
        assert result_of(api.get(path))[0]["archived"] is True
        assert api.client.get(f"/public/issuers/{issuer.entity_id}").status_code == 200

    def test_it_awards_and_makes_nothing(self, api, path, issuer):
        badge_class = badge_class_of(issuer)
        api.put(path, {"archived": True})
        award = {"recipient": {"identity": "a@example.org"}}
        failure_of(api.post(f"/v2/badgeclasses/{badge_class.entity_id}/assertions", award), 400)
        class_body = {"name": "N", "description": "D", "image": data_uri(png())}
        failure_of(api.post(f"{path}/badgeclasses", class_body), 400)
        api.put(path, {"archived": False})
        result_of(api.post(f"{path}/badgeclasses", class_body), 201)


class TestDelete:
    def test_it_takes_its_classes_along(self, api, path, issuer):
        badge_class = badge_class_of(issuer)
        answer = api.delete(path)
        assert (answer.status_code, answer.content) == (204, b"")
        failure_of(api.get(path), 404)
        failure_of(api.get(f"/v2/badgeclasses/{badge_class.entity_id}"), 404)
        assert api.client.get(f"/public/issuers/{issuer.entity_id}").status_code == 404
        assert log_of("issuer.deleted") == log_of("badgeclass.deleted") == [{}]

    def test_with_awards_it_stays(self, api, path, issuer):
        made = awarded(badge_class_of(issuer))
        api.delete(f"/v2/assertions/{made.entity_id}", {"revocation_reason": "Gone"})
        body = failure_of(api.delete(path), 400)
        assert body["status"]["description"] == (
            "Issuer can not be deleted because it has previously issued badges."
        )
        assert (body["fieldErrors"], body["validationErrors"]) == ({}, [])
        assert Issuer.objects.filter(pk=issuer.pk).exists()


def test_a_put_takes_few_queries(api, path, issuer):
    for number in range(20):
        staff(issuer, f"s{number}@example.org", Role.STAFF)
    with CaptureQueriesContext(connection) as queries:
        result_of(api.put(path, {"name": "College"}))
    assert len(queries) <= 20, [query["sql"][:90] for query in queries]


def test_anyones_issuer_is_not_anothers(api, path, owner):
    other = issuer_of(person("bob@example.org"), name="Bob's")
    failure_of(api.put(f"/v2/issuers/{other.entity_id}", {"name": "Mine"}), 404)

"""PUT and DELETE of /v2/badgeclasses/{id}."""

import pytest

from activity.models import LogEntry
from issuer.models import BadgeClass, Role
from tests.support.envelopes import failure_of, result_of
from tests.support.images import data_uri, png
from tests.support.worlds import API, awarded, staff

FULL = {
    "criteriaUrl": "https://c.example/",
    "criteriaNarrative": "Do.",
    "tags": ["a", "b"],
    "alignments": [{"targetName": "T", "targetUrl": "https://t.example/"}],
    "expires": {"amount": 2, "duration": "years"},
    "extensions": {},
}


@pytest.fixture
def path(badge_class) -> str:
    return f"/v2/badgeclasses/{badge_class.entity_id}"


def test_what_is_omitted_stays(api, path):
    before = result_of(api.put(path, FULL))[0]
    after = result_of(api.put(path, {"name": "Second steps"}))[0]
    assert after == before | {"name": "Second steps"}
    assert api.client.get(before["openBadgeId"]).json()["name"] == "Second steps"


def test_what_was_read_can_be_sent_back(api, path):
    read = result_of(api.put(path, FULL))[0]
    entries = LogEntry.objects.count()
    assert result_of(api.put(path, read))[0] == read
    assert LogEntry.objects.count() == entries


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"criteriaUrl": None, "criteriaNarrative": None},
         {"criteriaUrl": None, "criteriaNarrative": None}),
        ({"tags": []}, {"tags": []}),
        ({"alignments": []}, {"alignments": []}),
        ({"expires": {"amount": None, "duration": None}},
         {"expires": {"amount": None, "duration": None}}),
        ({"expires": None}, {"expires": {"amount": 2, "duration": "years"}}),
        ({"expires": {}}, {"expires": {"amount": 2, "duration": "years"}}),
        ({"image": None}, {}),
        ({"image": "https://elsewhere.example/x.png"}, {}),
        ({"oncePerPerson": True}, {"oncePerPerson": True}),
    ],
    ids=str,
)  # fmt: skip
def test_what_clears_and_what_leaves(api, path, told, kept):
    before = result_of(api.put(path, FULL))[0]
    assert result_of(api.put(path, told))[0] == before | kept


def test_a_new_image_shows_in_the_images_of_its_awards(api, path, badge_class):
    made = awarded(badge_class)
    image = f"/public/assertions/{made.entity_id}/image"
    old = api.client.get(image)["Location"]
    result_of(api.put(path, {"image": data_uri(png(90, 90))}))
    new = api.client.get(image)["Location"]
    assert new != old
    assert api.client.get(new).status_code == 200
    assert api.client.get(old)["Location"] == new
    assert api.client.get(f"/public/assertions/{made.entity_id}").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", None), ("name", ""), ("description", ""), ("description", None),
     ("criteriaUrl", ""), ("criteriaNarrative", ""), ("criteriaNarrative", "![x](y)"),
     ("tags", "a"), ("alignments", [{}]), ("expires", {"amount": 1}),
     ("expires", {"amount": 0, "duration": "days"}), ("image", "nonsense"), ("archived", 7)],
    ids=str,
)  # fmt: skip
def test_bad_fields(api, path, field, value):
    before = result_of(api.get(path))[0]
    body = failure_of(api.put(path, {"name": "New", field: value}), 400)
    assert {name.partition(".")[0] for name in body["fieldErrors"]} == {field}
    assert result_of(api.get(path))[0] == before


def test_roles(path, issuer, stranger):
    editor, helper = (
        API(staff(issuer, f"{role}@example.org", role)) for role in (Role.EDITOR, Role.STAFF)
    )
    failure_of(helper.put(path, {"name": "Mine"}), 403)
    failure_of(helper.delete(path), 403)
    failure_of(stranger.put(path, {"name": "Mine"}), 404)
    failure_of(stranger.delete(path), 404)
    assert result_of(editor.put(path, {"name": "College"}))[0]["name"] == "College"
    assert editor.delete(path).status_code == 204


def test_an_alignments_text_that_cleans_to_nothing_is_null(api, path):
    skill = {"targetName": "Walking", "targetUrl": "https://skills.example/1", "targetCode": "<b>"}
    read = result_of(api.put(path, {"alignments": [skill]}))[0]
    assert read["alignments"][0]["targetCode"] is None
    assert result_of(api.put(path, read))[0] == read


def test_archived_ones_leave_the_lists_and_are_not_awarded(api, path, badge_class, issuer):
    made = awarded(badge_class)
    assert result_of(api.put(path, {"archived": True}))[0]["archived"] is True
    for listed in ("/v2/badgeclasses", f"/v2/issuers/{issuer.entity_id}/badgeclasses"):
        assert result_of(api.get(listed)) == []
        assert len(result_of(api.get(f"{listed}?include_archived=true"))) == 1
    award = {"recipient": {"identity": "a@example.org"}}
    body = failure_of(api.post(f"{path}/assertions", award), 400)
    assert "archived" in body["validationErrors"][0]
    assert api.client.get(f"/public/assertions/{made.entity_id}").status_code == 200
    assert api.client.get(f"/public/badges/{badge_class.entity_id}").status_code == 200
    result_of(api.put(path, {"archived": False}))
    result_of(api.post(f"{path}/assertions", award), 201)


def test_a_class_with_awards_stays_even_when_they_are_revoked(api, path, badge_class):
    made = awarded(badge_class)
    api.delete(f"/v2/assertions/{made.entity_id}", {"revocation_reason": "Gone"})
    body = failure_of(api.delete(path), 400)
    assert "never been awarded" in body["status"]["description"]
    assert (body["fieldErrors"], body["validationErrors"]) == ({}, [])
    assert BadgeClass.objects.filter(pk=badge_class.pk).exists()

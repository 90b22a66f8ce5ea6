"""/v2/badgeclasses, /v2/badgeclasses/{id} and /v2/issuers/{id}/badgeclasses"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from issuer.models import BadgeClass, Role
from tests.support.envelopes import failure_of, result_of
from tests.support.images import SVG, data_uri, png
from tests.support.worlds import API, issuer_of, staff

KEYS = {
    "entityType", "entityId", "openBadgeId", "createdAt", "createdBy", "issuer",
    "issuerOpenBadgeId", "name", "image", "description", "criteriaUrl", "criteriaNarrative",
    "alignments", "tags", "expires", "oncePerPerson", "extensions", "archived",
}  # fmt: skip
EVIDENCE = ("narrative", "name", "description", "genre", "audience")
BODY = {"name": "First steps", "description": "Took them.", "image": data_uri(png())}


@pytest.fixture
def path(issuer) -> str:
    return f"/v2/issuers/{issuer.entity_id}/badgeclasses"


@pytest.mark.parametrize("image", [png(), SVG])
def test_it_creates(api, path, issuer, image):
    made = result_of(api.post(path, BODY | {"image": data_uri(image)}), 201)[0]
    assert set(made) == KEYS
    assert made["issuer"] == issuer.entity_id
    assert made["expires"] == {"amount": None, "duration": None}
    assert made["criteriaUrl"] is None


def test_it_creates_with_the_issuer_in_the_body(api, issuer):
    made = result_of(api.post("/v2/badgeclasses", BODY | {"issuer": issuer.entity_id}), 201)[0]
    assert made["issuer"] == issuer.entity_id


@pytest.mark.parametrize("issuer_id", [None, 7, "unknown"])
def test_a_bad_issuer_in_the_body_is_400(api, issuer_id):
    body = failure_of(api.post("/v2/badgeclasses", BODY | {"issuer": issuer_id}), 400)
    assert list(body["fieldErrors"]) == ["issuer"]


def test_it_keeps_all_it_is_told(api, path):
    told = {
        "criteriaUrl": "https://university.example/criteria",
        "criteriaNarrative": "Take *steps*.",
        "tags": ["walking", "first"],
        "alignments": [
            {
                "targetName": "Walking",
                "targetUrl": "https://skills.example/walking",
                "targetDescription": "On foot",
                "targetFramework": "Skills",
                "targetCode": "W-1",
            }
        ],
        "expires": {"amount": 2, "duration": "years"},
    }
    made = result_of(api.post(path, BODY | told), 201)[0]
    assert {key: made[key] for key in told} == told


def test_multipart_with_a_file(api, path):
    form = {
        "name": "First steps",
        "description": "Took them.",
        "criteriaUrl": "https://university.example/criteria",
        "image": SimpleUploadedFile("badge.png", png(), "image/png"),
    }
    made = result_of(api.client.post(path, form, headers=api.headers), 201)[0]
    assert made["criteriaUrl"] == form["criteriaUrl"]


def test_multipart_with_dotted_names(api, path):
    form = {
        "name": "First steps",
        "description": "Took them.",
        "tags": ["a", "b"],
        "expires.amount": "3",
        "expires.duration": "days",
        "alignments.0.targetName": "Walking",
        "alignments.0.targetUrl": "https://skills.example/walking",
        "image": SimpleUploadedFile("badge.png", png(), "image/png"),
    }
    made = result_of(api.client.post(path, form, headers=api.headers), 201)[0]
    assert made["expires"] == {"amount": 3, "duration": "days"}
    assert made["alignments"][0]["targetName"] == "Walking"
    assert made["tags"] == ["a", "b"]


def test_it_reads_and_lists(api, path, badge_class):
    assert result_of(api.get(f"/v2/badgeclasses/{badge_class.entity_id}"))
    for listing in (path, "/v2/badgeclasses", "/v2/badgeclasses?num=5"):
        rows = result_of(api.get(listing))
        assert [row["entityId"] for row in rows] == [badge_class.entity_id]


def test_a_trailing_slash_is_not_the_list(api, badge_class):
    failure_of(api.get("/v2/badgeclasses/"), 404)


def test_foreign_and_unknown_are_404(stranger, path, badge_class):
    failure_of(stranger.get(f"/v2/badgeclasses/{badge_class.entity_id}"), 404)
    failure_of(stranger.get("/v2/badgeclasses/unknown"), 404)
    failure_of(stranger.post(path, BODY), 404)
    assert result_of(stranger.get("/v2/badgeclasses")) == []


def test_staff_may_read_but_not_create(issuer, path):
    api = API(staff(issuer, "s@example.org", Role.STAFF))
    failure_of(api.post(path, BODY), 403)
    result_of(api.get(path))


def test_scopes(owner, issuer, path):
    failure_of(API(owner, "r:issuer").post(path, BODY), 403)
    failure_of(API(owner, "rw:backpack").get(path), 403)
    result_of(API(owner, f"rw:issuer:{issuer.entity_id}").post(path, BODY), 201)
    other = issuer_of(owner, name="Other")
    limited = API(owner, f"rw:issuer:{issuer.entity_id}")
    failure_of(limited.post(f"/v2/issuers/{other.entity_id}/badgeclasses", BODY), 403)


def test_no_token(client, path):
    failure_of(client.get(path), 401)
    failure_of(client.post(path, BODY), 401)


def test_wrong_method(api, path):
    failure_of(api.send("PATCH", path, {}), 405)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None), ("name", 7), ("description", None), ("description", ""), ("image", None),
        ("image", "https://elsewhere.example/a.png"), ("image", data_uri(png())[:-40]),
        ("criteriaUrl", "nonsense"), ("criteriaUrl", ""), ("criteriaNarrative", ""),
        ("criteriaNarrative", "![a](b)"), ("tags", "a"), ("tags", [7]), ("tags", [""]),
        ("alignments", {}), ("alignments", [{}]), ("alignments", [{"targetName": "x"}]),
        ("alignments", [{"targetName": "x", "targetUrl": "y"}]), ("expires", 7),
        ("expires", {"amount": 0, "duration": "days"}), ("expires", {"amount": 1}),
        ("expires", {"amount": 1, "duration": None}), ("expires", {"amount": 1, "duration": "x"}),
        ("extensions", {"extensions:X": {"type": "Extension"}}), ("oncePerPerson", "perhaps"),
    ],
)  # fmt: skip
def test_bad_values_store_nothing(api, path, field, value):
    body = failure_of(api.post(path, BODY | {field: value}), 400)
    assert (
        any(key.split(".")[0] == field for key in body["fieldErrors"]) or body["validationErrors"]
    )
    assert not BadgeClass.objects.exists()


def test_nested_errors_have_dotted_paths(api, path):
    alignments = [{"targetName": "a", "targetUrl": "https://a.example"}, {"targetName": "b"}]
    body = failure_of(api.post(path, BODY | {"alignments": alignments}), 400)
    assert body["fieldErrors"] == {"alignments.1.targetUrl": ["This field is required."]}


def test_a_description_keeps_its_lines(api, path):
    text = "# Title\n\nFirst *paragraph*.\n\n- one\n- two"
    made = result_of(api.post(path, BODY | {"description": text}), 201)[0]
    assert made["description"] == text


def test_a_form_may_send_one_tag(api, path):
    form = {
        "name": "First steps",
        "description": "Took them.",
        "tags": "walking",
        "image": SimpleUploadedFile("badge.png", png(), "image/png"),
    }
    made = result_of(api.client.post(path, form, headers=api.headers), 201)[0]
    assert made["tags"] == ["walking"]


def test_nulls_mean_nothing(api, path):
    nulls = dict.fromkeys(
        ["criteriaUrl", "criteriaNarrative", "tags", "alignments", "expires", "extensions",
         "oncePerPerson"]
    )  # fmt: skip
    result_of(api.post(path, BODY | nulls), 201)


def test_a_name_is_measured_as_it_is_stored(api, path):
    grows = "\u0958"  # NFC makes two characters of it
    failure_of(api.post(path, BODY | {"name": grows * 600}), 400)
    made = result_of(api.post(path, BODY | {"name": grows * 500}), 201)[0]
    assert len(made["name"]) == 1000


CORE_TERMS = ["obi:badge", "https://w3id.org/openbadges#criteria", "schema:name"]


@pytest.mark.parametrize("name", CORE_TERMS)
def test_an_extension_may_not_speak_for_a_core_term(api, path, name):
    extension = {"@context": "https://w3id.org/openbadges/v2", "type": ["Extension", "obi:Foo"]}
    body = failure_of(api.post(path, BODY | {"extensions": {name: extension}}), 400)
    assert any(key.startswith("extensions.") for key in body["fieldErrors"])


def test_classes_of_an_archived_issuer_are_left_out(api, issuer, badge_class):
    result_of(api.put(f"/v2/issuers/{issuer.entity_id}", {"archived": True}))
    for path in ("/v2/badgeclasses", f"/v2/issuers/{issuer.entity_id}/badgeclasses"):
        assert result_of(api.get(path)) == []
        (row,) = result_of(api.get(f"{path}?include_archived=true"))
        assert row["entityId"] == badge_class.entity_id


def test_an_expiry_beyond_the_calendar(api, issuer, badge_class):
    told = {"expires": {"amount": 100_000, "duration": "years"}}
    one = f"/v2/badgeclasses/{badge_class.entity_id}"
    new = {"name": "N", "description": "D", "image": data_uri(png())}
    for answer in (api.put(one, told), api.post(f"/v2/issuers/{issuer.entity_id}/badgeclasses",
                                                new | told)):  # fmt: skip
        assert set(failure_of(answer, 400)["fieldErrors"]) == {"expires"}
    result_of(api.put(one, {"expires": {"amount": 100_000, "duration": "days"}}))
    award = {"recipient": {"identity": "grace@example.org"}}
    result_of(api.post(f"{one}/assertions", award), 201)


def test_html_is_not_published(api, issuer, client):
    html = "<script>alert(1)</script>"
    body = {"name": f"N{html}", "description": f"D *d* {html}", "criteriaNarrative": f"C {html}",
            "image": data_uri(png())}  # fmt: skip
    (made,) = result_of(api.post(f"/v2/issuers/{issuer.entity_id}/badgeclasses", body), 201)
    evidence = {name: f"{name} {html}" for name in EVIDENCE}
    award = {"recipient": {"identity": "grace@example.org"}, "narrative": f"N {html}",
             "evidence": [evidence | {"url": "https://e.example/"}]}  # fmt: skip
    path = f"/v2/badgeclasses/{made['entityId']}/assertions"
    (awarded,) = result_of(api.post(path, award), 201)
    assert awarded["evidence"] == [
        {"url": "https://e.example/"} | {name: f"{name} alert(1)" for name in EVIDENCE}
    ]
    for address in (made["openBadgeId"], awarded["openBadgeId"]):
        document = client.get(f"{address}.json").content
        assert b"alert(1)" in document
        assert b"<script" not in document
    nothing = {"evidence": [{"narrative": "<br>"}], "recipient": award["recipient"]}
    assert set(failure_of(api.post(path, nothing), 400)["fieldErrors"]) == {"evidence.0"}
    described = f"/v2/badgeclasses/{made['entityId']}"
    assert failure_of(api.put(described, {"description": "<br>"}), 400)["fieldErrors"]

"""/v2/issuers and /v2/issuers/{id}"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from issuer.models import Issuer
from tests.support.envelopes import failure_of, result_of
from tests.support.images import SVG, data_uri, png
from tests.support.worlds import API, issuer_of, person

KEYS = {
    "entityType", "entityId", "openBadgeId", "createdAt", "createdBy", "name", "image", "email",
    "description", "url", "staff", "extensions", "archived", "badgrDomain",
}  # fmt: skip
BODY = {"name": "University", "email": "ada@example.org", "url": "https://university.example"}


def test_it_creates(api, owner):
    made = result_of(api.post("/v2/issuers", BODY), 201)[0]
    assert set(made) == KEYS
    assert made["entityType"] == "Issuer"
    assert made["createdBy"] == owner.entity_id
    assert made["openBadgeId"] == f"http://localhost:8000/public/issuers/{made['entityId']}"
    assert made["staff"][0]["role"] == "owner"
    assert made["staff"][0]["userProfile"]["emails"][0]["verified"] is True
    assert made["description"] is None
    assert made["image"] is None


@pytest.mark.parametrize("image", [png(), SVG])
def test_it_takes_an_image(api, image):
    made = result_of(api.post("/v2/issuers", BODY | {"image": data_uri(image)}), 201)[0]
    answer = api.client.get(made["image"].removeprefix("http://localhost:8000"))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("image/")
    assert "immutable" in answer["Cache-Control"]


def test_it_reads(api, issuer):
    assert result_of(api.get(f"/v2/issuers/{issuer.entity_id}"))[0]["name"] == issuer.name


def test_it_lists_only_ones_own(api, issuer, stranger):
    rows = result_of(api.get("/v2/issuers"))
    assert [row["entityId"] for row in rows] == [issuer.entity_id]


def test_staff_can_be_left_out(api, issuer):
    assert "staff" not in result_of(api.get("/v2/issuers?include_staff=0"))[0]


@pytest.mark.parametrize("count", [1, 30])
def test_a_list_takes_a_constant_number_of_queries(api, owner, count):
    for number in range(count):
        issuer_of(owner, name=f"Issuer {number}")
    with CaptureQueriesContext(connection) as caught:
        assert len(result_of(api.get("/v2/issuers?num=100"))) == count
    assert len(caught) <= 6


def test_pages_lead_on_and_back(api, owner):
    names = [issuer_of(owner, name=f"Issuer {number}").name for number in range(5)]
    first = api.get("/v2/issuers?num=2")
    assert [row["name"] for row in result_of(first)] == names[:2:-1]
    link = first["Link"]
    assert link.startswith("<http://localhost:8000/v2/issuers?")
    assert 'rel="next"' in link
    path = link.partition("<http://localhost:8000")[2].partition(">")[0]
    assert [row["name"] for row in result_of(api.get(path))] == names[2:0:-1]


def test_a_bad_cursor_is_404(api, issuer):
    failure_of(api.get("/v2/issuers?num=2&cursor=nonsense"), 404)


def test_no_token(client, db):
    answer = client.get("/v2/issuers")
    failure_of(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_wrong_scope(owner, issuer):
    answer = API(owner, "rw:backpack").get("/v2/issuers")
    failure_of(answer, 403)
    assert "insufficient_scope" in answer["WWW-Authenticate"]


def test_a_reader_may_not_create(owner):
    failure_of(API(owner, "r:issuer").post("/v2/issuers", BODY), 403)


def test_a_token_of_one_issuer_reaches_no_other(owner, issuer):
    other = issuer_of(owner, name="Other")
    api = API(owner, f"rw:issuer:{issuer.entity_id}")
    result_of(api.get(f"/v2/issuers/{issuer.entity_id}"))
    failure_of(api.get(f"/v2/issuers/{other.entity_id}"), 403)
    failure_of(api.get("/v2/issuers"), 403)


@pytest.mark.django_db
def test_an_unapproved_user_may_not_create():
    api = API(person("new@example.org", may_create=False))
    body = failure_of(api.post("/v2/issuers", BODY | {"email": "new@example.org"}), 403)
    assert "administrator" in body["validationErrors"][0]


@pytest.mark.django_db
def test_anyone_may_where_the_operator_says_so(settings):
    settings.LAUREL_ISSUER_CREATION = "anyone"
    api = API(person("new@example.org", may_create=False))
    result_of(api.post("/v2/issuers", BODY | {"email": "new@example.org"}), 201)


def test_the_address_must_be_ones_own(api):
    body = failure_of(api.post("/v2/issuers", BODY | {"email": "dean@example.org"}), 400)
    assert body["validationErrors"][0].startswith("Issuer email must be one of your verified")


@pytest.mark.django_db
@pytest.mark.parametrize("entity_id", ["unknown", "x" * 64, "-x", "é"])
def test_unknown_and_foreign_ids_are_the_same_404(stranger, issuer, entity_id):
    unknown = failure_of(stranger.get(f"/v2/issuers/{entity_id}"), 404)
    assert failure_of(stranger.get(f"/v2/issuers/{issuer.entity_id}"), 404) == unknown


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_wrong_method(api, method):
    failure_of(api.send(method, "/v2/issuers", {}), 405)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None), ("name", ""), ("name", 7), ("name", "x" * 1025), ("name", "<b></b>"),
        ("name", "a\x00b"), ("name", ["a"]), ("url", "nonsense"), ("url", "ftp://x.example"),
        ("url", "javascript:alert(1)"), ("url", None), ("email", "nonsense"), ("email", 7),
        ("description", 7), ("description", "![x](https://x.example/a.png)"),
        ("description", "x" * 16385), ("image", 7), ("image", "data:image/gif;base64,R0lGOD=="),
        ("image", "data:image/png;base64,AAAA"), ("image", "nonsense"), ("extensions", 7),
        ("extensions", {"nonsense": {}}), ("extensions", {"extensions:X": 7}),
    ],
)  # fmt: skip
def test_bad_values_store_nothing(api, field, value):
    body = failure_of(api.post("/v2/issuers", BODY | {field: value}), 400)
    assert body["fieldErrors"] or body["validationErrors"]
    assert not Issuer.objects.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"7", b"null", b'{"name": NaN}'])
def test_bad_bodies_store_nothing(api, content):
    failure_of(api.send("POST", "/v2/issuers", content), 400)
    assert not Issuer.objects.exists()


@pytest.mark.parametrize("missing", ["name", "url", "email"])
def test_required_fields(api, missing):
    body = failure_of(
        api.post("/v2/issuers", {key: BODY[key] for key in BODY if key != missing}), 400
    )
    assert body["fieldErrors"] == {missing: ["This field is required."]}


def test_unknown_fields_and_nulls_are_ignored(api):
    more = {"type": "Issuer", "id": "https://lms.example/1", "description": None, "image": None}
    result_of(api.post("/v2/issuers", BODY | more), 201)


def test_international_addresses_are_published_as_ascii(api):
    made = result_of(api.post("/v2/issuers", BODY | {"url": "https://bücher.example/ø?q=ü"}), 201)
    assert made[0]["url"] == "https://xn--bcher-kva.example/%C3%B8?q=%C3%BC"


def test_names_are_unicode(api):
    made = result_of(api.post("/v2/issuers", BODY | {"name": "جامعة 東京 𝒰"}), 201)[0]
    assert made["name"] == "جامعة 東京 𝒰"

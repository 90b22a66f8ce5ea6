"""Image redirects, immutable addresses, baked images."""

import io

import pytest
from PIL import Image

from issuer.models import Assertion
from issuer.services.publishing import publish
from issuer.services.revocations import revoke_assertion
from ob import baking, documents
from tests.support.envelopes import failure_of
from tests.support.worlds import acting, issuer_of


def follow(client, path: str):
    answer = client.get(path)
    assert answer.status_code == 302, answer.content
    return client.get(answer["Location"])


def size(content: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(content)).size


@pytest.mark.parametrize("query", ["", "?type=original", "?fmt=square"])
def test_an_award_carries_its_document(client, world, query):
    for row, kind in ((world.assertion, "png"), (world.svg_assertion, "svg+xml")):
        answer = follow(client, f"/public/assertions/{row.entity_id}/image{query}")
        assert answer["Content-Type"] == f"image/{kind}"
        assert "immutable" in answer["Cache-Control"]
        assert baking.unbake(answer.content) == bytes(row.document).decode()


def test_the_pixels_are_the_class_images(client, world):
    baked = follow(client, f"/public/assertions/{world.assertion.entity_id}/image").content
    plain = follow(client, f"/public/badges/{world.badge_class.entity_id}/image").content
    assert baking.strip(baked) == plain


@pytest.mark.parametrize("collection", ["issuers", "badges", "assertions"])
def test_renderings(client, world, collection):
    row = {"issuers": world.issuer, "badges": world.svg_class, "assertions": world.svg_assertion}
    path = f"/public/{collection}/{row[collection].entity_id}/image"
    assert size(follow(client, f"{path}?type=png").content) == (400, 400)
    assert size(follow(client, f"{path}?fmt=wide").content) == (764, 400)
    assert size(follow(client, f"{path}?type=png&fmt=wide").content) == (764, 400)


@pytest.mark.parametrize("query", ["type=gif", "fmt=round", "type=", "fmt=\x00"])
def test_unknown_types_are_400(client, world, query):
    answer = client.get(f"/public/badges/{world.badge_class.entity_id}/image?{query}")
    assert answer.status_code == 400
    assert answer.json()["validationErrors"]


def test_without_an_image_it_is_404(client, world):
    bare = issuer_of(world.issuer.created_by, name="Bare")
    assert client.get(f"/public/issuers/{bare.entity_id}/image").status_code == 404
    assert client.get("/public/badges/none/image").status_code == 404
    assert client.get(f"/media/artwork/{'0' * 64}/original.png").status_code == 404


def test_a_stale_key_redirects_to_the_current_one(client, world):
    path = f"/public/assertions/{world.assertion.entity_id}/image"
    current = client.get(path)["Location"]
    stale = f"/public/assertions/{world.assertion.entity_id}/{'0' * 32}.png"
    assert client.get(stale)["Location"] == current
    wrong_kind = current.replace(".png", ".svg")
    assert client.get(wrong_kind)["Location"] == current


def test_revoking_makes_another_image(client, world):
    path = f"/public/assertions/{world.assertion.entity_id}/image"
    before = client.get(path)["Location"]
    revoke_assertion(
        actor=acting(world.issuer.created_by), assertion=world.assertion, reason="Copied"
    )
    after = client.get(path)["Location"]
    assert before != after
    assert client.get(before)["Location"] == after
    inside = documents.decode(baking.unbake(client.get(after).content) or "")
    assert inside["revoked"] is True
    assert "recipient" not in inside


def baked(client, row, query: str):
    """The image that /baked leads to, by a permanent redirect."""
    answer = client.get(f"/public/assertions/{row.entity_id}/baked{query}")
    assert answer.status_code == 301
    return client.get(answer["Location"])


@pytest.mark.parametrize("query", ["", "?v=2_0"])
def test_baked_is_the_image(client, world, query):
    image = follow(client, f"/public/assertions/{world.assertion.entity_id}/image")
    assert baked(client, world.assertion, query).content == image.content


def test_baked_for_readers_of_open_badges_1_1(client, world):
    for row in (world.assertion, world.svg_assertion):
        answer = baked(client, row, "?v=1_1")
        assert "immutable" in answer["Cache-Control"]
        path = f"/public/assertions/{row.entity_id}?v=1_1&expand=badge&expand=badge.issuer"
        inside = documents.decode(baking.unbake(answer.content) or "")
        assert inside == client.get(path).json()
        assert inside["badge"]["issuer"]["name"] == "University"


def test_baked_of_a_revoked_award_holds_the_minimum(client, world):
    for query in ("", "?v=1_1"):
        inside = documents.decode(baking.unbake(baked(client, world.revoked, query).content) or "")
        assert set(inside) == {"@context", "type", "id", "revoked", "revocationReason"}


def test_baked_for_1_1_follows_its_class(client, world):
    path = f"/public/assertions/{world.assertion.entity_id}/baked?v=1_1"
    before = client.get(path)["Location"]
    world.badge_class.name = "Second steps"
    publish(world.badge_class)
    world.badge_class.save()
    after = client.get(path)["Location"]
    assert before != after
    assert client.get(before)["Location"] == after


@pytest.mark.parametrize("version", ["", "1_0", "3_0", "2_0 "])
def test_baked_knows_two_versions(client, world, version):
    path = f"/public/assertions/{world.assertion.entity_id}/baked"
    body = failure_of(client.get(path, {"v": version}), 400)
    assert body["validationErrors"] == ["Invalid OpenBadges version"]
    failure_of(client.get("/public/assertions/none/baked"), 404)
    assert client.post(path).status_code == 405


def test_images_are_not_run(client, world):
    for row in (world.svg_assertion, world.svg_class):
        answer = follow(client, f"/public/{row.collection}/{row.entity_id}/image")
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "script-src" not in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("name", ["../../secret-key", "artwork/../../secret-key", "secret-key"])
def test_only_artwork_is_served(client, world, name):
    assert client.get(f"/media/{name}").status_code == 404


def test_a_baked_image_needs_no_write(client, world, settings):
    before = sorted(settings.MEDIA_ROOT.rglob("*"))
    follow(client, f"/public/assertions/{world.assertion.entity_id}/image")
    assert sorted(settings.MEDIA_ROOT.rglob("*")) == before
    assert Assertion.objects.count() == 5


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_images_are_only_read(client, world, method):
    path = f"/public/assertions/{world.assertion.entity_id}/image"
    for address in (path, client.get(path)["Location"]):
        assert getattr(client, method)(address).status_code == 405


@pytest.mark.parametrize("tail", ["image", "image?type=png", "image?fmt=wide"])
def test_an_image_is_one_query(client, world, django_assert_num_queries, tail):
    for row in (world.assertion, world.badge_class, world.issuer):
        with django_assert_num_queries(1):
            answer = client.get(f"/public/{row.collection}/{row.entity_id}/{tail}")
        assert answer.status_code == 302
    baked = client.get(f"/public/assertions/{world.assertion.entity_id}/image")["Location"]
    with django_assert_num_queries(1):
        assert client.get(baked).status_code == 200

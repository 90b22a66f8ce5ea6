"""/v2/auth/tokens (badgr-api.md 1.3): one's own living access tokens."""

import pytest
from django.test import Client

from api.scopes import ADMINISTRATION, BADGE_CONNECT, ISSUER_ANY, SCOPES
from oauth.models import AccessToken
from tests.oauth.flows import opens
from tests.support.envelopes import failure_of, result_of
from tests.support.worlds import API, bearer, person

LIST = "/v2/auth/tokens"


@pytest.fixture
def me(ada):
    return API(ada, "rw:profile")


def test_the_list(me, dance):
    lms = dance(website_url="https://app.example")
    lms.token("r:profile", scope="r:profile")
    rows = result_of(me.get(LIST))
    assert len(rows) == 2  # the one that asks, too
    row = next(row for row in rows if row["scope"] == "r:profile")
    assert set(row) == {"entityType", "entityId", "application", "scope", "expires", "created"}
    assert row["entityType"] == "AccessToken"
    assert row["application"] == {
        "name": "LMS",
        "image": None,
        "website_url": "https://app.example",
        "clientId": lms.application.client_id,
        "policyUri": None,
        "termsUri": None,
    }
    assert row["expires"].endswith("Z")
    assert result_of(me.get(f"{LIST}/{row['entityId']}")) == [row]


def test_ending_one(me, dance):
    lms = dance()
    token = lms.token("r:issuer", scope="r:issuer")
    entity_id = AccessToken.objects.get(scope="r:issuer").entity_id
    answer = me.delete(f"{LIST}/{entity_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert opens(token) == 401
    assert lms.refresh(token).status_code == 400
    failure_of(me.get(f"{LIST}/{entity_id}"), 404)
    failure_of(me.delete(f"{LIST}/{entity_id}"), 404)


def test_nobody_elses(me, dance):
    eve = person("eve@example.org")
    theirs = bearer(eve, "r:profile")
    entity_id = AccessToken.objects.get(user=eve).entity_id
    assert entity_id not in {row["entityId"] for row in result_of(me.get(LIST))}
    failure_of(me.get(f"{LIST}/{entity_id}"), 404)
    failure_of(me.delete(f"{LIST}/{entity_id}"), 404)
    assert Client().get("/v2/issuers", headers=theirs).status_code == 403


def test_only_living_ones(me, dance, ada):
    dance().token("r:profile", scope="r:profile")
    ada.set_password("another-horse-9-battery")
    ada.save()
    assert len(result_of(me.get(LIST))) == 1


@pytest.mark.parametrize("scope", ["r:profile", "rw:issuer", "rw:backpack"])
@pytest.mark.parametrize("method", ["get", "delete"])
def test_another_scope(ada, scope, method):
    api = API(ada, scope)
    entity_id = AccessToken.objects.get().entity_id
    failure_of(getattr(api, method)(f"{LIST}/{entity_id}"), 403)
    failure_of(api.get(LIST), 403)
    assert AccessToken.objects.count() == 1


def test_no_token(db):
    failure_of(Client().get(LIST), 401)
    failure_of(Client().get(f"{LIST}/x"), 401)


def test_other_methods(me):
    failure_of(me.post(LIST, {}), 405)
    failure_of(me.put(f"{LIST}/x", {}), 405)


def test_paging_in_a_constant_number_of_queries(me, ada, django_assert_num_queries):
    for _ in range(6):
        bearer(ada, "r:profile")
    with django_assert_num_queries(2):
        assert len(result_of(me.get(LIST))) == 7
    page = me.get(f"{LIST}?num=3")
    assert len(result_of(page)) == 3
    assert 'rel="next"' in page["Link"]


@pytest.mark.parametrize("scope", [*SCOPES, *ADMINISTRATION, *BADGE_CONNECT, ISSUER_ANY])
def test_which_scope_it_takes(ada, client, scope):
    bearer(ada, "r:issuer")
    entity_id = AccessToken.objects.get(scope="r:issuer").entity_id
    headers = bearer(ada, scope)
    allowed = scope == "rw:profile"
    for method, path, done in (("GET", LIST, 200), ("GET", f"{LIST}/{entity_id}", 200),
                               ("DELETE", f"{LIST}/{entity_id}", 204)):  # fmt: skip
        answer = client.generic(method, path, headers=headers)
        assert answer.status_code == (done if allowed else 403), (method, path)

"""/v2/issuers/{id}/webhooks, /v2/webhooks/{id} and what lies under it"""

import pytest

from jobs.worker import run_due
from notify.models import Webhook, WebhookDelivery
from notify.webhooks.events import TYPES
from notify.webhooks.services.endpoints import MOST
from tests.mirror.remote import status
from tests.support.envelopes import failure_of, result_of
from tests.support.worlds import API, awarded, issuer_of, person

pytestmark = pytest.mark.django_db(transaction=True)
BODY = {"url": "https://lms.example/hooks", "events": ["assertion.revoked", "assertion.created"]}


@pytest.fixture
def api(issuer) -> API:
    return API(issuer.created_by)


@pytest.fixture
def path(issuer) -> str:
    return f"/v2/issuers/{issuer.entity_id}/webhooks"


def test_made_read_changed_deleted(api, path, issuer):
    answer = api.post(path, BODY)
    (made,) = result_of(answer, 201)
    assert answer["Cache-Control"] == "no-store"
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert made == {
        "entityType": "Webhook",
        "entityId": made["entityId"],
        "issuer": issuer.entity_id,
        "url": BODY["url"],
        "events": ["assertion.created", "assertion.revoked"],
        "createdAt": made["createdAt"],
        "disabled": False,
        "disabledReason": None,
        "failingSince": None,
        "restingUntil": None,
    }
    one = f"/v2/webhooks/{made['entityId']}"
    assert result_of(api.get(one)) == result_of(api.get(path)) == [made]
    (changed,) = result_of(api.put(one, {"disabled": True}))
    assert changed == made | {"disabled": True, "disabledReason": "by hand"}
    (changed,) = result_of(api.put(one, {"events": ["issuer.updated"], "disabled": False}))
    assert changed == made | {"events": ["issuer.updated"]}
    assert api.delete(one).status_code == 204
    failure_of(api.get(one), 404)
    assert result_of(api.get(path)) == []


def test_a_repeat_makes_one_and_tells_no_secret(api, path):
    key = {"Idempotency-Key": "once"}
    (first,) = result_of(api.post(path, BODY, **key), 201)
    (second,) = result_of(api.post(path, BODY, **key), 201)
    assert first.pop("secret")
    assert second == first
    failure_of(api.post(path, BODY | {"url": "https://other.example/"}, **key), 422)
    assert Webhook.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"url": "nowhere"}, {"url"}),
        ({"url": "ftp://a.example"}, {"url"}),
        ({"url": "https://xn--a/"}, {"url"}),
        ({"url": None}, {"url"}),
        ({"url": 7}, {"url"}),
        ({"url": "https://a.example/" + "x" * 2000}, {"url"}),
        ({"url": "https://a.example/" + "x" * 70_000}, {"url"}),
        ({"events": []}, {"events"}),
        ({"events": "assertion.created"}, {"events"}),
        ({"events": ["assertion.lost"]}, {"events.0"}),
        ({"events": ["assertion.created", {"a": []}]}, {"events.1"}),
        ({"events": ["assertion.created"] * 51}, {"events"}),
        ({"events": None}, {"events"}),
    ],
)
def test_bad_bodies(wrong, fields, api, path):
    assert set(failure_of(api.post(path, BODY | wrong), 400)["fieldErrors"]) == fields
    assert not Webhook.objects.exists()
    (made,) = result_of(api.post(path, BODY), 201)
    one = f"/v2/webhooks/{made['entityId']}"
    assert set(failure_of(api.put(one, wrong), 400)["fieldErrors"]) == fields
    assert result_of(api.get(one))[0]["url"] == BODY["url"]


def test_what_is_missing(api, path):
    assert set(failure_of(api.post(path, {}), 400)["fieldErrors"]) == {"url", "events"}


def test_too_many(api, path):
    for _ in range(MOST):
        result_of(api.post(path, BODY), 201)
    assert failure_of(api.post(path, BODY), 400)["validationErrors"]


def test_a_new_secret(api, path):
    (made,) = result_of(api.post(path, BODY), 201)
    answer = api.post(f"/v2/webhooks/{made['entityId']}/secret", None)
    (renewed,) = result_of(answer)
    assert answer["Cache-Control"] == "no-store"
    assert renewed.pop("secret") != made.pop("secret")
    assert renewed == made


def test_a_test_its_log_and_a_replay(api, issuer, hook, receiver):
    webhook, _ = hook(receiver.url)
    one = f"/v2/webhooks/{webhook.entity_id}"
    receiver.fails(status(500))
    (made,) = result_of(api.post(f"{one}/test", None), 202)
    assert (made["state"], made["eventType"], made["attempts"]) == ("waiting", "webhook.test", 0)
    assert made["nextAttemptAt"] and made["object"] == webhook.entity_id
    run_due()
    (told,) = result_of(api.get(f"{one}/deliveries"))
    assert (told["state"], told["lastStatus"], told["lastError"]) == (
        "waiting", 500, "It answered 500.")  # fmt: skip
    (told,) = result_of(api.post(f"{one}/deliveries/{made['entityId']}/replay", None), 202)
    assert told["entityId"] == made["entityId"]
    run_due()
    (told,) = result_of(api.get(f"{one}/deliveries"))
    assert (told["state"], told["nextAttemptAt"], told["attempts"]) == ("delivered", None, 2)
    assert receiver.taken[0].id == told["entityId"]


def test_a_disabled_one_sends_no_test(api, path):
    (made,) = result_of(api.post(path, BODY), 201)
    one = f"/v2/webhooks/{made['entityId']}"
    api.put(one, {"disabled": True})
    assert failure_of(api.post(f"{one}/test", None), 400)["validationErrors"]


def test_the_log_is_paged_with_a_constant_number_of_queries(
    api, webhook, badge_class, receiver, django_assert_max_num_queries
):
    for number in range(7):
        awarded(badge_class, f"{number}@example.org")
    run_due()
    path = f"/v2/webhooks/{webhook.entity_id}/deliveries"
    with django_assert_max_num_queries(5):
        answer = api.get(f"{path}?num=3")
    assert len(result_of(answer)) == 3
    assert 'rel="next"' in answer["Link"]
    with django_assert_max_num_queries(5):
        assert len(result_of(api.get(path))) == 7


def test_another_webhooks_event_is_not_replayed_through_mine(api, hook, receiver):
    mine, _ = hook(receiver.url)
    other = issuer_of(person("eve@example.org"))
    theirs, _ = hook(receiver.url, of=other)
    theirs_api = API(other.created_by)
    path = f"/v2/webhooks/{theirs.entity_id}/test"
    (made,) = result_of(theirs_api.post(path, None), 202)
    for webhook in (mine, theirs):
        path = f"/v2/webhooks/{webhook.entity_id}/deliveries/{made['entityId']}/replay"
        failure_of(api.post(path, None), 404)
    assert WebhookDelivery.objects.get().attempts == 0


def test_every_type_can_be_chosen(api, path):
    (made,) = result_of(api.post(path, BODY | {"events": list(TYPES)}), 201)
    assert made["events"] == list(TYPES)


@pytest.mark.parametrize("events", [["assertion.created"], ["assertion.created", "issuer.updated"]])
def test_as_a_form(events, api, path):
    """As all of `/v2` can be sent."""
    answer = api.client.post(path, BODY | {"events": events}, headers=api.headers)
    (made,) = result_of(answer, 201)
    assert made["events"] == events

"""/issuers/{id}/webhooks/ and what lies under it"""

import re

import pytest
from django.test import Client

from accounts.web import paging
from issuer.models import Role
from jobs.worker import run_due
from notify.models import Webhook, WebhookDelivery
from notify.webhooks.events import TYPES
from notify.webhooks.services.repeating import send_test
from notify.webhooks.web.forms import IN_WORDS
from notify.webhooks.web.urls import urlpatterns
from tests.mirror.remote import status
from tests.support.leafing import leaf
from tests.support.worlds import acting, awarded, issuer_of, person, staff

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = {"url": "https://lms.example/hooks", "events": ["assertion.created"]}
SECRET = re.compile(r'<code class="secret">([^<]+)</code>')


@pytest.fixture
def browser(issuer) -> Client:
    return signed_in(issuer.created_by)


@pytest.fixture
def page(issuer) -> str:
    return f"/issuers/{issuer.entity_id}/webhooks/"


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def of(webhook: Webhook) -> str:
    return f"/issuers/{webhook.issuer.entity_id}/webhooks/{webhook.entity_id}/"


def test_every_type_has_words():
    assert set(IN_WORDS) == set(TYPES)


def test_a_secret_is_shown_once(browser, page):
    assert "None yet." in browser.get(page).content.decode()
    answer = browser.post(page, FIELDS)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    (secret,) = SECRET.findall(answer.content.decode())
    assert secret.startswith("whsec_")
    made = Webhook.objects.get()
    for path in (page, of(made)):
        shown = browser.get(path).content.decode()
        assert "https://lms.example/hooks" in shown
        assert secret not in shown
    assert secret not in str(dict(browser.session))
    answer = browser.post(f"{of(made)}secret/")
    (renewed,) = SECRET.findall(answer.content.decode())
    assert renewed != secret


@pytest.mark.parametrize(
    "fields",
    [{}, {"url": "https://a.example/"}, FIELDS | {"url": "nowhere"}, FIELDS | {"url": "a\x00b"},
     FIELDS | {"events": ["assertion.lost"]}, FIELDS | {"url": "https://a.example/" + "x" * 2000}],
)  # fmt: skip
def test_a_bad_form(fields, browser, page, hook):
    answer = browser.post(page, fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert not Webhook.objects.exists()
    made, _ = hook("https://a.example/")
    answer = browser.post(of(made), fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    made.refresh_from_db()
    assert made.url == "https://a.example/"


def test_changing(browser, hook):
    made, _ = hook("https://a.example/")
    assert browser.post(of(made), FIELDS)["Location"] == of(made)
    made.refresh_from_db()
    assert (made.url, made.events) == (FIELDS["url"], FIELDS["events"])
    assert "Saved." in browser.get(of(made)).content.decode()


def test_texts_are_escaped(browser, hook):
    made, _ = hook("https://a.example/?<script>alert(1)</script>")
    assert "<script>alert" not in browser.get(of(made)).content.decode()


def test_a_test_the_log_and_replays(browser, webhook, badge_class, receiver):
    receiver.fails(status(500))
    browser.post(f"{of(webhook)}test/")
    run_due()
    shown = browser.get(of(webhook)).content.decode()
    assert "It answered 500." in shown
    assert "Failing since" in shown
    event = WebhookDelivery.objects.get()
    browser.post(f"{of(webhook)}deliveries/{event.entity_id}/replay/")
    run_due()
    shown = browser.get(of(webhook)).content.decode()
    assert "It answered 500." not in shown
    assert "delivered" in shown
    WebhookDelivery.objects.update(state="dead")
    browser.post(f"{of(webhook)}replay/")
    run_due()
    assert [taken.id for taken in receiver.taken] == [event.entity_id] * 2


def test_disabled_and_enabled(browser, webhook):
    browser.post(f"{of(webhook)}disable/")
    shown = browser.get(of(webhook)).content.decode()
    assert "Somebody disabled it." in shown
    assert "Somebody disabled it." in browser.get(of(webhook).rpartition("webhooks/")[0]
                                                 + "webhooks/").content.decode()  # fmt: skip
    browser.post(f"{of(webhook)}test/")
    assert "Enable it first." in browser.get(of(webhook)).content.decode()
    browser.post(f"{of(webhook)}enable/")
    assert Webhook.objects.get().disabled_at is None


def test_deleting(browser, page, webhook):
    assert browser.post(f"{of(webhook)}delete/")["Location"] == page
    assert browser.get(of(webhook)).status_code == 404


def test_the_log_is_turned_over(
    monkeypatch, browser, webhook, badge_class, receiver, django_assert_max_num_queries
):
    for number in range(5):
        awarded(badge_class, f"{number}@example.org")
    run_due()
    monkeypatch.setattr(paging, "SIZE", 2)
    with django_assert_max_num_queries(9):
        browser.get(of(webhook))
    leaves = list(leaf(browser, of(webhook)))
    seen = [name for each in leaves for name in re.findall(r"<small><code>([^<]+)</code>", each)]
    assert len(leaves) == 3
    assert len(set(seen)) == len(seen) == 5
    assert browser.get(f"{of(webhook)}?cursor=rubbish").status_code == 404


def paths(issuer, webhook, event) -> list[str]:
    names = {"<str:entity_id>": issuer.entity_id, "<str:webhook_id>": webhook.entity_id,
             "<str:event_id>": event.entity_id}  # fmt: skip
    found = []
    for pattern in urlpatterns:
        path = f"/issuers/{pattern.pattern}"
        for name, value in names.items():
            path = path.replace(name, value)
        found.append(path)
    return found


def test_every_page_is_for_owners_alone(issuer, webhook):
    """403 for other staff, 404 for strangers, who may own another issuer."""
    event = send_test(actor=acting(issuer.created_by), webhook=webhook)
    stranger = person("eve@example.org")
    elsewhere = issuer_of(stranger)
    people = {
        403: [staff(issuer, f"{role}@example.org", role) for role in (Role.EDITOR, Role.STAFF)],
        404: [stranger, person("admin@example.org", administrator=True)],
    }
    for code, users in people.items():
        for user in users:
            for path in paths(issuer, webhook, event):
                assert signed_in(user).post(path, FIELDS).status_code == code
            for path in paths(issuer, webhook, event)[:2]:
                assert signed_in(user).get(path).status_code == code
    for path in paths(elsewhere, webhook, event)[1:]:
        assert signed_in(stranger).post(path, FIELDS).status_code == 404
    assert (Webhook.objects.count(), WebhookDelivery.objects.get().attempts) == (1, 0)


def test_anonymous_people_are_led_to_the_sign_in(issuer, webhook):
    event = send_test(actor=acting(issuer.created_by), webhook=webhook)
    for path in paths(issuer, webhook, event):
        answer = Client().post(path, FIELDS)
        assert answer["Location"] == f"/accounts/login/?next={path}"
    assert Webhook.objects.get().url == webhook.url


def test_they_need_the_csrf_token(issuer, webhook):
    event = send_test(actor=acting(issuer.created_by), webhook=webhook)
    client = Client(enforce_csrf_checks=True)
    client.force_login(issuer.created_by)
    for path in paths(issuer, webhook, event):
        assert client.post(path, FIELDS).status_code == 403


@pytest.mark.parametrize("name", ["unknown", "%00", "☃", "1"])
def test_unknown_ones(name, browser, page, webhook):
    assert browser.get(f"/issuers/{name}/webhooks/").status_code == 404
    assert browser.get(f"{page}{name}/").status_code == 404
    assert browser.post(f"{of(webhook)}deliveries/{name}/replay/").status_code == 404


def test_acts_are_posted(browser, webhook):
    for act in ("secret", "test", "disable", "enable", "delete", "replay"):
        assert browser.get(f"{of(webhook)}{act}/").status_code == 405

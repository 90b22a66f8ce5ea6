"""The pages under /staff/mirror/: for administrators, without secrets."""

import pytest
from django.test import Client
from django.urls import reverse

from jobs.models import Job
from jobs.worker import run_due
from mirror.models import BadgeProvider, MirroredBadgeClass
from mirror.services.providers import choose_badge_class
from tests.mirror.conftest import provider_of
from tests.mirror.remote import PASSWORD, USERNAME
from tests.support.worlds import SERVER, awarded, badge_class_of, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(issuer) -> Client:
    browser = Client()
    browser.force_login(issuer.created_by)
    return browser


def form(issuer, remote, **more) -> dict:
    return {"name": "Remote", "slug": "remote", "type": "badgr", "api_url": f"{remote.url}/v2",
            "issuer": issuer.pk, "issuer_entity_id": "remote-issuer", "salt": "", "username": "",
            "password": ""} | more  # fmt: skip


def test_a_provider_is_added_and_changed(client, issuer, remote) -> None:
    path = reverse("admin:mirror_badgeprovider_add")
    sent = form(issuer, remote, username=USERNAME, password=PASSWORD)
    assert client.post(path, sent).status_code == 302
    provider = BadgeProvider.objects.get()
    assert (provider.api_url, provider.password) == (remote.url, PASSWORD)
    path = reverse("admin:mirror_badgeprovider_change", args=[provider.pk])
    page = client.get(path).content.decode()
    assert "Remote" in page
    assert PASSWORD not in page and USERNAME not in page
    assert client.post(path, form(issuer, remote, name="Other")).status_code == 302
    provider.refresh_from_db()
    assert (provider.name, provider.username, provider.password) == ("Other", USERNAME, PASSWORD)


def test_a_bad_address_is_told_at_the_field(client, issuer, remote) -> None:
    path = reverse("admin:mirror_badgeprovider_add")
    answer = client.post(path, form(issuer, remote, api_url="nowhere"))
    assert "api_url" in answer.context["adminform"].form.errors


def test_a_provider_in_use_does_not_become_another_one(
    client, provider, issuer, badge_class, remote
) -> None:
    awarded(badge_class)
    run_due()
    path = reverse("admin:mirror_badgeprovider_change", args=[provider.pk])
    answer = client.post(path, form(issuer, remote, issuer_entity_id="another"))
    (told,) = answer.context["adminform"].form.errors["issuer_entity_id"]
    assert "Remove it and add it anew" in told
    assert client.post(path, form(issuer, remote, name="Other")).status_code == 302


def test_of_a_chosen_class_only_its_counterpart_changes(
    client, issuer, badge_class, remote
) -> None:
    provider = provider_of(issuer, remote, all_classes=False)
    row = choose_badge_class(actor=SERVER, provider=provider, badge_class=badge_class)
    other = badge_class_of(issuer, name="Second steps")
    path = reverse("admin:mirror_mirroredbadgeclass_change", args=[row.pk])
    sent = {"provider": provider.pk, "badge_class": other.pk, "remote_id": "chosen"}
    assert client.post(path, sent).status_code == 302
    row.refresh_from_db()
    assert (row.badge_class, row.remote_id) == (badge_class, "chosen")
    second = choose_badge_class(actor=SERVER, provider=provider, badge_class=other)
    path = reverse("admin:mirror_mirroredbadgeclass_change", args=[second.pk])
    answer = client.post(path, sent)
    assert answer.context["adminform"].form.errors, "one remote class is no two of ours"


def test_a_class_is_chosen(client, issuer, badge_class, remote) -> None:
    provider = provider_of(issuer, remote, all_classes=False)
    path = reverse("admin:mirror_mirroredbadgeclass_add")
    sent = {"provider": provider.pk, "badge_class": badge_class.pk, "remote_id": ""}
    assert client.post(path, sent).status_code == 302
    run_due()
    assert MirroredBadgeClass.objects.get().remote_id == remote.classes[0]["entityId"]


def test_awards_are_shown_and_not_changed(client, provider, badge_class, remote) -> None:
    assertion = awarded(badge_class)
    run_due()
    path = reverse("admin:mirror_mirroredassertion_changelist")
    page = client.get(path).content.decode()
    assert assertion.entity_id in page
    assert "grace@example.org" not in page
    assert client.get(reverse("admin:mirror_mirroredassertion_add")).status_code == 403


@pytest.mark.parametrize("action", ["retry_now", "compare"])
def test_actions(action, client, provider, badge_class, remote) -> None:
    awarded(badge_class)
    path = reverse("admin:mirror_badgeprovider_changelist")
    sent = {"action": action, "_selected_action": [provider.pk]}
    assert client.post(path, sent).status_code == 302
    run_due()
    assert len(remote.awards) == 1
    assert not Job.objects.filter(state="dead").exists()


def test_deleting_ends_it(client, provider) -> None:
    path = reverse("admin:mirror_badgeprovider_delete", args=[provider.pk])
    assert client.post(path, {"post": "yes"}).status_code == 302
    assert not BadgeProvider.objects.exists()


def test_it_is_not_for_others(provider, issuer) -> None:
    browser = Client()
    browser.force_login(person("other@example.org"))
    path = reverse("admin:mirror_badgeprovider_changelist")
    assert browser.get(path).status_code in (302, 403)

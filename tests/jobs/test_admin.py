"""/staff/jobs/job/: for administrators; dead jobs are seen and brought back."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from jobs.claiming import claim
from jobs.models import Job
from jobs.services import abandon, enqueue
from tests.support.worlds import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ran")]
LIST = reverse("admin:jobs_job_changelist")


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(person(administrator=True))
    return client


@pytest.fixture
def dead(registered) -> Job:
    enqueue(kind="note", payload={"id": "dead"})
    (job,) = claim()
    abandon(job, ValueError("a quoted secret"))
    return job


def test_they_are_listed_by_state_and_kind(browser, dead):
    enqueue(kind="note", payload={"id": "waiting"})
    assert b"2 jobs" in browser.get(LIST).content
    shown = browser.get(f"{LIST}?state__exact=dead&kind=note").content.decode()
    assert "1 job" in shown
    assert "builtins.ValueError" in shown
    assert "a quoted secret" not in shown


def test_a_dead_one_is_brought_back(browser, dead):
    waiting = enqueue(kind="note", payload={"id": "waiting"})
    sent = {"action": "retry_dead", "_selected_action": [dead.pk, waiting.pk]}
    answer = browser.post(LIST, sent, follow=True)
    assert b"Jobs brought back: 1." in answer.content
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("waiting", 0)
    (entry,) = LogEntry.objects.all()
    assert (entry.object_id, entry.user.email) == (str(dead.pk), "ada@example.org")
    history = browser.get(reverse("admin:jobs_job_history", args=[dead.pk])).content
    assert b"Brought back" in history


def test_nothing_is_changed_by_hand(browser, dead):
    one = reverse("admin:jobs_job_change", args=[dead.pk])
    assert browser.get(one).status_code == 200
    assert browser.post(one, {"kind": "other"}).status_code == 403
    assert browser.get(reverse("admin:jobs_job_add")).status_code == 403
    assert browser.post(reverse("admin:jobs_job_delete", args=[dead.pk])).status_code == 403
    sent = {"action": "delete_selected", "_selected_action": [dead.pk], "post": "yes"}
    browser.post(LIST, sent)
    assert Job.objects.get().kind == "note"


def test_it_is_for_administrators_alone(dead):
    client = Client()
    client.force_login(person("other@example.org"))
    sent = {"action": "retry_dead", "_selected_action": [dead.pk]}
    assert client.get(LIST).status_code in (302, 403)
    client.post(LIST, sent)
    dead.refresh_from_db()
    assert dead.state == "dead"

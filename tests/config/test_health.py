"""/healthz tells the truth: 503 when nothing can be served, 200 with the backlog otherwise."""

import json
import shutil
from datetime import timedelta

import pytest
from django.conf import settings as current
from django.db import connection
from django.test import Client
from django.utils import timezone

from jobs.models import Job


def ask(client: Client, host: str = "localhost") -> tuple[int, dict[str, object]]:
    answer = client.get("/healthz", headers={"host": host})
    assert answer["Cache-Control"] == "no-store"
    return answer.status_code, json.loads(answer.content)


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["localhost", "10.0.0.7:8000", "balancer", "evil.example"])
def test_it_answers_any_host(client: Client, host: str) -> None:
    status, report = ask(client, host)
    assert (status, report["status"]) == (200, "ok")


@pytest.mark.django_db
def test_late_and_dead_jobs_are_told_with_200(client: Client) -> None:
    late = timezone.now() - timedelta(hours=1)
    Job.objects.create(kind="test", priority=50, max_attempts=1, run_at=late)
    Job.objects.create(
        kind="test", priority=50, max_attempts=1, state=Job.State.DEAD, finished_at=late
    )
    status, report = ask(client)
    assert status == 200
    jobs = report["jobs"]
    assert isinstance(jobs, dict)
    assert (jobs["due"], jobs["dead"]) == (1, 1)
    assert jobs["oldest_seconds"] >= 3600


@pytest.mark.django_db
def test_without_media_it_is_503(client: Client) -> None:
    shutil.rmtree(current.MEDIA_ROOT)
    status, report = ask(client)
    assert (status, report["media"], report["status"]) == (503, "not writable", "failing")


@pytest.mark.django_db(transaction=True)
def test_without_its_tables_it_is_503(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE jobs_job RENAME TO away")
        try:
            status, report = ask(client)
        finally:
            cursor.execute("ALTER TABLE away RENAME TO jobs_job")
    assert (status, report["database"], report["status"]) == (503, "unusable", "failing")
    assert ask(client)[0] == 200

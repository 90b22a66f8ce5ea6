"""/metrics: there where a token is set, for who knows it; the jobs by kind."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from jobs.claiming import claim
from jobs.errors import Abandon
from jobs.models import Job
from jobs.services import abandon, enqueue, fail

TOKEN = "a-secret-of-the-operators"
KNOWN = {"authorization": f"Bearer {TOKEN}"}
LINE = re.compile(r'(laurel_jobs_\w+)\{kind="([a-z.-]+)"\} (\d+)')

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def token(settings) -> None:
    settings.LAUREL_METRICS_TOKEN = TOKEN


def test_without_a_token_there_is_no_page(client: Client, settings) -> None:
    settings.LAUREL_METRICS_TOKEN = ""
    for headers in ({}, KNOWN, {"authorization": "Bearer "}):
        assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}, {"authorization": "Bearer "}],
    ids=["none", "wrong", "no scheme", "empty"],
)
def test_strangers_are_refused(client: Client, headers: dict[str, str]) -> None:
    answer = client.get("/metrics", headers=headers)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.content == b""


def test_nobody_writes_to_it(client: Client) -> None:
    assert client.post("/metrics", headers=KNOWN).status_code == 405


def test_jobs_are_told_by_kind(client: Client) -> None:
    now = timezone.now()
    for number in range(4):
        due = now - timedelta(seconds=100 + number)
        enqueue(kind="mirror.award", payload={"provider": 1, "assertion": number}, run_at=due)
    rested, died, *_ = claim(limit=3)
    fail(rested, ValueError())
    abandon(died, Abandon("no"))
    enqueue(kind="accounts.mail", payload={}, run_at=now + timedelta(hours=1))
    answer = client.get("/metrics", headers=KNOWN)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "no-store" in answer["Cache-Control"]
    told = {(name, kind): int(number) for name, kind, number in LINE.findall(answer.text)}
    assert [
        told[f"laurel_jobs_{name}", "mirror.award"]
        for name in ("waiting", "due", "attempts", "running", "dead")
    ] == [2, 1, 1, 1, 1]
    assert 100 <= told["laurel_jobs_oldest_due_seconds", "mirror.award"] < 200
    assert told["laurel_jobs_waiting", "accounts.mail"] == 1
    assert told["laurel_jobs_due", "accounts.mail"] == 0
    assert told["laurel_jobs_oldest_due_seconds", "accounts.mail"] == 0
    assert told["laurel_jobs_due", "mirror.sweep"] == 0  # known, though there is none


def test_every_line_is_of_the_format(client: Client) -> None:
    lines = client.get("/metrics", headers=KNOWN).text.splitlines()
    assert all(LINE.fullmatch(line) or line.startswith(("# HELP", "# TYPE")) for line in lines)


def test_one_statement_however_many(client: Client, django_assert_num_queries) -> None:
    for count in (1, 50):
        Job.objects.bulk_create(
            Job(kind=f"some.kind-{'x' * n}", priority=50, max_attempts=1) for n in range(count)
        )
        with django_assert_num_queries(1):
            client.get("/metrics", headers=KNOWN)

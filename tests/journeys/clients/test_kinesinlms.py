"""KinesinLMS (clients.md 1, 2, 4): its requests, and what it reads of the answers.

Its api_url ends in a slash; it reads 200 and 201 exactly, and logs in anew on 401 alone.
"""

import io
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.support.clients import APIClient
from tests.support.images import SVG, png
from tests.support.kinesinlms import LEARNER, KinesinLMS
from tests.support.servers import ROOT, Server


@pytest.fixture
def lms(server: Server, credentials) -> KinesinLMS:
    return KinesinLMS(f"{server.url}/", credentials)


@pytest.mark.parametrize("image", [png(), SVG], ids=["png", "svg"])
def test_it_awards_and_shows_the_image(lms: KinesinLMS, admin: APIClient, issuer, image):
    made = lms.award(admin.badge_class(issuer, image)["entityId"])
    assert made["openBadgeId"].startswith(f"{lms.api_url}public/assertions/")
    shown = httpx.get(made["image"], follow_redirects=True)
    assert shown.status_code == 200
    if "svg" not in shown.headers["Content-Type"]:
        Image.open(io.BytesIO(shown.content)).verify()


def test_its_salt_is_not_ours(lms: KinesinLMS, badge_class):
    answer = lms.award(badge_class)
    sent = httpx.get(answer["openBadgeId"]).json()["recipient"]
    assert len(sent["salt"]) == 32
    assert lms.logins == 1


def test_a_stale_token_costs_one_login(lms: KinesinLMS, badge_class):
    lms.access_token = "stale"
    assert lms.award(badge_class)["badgeclass"] == badge_class
    assert lms.logins == 1


def test_a_refresh_ends_the_token_before(lms: KinesinLMS, badge_class):
    lms.login()
    before = lms.access_token
    lms.refresh()
    lms.award(badge_class)
    assert lms.logins == 1
    lms.access_token = before
    lms.award(badge_class)
    assert lms.logins == 2


def test_an_administrator_reads_ids_off_the_public_objects(lms: KinesinLMS, issuer, badge_class):
    for kind, entity_id in (("issuers", issuer), ("badges", badge_class)):
        shown = httpx.get(f"{lms.api_url}public/{kind}/{entity_id}").json()
        assert shown["id"].endswith(f"/{entity_id}")
    image = httpx.get(f"{shown['id']}/image", follow_redirects=True)
    assert image.headers["Content-Type"] == "image/png"


@pytest.mark.parametrize(("once", "retried", "awards"), [(True, "400", 1), (False, "201", 2)])
def test_killed_between_our_answer_and_its_record(
    tmp_path: Path, lms: KinesinLMS, admin: APIClient, issuer, once, retried, awards
):
    """It asks again, as it knows of nothing: a class that is once per person has one award."""
    badge_class = admin.badge_class(issuer, oncePerPerson=once)["entityId"]
    record = tmp_path / "record"
    program = [sys.executable, "-m", "tests.support.kinesinlms", lms.api_url]
    program += [*lms.credentials.values(), badge_class, str(record)]
    with subprocess.Popen(
        [*program, "pause"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as killed:
        assert killed.stdout
        assert killed.stdout.readline() == "201\n"
        killed.kill()
    assert killed.returncode == -signal.SIGKILL
    assert recorded(record) == ("IN_PROGRESS", "")
    again = subprocess.run(
        [*program, "go on"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert again.stdout == f"{retried}\n"
    listed = admin.http.get(f"/v2/badgeclasses/{badge_class}/assertions?recipient={LEARNER}").json()
    assert len(listed["result"]) == awards
    assert recorded(record)[0] == ("FAILED" if once else "COMPLETE")


def recorded(record: Path) -> tuple[str, str]:
    with closing(sqlite3.connect(record)) as rows:
        return rows.execute("SELECT status, entity_id FROM award").fetchone()

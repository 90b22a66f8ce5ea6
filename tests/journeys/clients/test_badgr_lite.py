"""badgr-lite 1.0.2, run for real by its command line, token by curl as its README says.

It knows one server, Badgr's hosted service: tests/clients/use_badgr_lite.py diverts what it asks
there, and the addresses it prints are made up of that name. Its award is broken against every
server once the access token is stale: it refreshes, stores the new tokens, then sends the old one
again. The next award is fine.
"""

import json
from pathlib import Path

import httpx
import pytest

from tests.support.programs import use
from tests.support.servers import Server

LEARNER = "recipient@example.com"


@pytest.fixture
def token_file(server: Server, credentials, tmp_path: Path) -> Path:
    """curl -X POST …/o/token -d "username=…&password=…" > token.json"""
    file = tmp_path / "token.json"
    file.write_bytes(httpx.post(f"{server.url}/o/token", data=credentials).content)
    return file


@pytest.fixture
def badgr(server: Server, token_file: Path):
    return lambda *arguments: use("badgr_lite", server.url, "--token-file", token_file, *arguments)


def spoil(token_file: Path, *names: str) -> None:
    token = json.loads(token_file.read_text())
    token_file.write_text(json.dumps(token | dict.fromkeys(names, "stale")))


def test_it_lists(badgr, badge_class):
    done = badgr("list-badges")
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [badge_class, f"https://badgr.io/public/assertions/{badge_class}", "First steps"] in rows


@pytest.mark.parametrize(
    ("more", "evidence"),
    [
        ([], []),
        (["--notify"], []),
        (
            ["--evidence-url", "https://example.com/", "--evidence-narrative", "Done"],
            [{"url": "https://example.com/", "narrative": "Done"}],
        ),
    ],
    ids=["plain", "notify", "evidence"],
)
def test_it_awards(badgr, admin, badge_class, more, evidence):
    done = badgr("award-badge", "--badge-id", badge_class, "--recipient", LEARNER, *more)
    assert done.returncode == 0, done.stderr
    entity_id, _, name = done.stdout.strip().split("\t")
    assert name == "<No name>"
    (row,) = admin.http.get(f"/v2/assertions/{entity_id}").json()["result"]
    assert row["badgeclass"] == badge_class
    assert row["recipient"]["plaintextIdentity"] == LEARNER
    assert row["evidence"] == evidence


def test_it_knows_a_bad_badge_and_bad_data(badgr, badge_class):
    done = badgr("award-badge", "--badge-id", "unknown", "--recipient", LEARNER)
    assert "BadBadgeIdError" in done.stderr
    done = badgr("award-badge", "--badge-id", badge_class, "--recipient", "nobody")
    assert "AwardBadgeBadDataError" in done.stderr


def test_a_stale_token_is_refreshed_and_stored(badgr, badge_class, token_file):
    before = json.loads(token_file.read_text())
    spoil(token_file, "access_token")
    done = badgr("list-badges")
    assert done.returncode == 0, done.stderr
    assert badge_class in done.stdout
    after = json.loads(token_file.read_text())
    assert set(after) == set(before)
    assert after["refresh_token"] != before["refresh_token"]


def test_after_a_stale_token_the_second_award_is_made(badgr, badge_class, admin, token_file):
    spoil(token_file, "access_token")
    award = ["award-badge", "--badge-id", badge_class, "--recipient", LEARNER]
    assert "TokenAndRefreshExpiredError" in badgr(*award).stderr
    assert badgr(*award).returncode == 0
    rows = admin.http.get(f"/v2/badgeclasses/{badge_class}/assertions").json()["result"]
    assert len(rows) == 1


def test_two_stale_tokens_are_an_error(badgr, token_file):
    spoil(token_file, "access_token", "refresh_token")
    done = badgr("list-badges")
    assert done.returncode != 0
    assert "response.status_code == 200" in done.stderr

"""Two Laurels: one mirrors into the other through its own Badgr API. One of them may be away."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.crash.siege import let_time_pass
from tests.support.clients import APIClient, connect
from tests.support.servers import OWNER, Server
from tests.support.threads import eventually

PATIENCE = 60.0


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    here = Server(tmp_path / "here", LAUREL_OUTBOUND_ALLOW="127.0.0.1")
    there = Server(tmp_path / "there")
    try:
        yield here.start(), there.start()
    finally:
        here.close()
        there.close()


def mirror(here: Server, there: Server, remote_issuer: str) -> None:
    secret = there.command("app-password", "--user", OWNER, "--name", "mirror")
    made = here.command(
        *("mirror", "add", "--type", "badgr", "--name", "There", "--slug", "there"),
        *("--url", f"http://127.0.0.1:{there.port}/v2/", "--issuer-entity-id", remote_issuer),
        *("--all-classes", "--username", secret["username"], "--password", secret["password"]),
    )
    assert (made["created"], made["url"]) == (True, f"http://127.0.0.1:{there.port}")
    assert here.command("mirror", "test")["ok"] is True


def awards(client: APIClient, issuer: str) -> list[dict[str, Any]]:
    path = f"/v2/issuers/{issuer}/assertions?include_revoked=1&include_expired=1"
    answer = client.http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def until(holds: Callable[[], bool]) -> None:
    eventually(holds, PATIENCE)


def test_awards_corrections_and_revocations_arrive(pair: tuple[Server, Server]) -> None:
    here, there = pair
    with closing(connect(here)) as local, closing(connect(there)) as remote:
        issuer, remote_issuer = (c.issuer()["entityId"] for c in (local, remote))
        mirror(here, there, remote_issuer)
        badge_class = local.badge_class(issuer, expires={"amount": 1, "duration": "years"})
        made = local.award(
            badge_class["entityId"],
            "grace@example.org",
            issuedOn="2026-01-02T03:04:05Z",
            narrative="Danced.",
            evidence=[{"url": "https://e.example/1", "narrative": "Seen."}],
        )
        until(lambda: len(awards(remote, remote_issuer)) == 1)
        (copy,) = awards(remote, remote_issuer)
        for key in ("issuedOn", "expires", "narrative", "evidence"):
            assert copy[key] == made[key], key
        assert copy["recipient"]["plaintextIdentity"] == "grace@example.org"
        (there_class,) = remote.http.get(f"/v2/issuers/{remote_issuer}/badgeclasses").json()[
            "result"
        ]
        for key in ("name", "description", "criteriaNarrative", "expires"):
            assert there_class[key] == badge_class[key], key

        change = {"narrative": "Danced twice.", "expires": None}
        assert local.http.put(f"/v2/assertions/{made['entityId']}", json=change).status_code == 200
        until(lambda: awards(remote, remote_issuer)[0]["narrative"] == "Danced twice.")
        assert awards(remote, remote_issuer)[0]["expires"] is None

        reason = {"revocation_reason": "A mistake."}
        path = f"/v2/assertions/{made['entityId']}"
        assert local.http.request("DELETE", path, json=reason).status_code == 200
        until(lambda: awards(remote, remote_issuer)[0]["revoked"])
        (copy,) = awards(remote, remote_issuer)
        assert copy["revocationReason"] == "A mistake."
        assert remote.http.get(f"/public/assertions/{copy['entityId']}").status_code == 410

        (row,) = here.command("mirror", "list")["mirrors"]
        assert row["awards"] == {"staged": 0, "in_progress": 0, "complete": 1, "failed": 0}
        (compared,) = here.command("mirror", "reconcile")["mirrors"]
        assert compared == {"slug": "there", "here": 1, "there": 1, "missing": 0, "differing": 0,
                            "unknown": 0, "withdrawn": 0}  # fmt: skip


def test_a_remote_that_was_away_gets_all_once(pair: tuple[Server, Server]) -> None:
    """The other server is killed while awards are on their way to it, and comes back."""
    here, there = pair
    with closing(connect(here)) as local, closing(connect(there)) as remote:
        issuer, remote_issuer = (c.issuer()["entityId"] for c in (local, remote))
        mirror(here, there, remote_issuer)
        badge_class = local.badge_class(issuer)["entityId"]
        for number in range(10):
            local.award(badge_class, f"recipient-{number}@example.org")
        until(lambda: len(awards(remote, remote_issuer)) >= 2)
        there.kill()
        for number in range(10, 15):
            local.award(badge_class, f"recipient-{number}@example.org")
        there.start()
        let_time_pass(here)  # in which one that was asked for as it died may come yet
        here.command("mirror", "retry")
        counts = lambda: here.command("mirror", "list")["mirrors"][0]["awards"]  # noqa: E731
        until(lambda: counts()["complete"] == 15)
        people = [row["recipient"]["plaintextIdentity"] for row in awards(remote, remote_issuer)]
        assert sorted(people) == sorted(f"recipient-{n}@example.org" for n in range(15))

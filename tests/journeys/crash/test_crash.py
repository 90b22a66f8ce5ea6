"""Kill -9 at random moments, under load: what was acknowledged is there once, and copied once.

LAUREL_CRASH_ROUNDS kills (20) of the process group or of one process of it, during single awards,
lists of up to 10,000, mails and mirroring.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys.crash.letters import Letters
from tests.journeys.crash.load import Classes, Load
from tests.journeys.crash.siege import (
    VICTIMS,
    WORKING,
    jobs_run,
    let_time_pass,
    most_claims,
    strike,
)
from tests.journeys.crash.wishes import LONG_LIST, SHORT_LIST, AwardWish, Ledger
from tests.mirror.remote import PASSWORD, USERNAME, RemoteBadgr
from tests.support.clients import APIClient, connect
from tests.support.servers import Server
from tests.support.smtp import Sink
from tests.support.threads import eventually

ROUNDS = int(os.environ.get("LAUREL_CRASH_ROUNDS", "20"))
LONGEST_ROUND = 1.2  # seconds of load before the kill, at most
A_LIST_EACH = 10  # rounds
TOLD_EACH = 50  # rounds: many of them take an hour
WORKING_OFF = "issuer.issuance"


@pytest.fixture
def letters() -> Iterator[Letters]:
    with Sink() as sink:
        yield Letters(sink)


@pytest.fixture
def server(tmp_path: Path, letters: Letters) -> Iterator[Server]:
    more = {"LAUREL_WORKERS": "2", "LAUREL_OUTBOUND_ALLOW": "127.0.0.1"}
    running = Server(tmp_path / "data", **more, **letters.environment)
    try:
        yield running.start()
    finally:
        running.close()


@pytest.fixture
def client(server: Server) -> Iterator[APIClient]:
    with closing(connect(server)) as connected:
        yield connected


@pytest.fixture
def remote() -> Iterator[RemoteBadgr]:
    running = RemoteBadgr(refuses_duplicates=False)
    yield running
    running.close()


@pytest.fixture
def load(server: Server, client: APIClient, remote: RemoteBadgr, tmp_path: Path) -> Load:
    load = Load(server, client, Classes(client), Ledger(tmp_path / "ledger"))
    server.command(
        *("mirror", "add", "--type", "badgr", "--name", "Remote", "--slug", "remote"),
        *("--url", remote.url, "--issuer-entity-id", "remote-issuer"),
        *("--badge-class", load.classes.mirrored, "--username", USERNAME, "--password", PASSWORD),
    )
    return load


def test_what_was_acknowledged_survives_once(
    server: Server, client: APIClient, remote: RemoteBadgr, letters: Letters, load: Load
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    besiege(server, load, random.Random(seed))
    acknowledged = load.ledger.read()
    assert load.failures == []
    assert load.repeated >= ROUNDS / 2, "the kills came at moments when nobody was asking"
    claims = most_claims(server, WORKING_OFF)
    assert claims > 1, "the kills came at moments when no list was worked off"
    awards = {key: made for key, made in acknowledged.items() if key.startswith("award-")}
    assert set(awards) == {f"award-{n}" for n in range(len(awards))}, "a wish was forgotten"
    assert_no_job_is_given_up(client)

    assert_lists_are_worked_off(client, load, acknowledged)
    ordinary, mirrored, listed = (
        list(all_awards(client, badge_class))
        for badge_class in (load.classes.ordinary, load.classes.mirrored, load.classes.listed)
    )
    made = Counter(award["entityId"] for award in ordinary + mirrored)
    assert set(made) == set(awards.values())
    assert_once(award["recipient"]["plaintextIdentity"] for award in ordinary + mirrored + listed)
    expected = {identity for wish in load.lists for identity in wish.identities()}
    assert {award["recipient"]["plaintextIdentity"] for award in listed} == expected
    for award in ordinary + mirrored:
        assert_document(server, client, award)

    people = [award["recipient"]["plaintextIdentity"] for award in mirrored]
    eventually(lambda: len(remote.awards) >= len(people), 60)
    assert sorted(row["recipient"]["identity"] for row in remote.awards) == sorted(people)
    told = [AwardWish(number).identity for number in range(len(awards)) if AwardWish(number).mailed]
    letters.assert_each_got_one_mail(told)
    assert_no_job_is_given_up(client)
    print(f"{ROUNDS} kills, {len(made)} awards, {len(listed)} by list, {len(people)} mirrored,")
    print(f"{len(told)} mailed by {len(letters.sink.letters)} letters,")
    print(f"{load.repeated} asked for again, a list begun {claims} times")


def besiege(server: Server, load: Load, moments: random.Random) -> None:
    """At the end everything is answered, and nobody holds anything."""
    for number in range(ROUNDS):
        load.start()
        victims = VICTIMS
        if number % 20 == 0:
            load.want_list(LONG_LIST)
            # Accepting it takes longer than a round: here its working off is to be cut off.
            eventually(lambda: load.lists[-1].key in load.ledger.known, 60)
            eventually(lambda: jobs_run(server, WORKING_OFF), 60)
            victims = WORKING
        elif number % A_LIST_EACH == 0:
            load.want_list(SHORT_LIST)
        if number % 2:  # else it may come while they start
            eventually(lambda: jobs_run(server), 60)
        time.sleep(moments.uniform(0.02, LONGEST_ROUND))
        strike(server, moments.choice(victims))
        load.stop()
        if (number + 1) % TOLD_EACH == 0:
            print(f"{number + 1} of {ROUNDS} kills", flush=True)
    server.kill()
    let_time_pass(server)
    server.start()
    load.finish()


def assert_lists_are_worked_off(
    client: APIClient, load: Load, acknowledged: dict[str, str]
) -> None:
    """Every row of every list has its award, and each award belongs to one row."""
    paths = {wish: f"/v2/issuances/{acknowledged[wish.key]}" for wish in load.lists}

    def done() -> int:
        told = [client.http.get(f"{path}?brief=true").json() for path in paths.values()]
        return sum(one["result"][0]["done"] for one in told)

    while (before := done()) < sum(wish.rows for wish in paths):  # many kills leave much to do
        eventually(lambda before=before: done() > before, 120)
    for wish, path in paths.items():
        (told,) = client.http.get(path).json()["result"]
        assert (told["state"], told["awarded"], told["refused"]) == ("complete", wish.rows, 0)
        assert [row["row"] for row in told["rows"]] == list(range(wish.rows))
        assert_once(row["assertion"] for row in told["rows"])


def assert_no_job_is_given_up(client: APIClient) -> None:
    """However often its workers were killed."""
    assert client.http.get("/healthz").json()["jobs"]["dead"] == 0


def assert_once(things: Iterator[str]) -> None:
    assert {thing: times for thing, times in Counter(things).items() if times > 1} == {}


def all_awards(client: APIClient, badge_class: str) -> Iterator[dict]:
    """The whole list, page by page."""
    url = f"/v2/badgeclasses/{badge_class}/assertions?num=500"
    while url:
        answer = client.http.get(url)
        assert answer.status_code == 200, answer.text
        yield from answer.json()["result"]
        url = answer.links.get("next", {}).get("url", "")


def assert_document(server: Server, client: APIClient, award: dict) -> None:
    url = f"{server.url}/public/assertions/{award['entityId']}"
    answer = client.http.get(url, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["id"] == url
    assert answer.json()["badge"].endswith(award["badgeclass"])

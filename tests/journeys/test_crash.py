"""Kill -9 of everything at random moments under load: what was acknowledged is there, once.

LAUREL_CRASH_ROUNDS rounds (50). Each award has a recipient and an Idempotency-Key of its own; one
whose answer was lost is asked for again after the restart, as a careful client does.
"""

import json
import os
import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.clients import APIClient, connect
from tests.support.servers import Server

ROUNDS = int(os.environ.get("LAUREL_CRASH_ROUNDS", "50"))
LOADERS = 6
LONGEST_ROUND = 1.2  # seconds of load before the kill, at most


@dataclass(frozen=True)
class Wish:
    """An award that a client wants, under one key however often it has to ask."""

    number: int

    @property
    def identity(self) -> str:
        return f"recipient-{self.number}@example.org"

    @property
    def key(self) -> str:
        return f"wish-{self.number}"


class Ledger:
    """What the server acknowledged, on disk before anything else is asked for."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("a")
        self.lock = threading.Lock()
        self.entries: dict[int, str] = {}

    def write(self, wish: Wish, award: dict[str, str]) -> None:
        line = {"wish": wish.number, "award": award["entityId"]}
        with self.lock:
            self.file.write(json.dumps(line) + "\n")
            self.file.flush()
            os.fsync(self.file.fileno())
            known = self.entries.setdefault(wish.number, award["entityId"])
        assert known == award["entityId"], "two awards under one key"


class Load:
    """Threads that award without pause; what got no answer waits in `lost` for the next round."""

    def __init__(self, server: Server, client: APIClient, badge_class: str, ledger: Ledger) -> None:
        self.url = f"{server.url}/v2/badgeclasses/{badge_class}/assertions"
        self.headers = {"Authorization": client.http.headers["Authorization"]}
        self.ledger = ledger
        self.lost: queue.SimpleQueue[Wish] = queue.SimpleQueue()
        self.numbers = iter(range(10**9))
        self.lock = threading.Lock()
        self.unexpected: list[str] = []
        self.repeated = 0

    def round(self) -> tuple[list[threading.Thread], threading.Event]:
        ended = threading.Event()
        threads = [threading.Thread(target=self.run, args=(ended,)) for _ in range(LOADERS)]
        for thread in threads:
            thread.start()
        return threads, ended

    def run(self, ended: threading.Event) -> None:
        with httpx.Client(timeout=20) as http:
            while not ended.is_set():
                wish = self.next_wish()
                if not self.ask(http, wish):
                    self.lost.put(wish)
                    return

    def next_wish(self) -> Wish:
        try:
            wish = self.lost.get_nowait()
        except queue.Empty:
            with self.lock:
                return Wish(next(self.numbers))
        with self.lock:
            self.repeated += 1
        return wish

    def ask(self, http: httpx.Client, wish: Wish) -> bool:
        """Whether there was an answer."""
        body = {"recipient": {"identity": wish.identity}}
        headers = self.headers | {"Idempotency-Key": wish.key}
        try:
            answer = http.post(self.url, json=body, headers=headers)
        except httpx.TransportError:
            return False
        if answer.status_code == 201:
            self.ledger.write(wish, answer.json()["result"][0])
        else:
            self.unexpected.append(f"{answer.status_code} {answer.text[:200]}")
        return True

    def finish(self) -> None:
        """Ask again for all that is still unanswered."""
        with httpx.Client(timeout=20) as http:
            while not self.lost.empty():
                assert self.ask(http, self.next_wish())


def all_awards(client: APIClient, badge_class: str) -> Iterator[dict[str, object]]:
    """The whole list, page by page."""
    url = f"/v2/badgeclasses/{badge_class}/assertions?num=500"
    while url:
        answer = client.http.get(url)
        assert answer.status_code == 200, answer.text
        yield from answer.json()["result"]
        url = answer.links.get("next", {}).get("url", "")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "data")
    try:
        yield running.start()
    finally:
        running.close()


def test_every_acknowledged_award_survives_once(server: Server, tmp_path: Path) -> None:
    client = connect(server)
    badge_class = client.badge_class(client.issuer()["entityId"])["entityId"]
    ledger = Ledger(tmp_path / "ledger")
    load = Load(server, client, badge_class, ledger)
    seed = random.randrange(2**32)
    moments = random.Random(seed)
    for _ in range(ROUNDS):
        threads, ended = load.round()
        time.sleep(moments.uniform(0.02, LONGEST_ROUND))
        server.kill()
        ended.set()
        for thread in threads:
            thread.join()
        server.start()
    load.finish()
    ledger.file.close()

    assert load.unexpected == []
    assert load.repeated >= ROUNDS, "the kills came at moments when nobody was asking"
    written = [json.loads(line) for line in (tmp_path / "ledger").read_text().splitlines()]
    acknowledged = {line["award"] for line in written}
    wishes = {line["wish"] for line in written}
    assert len(acknowledged) == len(wishes) >= ROUNDS
    assert wishes == set(range(max(wishes) + 1)), "a wish was forgotten"

    listed = Counter(award["entityId"] for award in all_awards(client, badge_class))
    assert set(listed) == acknowledged, f"seed {seed}"
    assert set(listed.values()) == {1}
    for entity_id in acknowledged:
        url = f"{server.url}/public/assertions/{entity_id}"
        answer = client.http.get(url, headers={"Accept": "application/json"})
        assert answer.status_code == 200
        document = answer.json()
        assert document["id"] == url
        assert document["badge"].endswith(badge_class)
    client.http.close()
    print(f"{ROUNDS} kills, {len(acknowledged)} awards, {load.repeated} asked for again")

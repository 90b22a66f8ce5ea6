"""Clients that award without pause, one by one and in long lists."""

import queue
import threading
from itertools import count

import httpx

from tests.journeys.crash.wishes import AwardWish, Ledger, ListWish, Wish
from tests.support.clients import APIClient
from tests.support.servers import Server

CLIENTS = 6


class Classes:
    """The badge classes: of ordinary awards, of those that a mirror copies, of the lists."""

    def __init__(self, client: APIClient) -> None:
        issuer = client.issuer()["entityId"]
        self.ordinary, self.mirrored, self.listed = (
            client.badge_class(issuer, name=name)["entityId"]
            for name in ("Ordinary", "Mirrored", "Listed")
        )


class Load:
    """What got no answer waits in `unanswered` for whoever asks next. `failures`: answers that
    should not be.
    """

    def __init__(self, server: Server, client: APIClient, classes: Classes, ledger: Ledger) -> None:
        self.url = f"{server.url}/v2/badgeclasses"
        self.authorization = {"Authorization": client.http.headers["Authorization"]}
        self.classes, self.ledger = classes, ledger
        self.unanswered: queue.SimpleQueue[Wish] = queue.SimpleQueue()
        self.awards = map(AwardWish, count())
        self.lists: list[ListWish] = []
        self.lock = threading.Lock()
        self.failures: list[str] = []
        self.repeated = 0
        self.ended = threading.Event()
        self.threads: list[threading.Thread] = []

    def start(self) -> None:
        self.ended.clear()
        self.threads = [threading.Thread(target=self.run) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Every client ends with the answer that it waits for, or without it."""
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def run(self) -> None:
        with httpx.Client(timeout=20) as http:
            while not self.ended.is_set():
                wish = self.next_wish()
                if not self.ask(http, wish):
                    self.unanswered.put(wish)
                    return

    def want_list(self, rows: int) -> None:
        """One of the clients asks for a list next."""
        self.lists.append(ListWish(len(self.lists), rows))
        self.unanswered.put(self.lists[-1])
        self.repeated -= 1  # it has not been asked for yet

    def next_wish(self) -> Wish:
        with self.lock:
            try:
                wish = self.unanswered.get_nowait()
            except queue.Empty:
                return next(self.awards)
            self.repeated += 1
            return wish

    def ask(self, http: httpx.Client, wish: Wish) -> bool:
        """Whether there was an answer."""
        headers = self.authorization | {"Idempotency-Key": wish.key}
        try:
            answer = http.post(self.address(wish), json=wish.body(), headers=headers)
        except httpx.TransportError:
            return False
        if answer.status_code == (202 if isinstance(wish, ListWish) else 201):
            self.ledger.write(wish, answer.json()["result"][0]["entityId"])
        else:
            self.failures.append(f"{wish.key}: {answer.status_code} {answer.text[:200]}")
        return True

    def address(self, wish: Wish) -> str:
        if isinstance(wish, ListWish):
            return f"{self.url}/{self.classes.listed}/issue"
        badge_class = self.classes.mirrored if wish.mirrored else self.classes.ordinary
        return f"{self.url}/{badge_class}/assertions"

    def finish(self) -> None:
        """Ask again for all that is still unanswered."""
        with httpx.Client(timeout=60) as http:
            while not self.unanswered.empty():
                assert self.ask(http, self.next_wish())

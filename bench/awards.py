"""Awards over the API: one by one, a thousand at once, and what others feel meanwhile. Every answer
is checked.
"""

import itertools
import random
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from bench.targets import Target
from tests.support.clients import APIClient

BATCH = 1000


@dataclass(frozen=True)
class Times:
    """Milliseconds of some requests of one kind."""

    all: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.all)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.all, n=100)[98]


def timed(action: Callable[[], Any]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) * 1000


def single_awards(client: APIClient, badge_class: str, count: int = 200) -> Times:
    """Over one kept connection."""
    return Times(
        [
            timed(lambda n=number: client.award(badge_class, f"single{n}@example.org"))
            for number in range(count)
        ]
    )


def batches(client: APIClient, badge_class: str, name: str, count: int) -> float:
    """Milliseconds until `count` thousand awards, one request each thousand, can be read."""
    begun = time.perf_counter()
    for number in range(count):
        people = [
            {"recipient": {"identity": f"{name}.{number}.{n}@example.org"}} for n in range(BATCH)
        ]
        answer = client.http.post(
            f"/v2/badgeclasses/{badge_class}/issue", json={"assertions": people}
        )
        made = answer.json()["result"]
        if answer.status_code != 201 or len({row["entityId"] for row in made}) != BATCH:
            raise RuntimeError(f"a batch was answered {answer.status_code}: {answer.text[:500]}")
        for row in (made[0], made[-1]):
            read(client.http, f"/public/assertions/{row['entityId']}")
    return (time.perf_counter() - begun) * 1000


def read(http: httpx.Client, path: str) -> None:
    """GET one public document. Raises RuntimeError for another one."""
    answer = http.get(path)
    if answer.status_code != 200 or not answer.json()["id"].endswith(path):
        raise RuntimeError(f"{path} was answered {answer.status_code}: {answer.text[:500]}")


@dataclass(frozen=True)
class Meanwhile:
    """What others feel while ten thousand awards are made."""

    took: Any
    gets: dict[str, Times]
    awards: Times


def during(
    work: Callable[[], Any], others: APIClient, badge_class: str, ways: list[Target]
) -> Meanwhile:
    """This work, beside one reader of everything and one who awards one by one."""
    ended = threading.Event()
    failures: list[Exception] = []
    gets: dict[str, list[float]] = {way.name: [] for way in ways}
    awards: list[float] = []

    def repeat(action: Callable[[int], None]) -> None:
        try:
            for number in itertools.count():
                if ended.is_set():
                    return
                action(number)
                time.sleep(0.005)
        except Exception as error:
            failures.append(error)

    def award(number: int) -> None:
        address = f"meanwhile.{time.time_ns()}.{number}@example.org"
        action = partial(others.award, badge_class, address)
        awards.append(timed(action))

    with httpx.Client() as visitor:

        def visit(number: int) -> None:
            way = ways[number % len(ways)]
            path = random.choice(way.paths)
            begun = time.perf_counter()
            answer = way.ask(visitor, path)
            gets[way.name].append((time.perf_counter() - begun) * 1000)
            way.accept(path, answer)

        threads = [threading.Thread(target=repeat, args=(each,)) for each in (visit, award)]
        for thread in threads:
            thread.start()
        try:
            took = work()
        finally:
            ended.set()
            for thread in threads:
                thread.join()
    if failures:
        raise failures[0]
    visits = {name: Times(times) for name, times in gets.items()}
    return Meanwhile(took, visits, Times(awards))

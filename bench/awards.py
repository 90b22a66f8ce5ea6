"""Awards over the API: one by one, a thousand at once, and what others feel meanwhile. Every answer
is checked.
"""

import multiprocessing
import random
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event as EventType
from typing import Any

import httpx

from bench.targets import Target
from tests.support.clients import APIClient

BATCH = 1000
BETWEEN = 0.005  # seconds that somebody who comes again and again waits
VISITS = 5  # of each kind over one connection: the next one may lead to another process


@dataclass(frozen=True)
class Times:
    """Milliseconds of some requests of one kind."""

    all: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.all)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.all, n=100, method="inclusive")[98]


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


def one_list(client: APIClient, badge_class: str, name: str, rows: int) -> float:
    """Milliseconds until so many awards of one request, which a job makes, can be read."""
    people = [{"recipient": {"identity": f"{name}.{n}@example.org"}} for n in range(rows)]
    begun = time.perf_counter()
    answer = client.http.post(f"/v2/badgeclasses/{badge_class}/issue", json={"assertions": people})
    if answer.status_code != 202:
        raise RuntimeError(f"a list was answered {answer.status_code}: {answer.text[:500]}")
    status = f"{answer.headers['location']}?brief=true"
    while (told := client.http.get(status).json()["result"][0])["state"] != "complete":
        time.sleep(0.1)
    took = (time.perf_counter() - begun) * 1000
    if told["awarded"] != rows:
        raise RuntimeError(f"of a list of {rows}, {told['awarded']} were awarded")
    return took


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
    """This work, beside one reader of everything and one who awards one by one. They run in a
    process of their own, so that what they wait for is the server and not the bench.
    """
    forked = multiprocessing.get_context("fork")
    ended, (told, telling) = forked.Event(), forked.Pipe(duplex=False)
    bearer = {"Authorization": others.http.headers["Authorization"]}
    arguments = (ended, telling, others.url, bearer, badge_class, ways)
    process = forked.Process(target=come_and_go, args=arguments)
    process.start()
    telling.close()  # here: a process that dies ends the wait
    try:
        took = work()
    finally:
        ended.set()
        felt = told.recv()
        process.join()
    if isinstance(felt, Exception):
        raise felt
    gets, single = felt
    return Meanwhile(took, {name: Times(each) for name, each in gets.items()}, Times(single))


def come_and_go(
    ended: EventType,
    telling: Connection,
    url: str,
    bearer: dict[str, str],
    badge_class: str,
    ways: list[Target],
) -> None:
    """Tell the milliseconds of the GETs, by their names, and of the awards; or what went wrong."""
    gets: dict[str, list[float]] = {way.name: [] for way in ways}
    single: list[float] = []

    def visits() -> None:
        while not ended.is_set():
            with httpx.Client() as visitor:
                for _, way in product(range(VISITS), ways):
                    path = random.choice(way.paths)
                    begun = time.perf_counter()
                    answer = way.ask(visitor, path)
                    gets[way.name].append((time.perf_counter() - begun) * 1000)
                    way.accept(path, answer)
                    time.sleep(BETWEEN)

    def awards() -> None:
        while not ended.is_set():
            with httpx.Client(base_url=url, headers=bearer, timeout=60) as http:
                for _ in range(VISITS):
                    address = f"meanwhile.{time.time_ns()}@example.org"
                    single.append(timed(partial(award, http, badge_class, address)))
                    time.sleep(BETWEEN)

    try:
        with ThreadPoolExecutor() as pool:
            for each in [pool.submit(visits), pool.submit(awards)]:
                each.result()
    except Exception as error:
        telling.send(RuntimeError(f"{type(error).__name__}: {error}"))
    else:
        telling.send((gets, single))


def award(http: httpx.Client, badge_class: str, identity: str) -> None:
    """Raises RuntimeError."""
    body = {"recipient": {"identity": identity}}
    answer = http.post(f"/v2/badgeclasses/{badge_class}/assertions", json=body)
    if answer.status_code != 201:
        raise RuntimeError(f"an award was answered {answer.status_code}: {answer.text[:500]}")

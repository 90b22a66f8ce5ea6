"""Runs the bench: `python -m bench [--rounds N] [--awards N]`."""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench import awards
from bench.load import Measure, measure, middle
from bench.report import BARE, BARE_WSGI, LAUREL, NGINX, Figures, report
from bench.rivals import nginx, yardstick
from ob.baking import unbake
from tests.support.clients import APIClient, connect
from tests.support.servers import OWNER, ROOT, Server

REPORT = ROOT / "docs" / "performance.md"
SAMPLE = 20


@dataclass(frozen=True)
class Target:
    """Where load goes, and what a right answer to one of the paths is."""

    name: str
    origin: str
    paths: list[str]
    headers: Mapping[str, str]
    is_right: Callable[[str, httpx.Response], bool]

    def check(self) -> None:
        """Ask at random. Raises RuntimeError for a wrong answer."""
        for path in random.sample(self.paths, min(SAMPLE, len(self.paths))):
            answer = httpx.get(self.origin + path, headers=self.headers)
            if answer.status_code != 200 or not self.is_right(path, answer):
                raise RuntimeError(f"{self.name}: {path} was answered {answer.text[:500]!r}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--awards", type=int, default=10_000)
    arguments = parser.parse_args()
    load, *_ = os.getloadavg()  # of others: the bench has not begun
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = Server(folder / "data", LAUREL_LOG_LEVEL="ERROR")
        with closing(server):
            server.start()
            figures = run(server, folder, arguments.rounds, arguments.awards)
    told = f' ARGS="{" ".join(sys.argv[1:])}"' if sys.argv[1:] else ""
    command = f"make bench{told}"
    text = report(
        figures, command=command, load=load, rounds=arguments.rounds, awards=arguments.awards
    )
    print(text)
    REPORT.write_text(text)


def run(server: Server, folder: Path, rounds: int, count: int) -> Figures:
    client, others = connect(server), connect(server)
    with closing(client), closing(others):
        badge_class = client.badge_class(client.issuer()["entityId"])["entityId"]
        paths = [
            f"/public/assertions/{entity_id}" for entity_id in seed(server, badge_class, count)
        ]
        with ExitStack() as stack:
            targets = opponents(stack, server, folder, paths, client, badge_class)
            rates = compare(targets, rounds)
        single = awards.single_awards(client, badge_class)
        batch = awards.batches(client, badge_class, "one", 1)
        ten_batches = awards.batches(client, badge_class, "ten", 10)
        meanwhile = awards.during_batches(client, others, badge_class, paths)
    return Figures(rates, single, batch, ten_batches, meanwhile, second_start(server))


def seed(server: Server, badge_class: str, count: int) -> list[str]:
    command = [sys.executable, "-m", "bench.seed", OWNER, badge_class, str(count)]
    shown = subprocess.run(
        command, cwd=ROOT, env=server.environment, capture_output=True, text=True, check=True
    )
    return list(json.loads(shown.stdout))


def opponents(
    stack: ExitStack,
    server: Server,
    folder: Path,
    paths: list[str],
    client: APIClient,
    badge_class: str,
) -> list[Target]:
    """Laurel's own ways to read, and those it is measured against."""
    document = httpx.get(server.url + paths[0]).content
    images = [httpx.get(f"{server.url}{path}/image").headers["location"] for path in paths[:500]]
    listed = [f"/v2/badgeclasses/{badge_class}/assertions?num=100"]
    bearer = {"Authorization": client.http.headers["Authorization"]}
    page = {"Accept": "text/html"}

    def constant(path: str, answer: httpx.Response) -> bool:
        return answer.content == document

    targets = [
        Target(LAUREL, server.url, paths, {}, lambda p, a: a.json()["id"] == server.url + p),
        Target("HTML page", server.url, paths, page, lambda p, a: server.url + p in a.text),
        Target("baked image", server.url, images, {}, is_baked),
        Target("list, `?num=100`", server.url, listed, bearer, is_a_hundred),
    ]
    for name, own_wsgi in ((BARE, False), (BARE_WSGI, True)):
        bare = yardstick(folder, server, document, own_wsgi=own_wsgi)
        stack.callback(bare.stop)
        targets.append(Target(name, bare.url, paths, {}, constant))
    if static := nginx(folder, paths, document):
        stack.callback(static.stop)
        targets.append(Target(NGINX, static.url, paths, {}, constant))
    return targets


def is_baked(path: str, answer: httpx.Response) -> bool:
    return path.rpartition("/")[0] in (unbake(answer.content) or "")


def is_a_hundred(path: str, answer: httpx.Response) -> bool:
    return len({row["entityId"] for row in answer.json()["result"]}) == 100


def compare(targets: list[Target], rounds: int) -> dict[str, Measure]:
    """Each in turn, round by round, so that a machine's moods fall on all alike."""
    measured: dict[str, list[Measure]] = {target.name: [] for target in targets}
    for _ in range(rounds):
        for target in targets:
            target.check()
            measured[target.name].append(measure(target.origin, target.paths, target.headers))
    return {name: middle(each) for name, each in measured.items()}


def second_start(server: Server) -> float:
    """Milliseconds from `laurel up` to a healthy answer, on data that exists."""
    server.stop()
    return awards.timed(server.start)


main()

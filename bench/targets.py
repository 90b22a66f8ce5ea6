"""Where load goes: Laurel's own ways to read, and those it is measured against."""

import random
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.rivals import nginx, yardstick
from ob.baking import unbake
from tests.support.clients import APIClient
from tests.support.servers import Server

LAUREL = "public JSON"
BARE = "bare Django, same server"
BARE_WSGI = "bare Django, granian's WSGI"
NGINX = "nginx, static files"

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
        with httpx.Client() as http:
            for path in random.sample(self.paths, min(SAMPLE, len(self.paths))):
                self.accept(path, self.ask(http, path))

    def ask(self, http: httpx.Client, path: str) -> httpx.Response:
        return http.get(self.origin + path, headers=self.headers)

    def accept(self, path: str, answer: httpx.Response) -> None:
        """Raises RuntimeError for a wrong answer."""
        if answer.status_code != 200 or not self.is_right(path, answer):
            raise RuntimeError(f"{self.name}: {path} was answered {answer.text[:500]!r}")


def own_ways(server: Server, paths: list[str], client: APIClient, badge_class: str) -> list[Target]:
    """Laurel's ways to read."""
    images = [httpx.get(f"{server.url}{path}/image").headers["location"] for path in paths[:500]]
    listed = [f"/v2/badgeclasses/{badge_class}/assertions?num=100"]
    bearer = {"Authorization": client.http.headers["Authorization"]}
    page = {"Accept": "text/html"}
    return [
        Target(LAUREL, server.url, paths, {}, lambda p, a: a.json()["id"] == server.url + p),
        Target("HTML page", server.url, paths, page, lambda p, a: server.url + p in a.text),
        Target("baked image", server.url, images, {}, is_baked),
        Target("list, `?num=100`", server.url, listed, bearer, is_a_hundred),
    ]


def rivals(stack: ExitStack, server: Server, folder: Path, paths: list[str]) -> list[Target]:
    """What serves one of the documents as a constant; nginx, where it is present, serves each."""
    document = httpx.get(server.url + paths[0]).content

    def constant(path: str, answer: httpx.Response) -> bool:
        return answer.content == document

    targets = []
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

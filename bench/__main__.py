"""Runs the bench: `python -m bench [--rounds N] [--awards N]`."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import httpx

from bench.load import Measure, measure, middle
from bench.rivals import nginx, yardstick
from tests.support.clients import APIClient, connect
from tests.support.servers import OWNER, ROOT, Server

REPORT = ROOT / "docs" / "performance.md"
HEAD = """# Performance

Written by `make bench` on a machine with {cores} cores. Seconds differ from machine to machine:
the ratios are what to compare. All rates are medians of {rounds} interleaved rounds with
16 connections, at random ids among {awards} awards.

| | requests/s | median ms | p99 ms | against bare Django |
|---|---|---|---|---|
"""
FOOT = """
“Bare Django” is a project with an empty middleware list and one view that returns the same bytes
as a constant, under the same server and settings.

| | |
|---|---|
| single award over the API, synced to disk: median | {award_median:.1f} ms |
| the same: p99 | {award_p99:.1f} ms |
| second start until `/healthz` answers | {start:.2f} s |
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--awards", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = Server(folder / "data", LAUREL_LOG_LEVEL="ERROR")
        with closing(server):
            server.start()
            report = run(server, folder, arguments.rounds, arguments.awards)
    print(report)
    REPORT.write_text(report)


def run(server: Server, folder: Path, rounds: int, awards: int) -> str:
    client = connect(server)
    with closing(client):
        badge_class = client.badge_class(client.issuer()["entityId"])["entityId"]
        ids = seed(server, badge_class, awards)
        paths = [f"/public/assertions/{entity_id}" for entity_id in ids]
        document = httpx.get(server.url + paths[0]).content
        figures = compare(server, folder, paths, document, rounds)
        awards_ms = [single_award(client, badge_class, number) for number in range(200)]
    start = second_start(server)
    bare = figures["bare Django"].rate
    head = HEAD.format(cores=os.cpu_count(), rounds=rounds, awards=awards)
    rows = "".join(
        f"| {name} | {m.rate:,.0f} | {m.median:.2f} | {m.p99:.2f} | {m.rate / bare:.2f} |\n"
        for name, m in figures.items()
    )
    return (
        head
        + rows
        + FOOT.format(
            award_median=statistics.median(awards_ms),
            award_p99=statistics.quantiles(awards_ms, n=100)[98],
            start=start,
        )
    )


def seed(server: Server, badge_class: str, awards: int) -> list[str]:
    command = [sys.executable, "-m", "bench.seed", OWNER, badge_class, str(awards)]
    shown = subprocess.run(
        command, cwd=ROOT, env=server.environment, capture_output=True, text=True, check=True
    )
    return list(json.loads(shown.stdout))


def compare(
    server: Server, folder: Path, paths: list[str], document: bytes, rounds: int
) -> dict[str, Measure]:
    """The rivals in turn, round by round, so that a machine's moods fall on all alike."""
    bare = yardstick(folder, document)
    static = nginx(folder, paths, document)
    images = [f"{path}/image" for path in paths[:500]]
    targets = [
        ("public JSON", server.url, paths, "*/*"),
        ("bare Django", bare.url, paths, "*/*"),
        ("HTML page", server.url, paths, "text/html"),
        ("baked image", server.url, [httpx.get(server.url + i).headers["location"] for i in images],
         "*/*"),
    ]  # fmt: skip
    if static:
        targets.append(("nginx, static files", static.url, paths, "*/*"))
    measured: dict[str, list[Measure]] = {name: [] for name, *_ in targets}
    try:
        for _ in range(rounds):
            for name, origin, asked, accept in targets:
                measured[name].append(measure(origin, asked, accept=accept))
    finally:
        for rival in filter(None, (bare, static)):
            rival.stop()
    return {name: middle(each) for name, each in measured.items()}


def single_award(client: APIClient, badge_class: str, number: int) -> float:
    """Milliseconds of one award over a kept connection."""
    begun = time.perf_counter()
    client.award(badge_class, f"single{number}@example.org")
    return (time.perf_counter() - begun) * 1000


def second_start(server: Server) -> float:
    """Seconds from `laurel up` to a healthy answer, on data that exists."""
    server.stop()
    begun = time.perf_counter()
    server.start()
    return time.perf_counter() - begun


main()

"""Runs the bench: `python -m bench [--rounds N] [--awards N]`."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from bench import awards
from bench.load import Measure, measure, middle
from bench.report import Figures, report
from bench.table import from_table
from bench.targets import Target, own_ways, rivals
from tests.support.clients import connect
from tests.support.servers import OWNER, ROOT, Server

RUNS = 3
REPORT = ROOT / "docs" / "performance.md"


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
        ways = own_ways(server, paths, client, badge_class)
        with ExitStack() as stack:
            rates = compare([*ways, *rivals(stack, server, folder, paths)], rounds)
        single = awards.single_awards(client, badge_class)
        batch = awards.batches(client, badge_class, "one", 1)
        ten_batches = awards.batches(client, badge_class, "ten", 10)
        ten = partial(often, lambda run: awards.batches(client, badge_class, f"beside{run}", 10))
        meanwhile = awards.during(ten, others, badge_class, ways)
        one_list = partial(
            often, lambda run: awards.one_list(client, badge_class, f"list{run}", 10_000)
        )
        from_list = awards.during(one_list, others, badge_class, ways)
        table = partial(from_table, server, badge_class)
        from_csv = awards.during(table, others, badge_class, ways)
        start = second_start(server)
    return Figures(rates, single, batch, ten_batches, meanwhile, from_list, from_csv, start)


def often(work: Callable[[int], float]) -> float:
    """The median of some runs, so that those beside it come often enough to speak of the 99th."""
    return statistics.median([work(run) for run in range(RUNS)])


def seed(server: Server, badge_class: str, count: int) -> list[str]:
    command = [sys.executable, "-m", "bench.seed", OWNER, badge_class, str(count)]
    shown = subprocess.run(
        command, cwd=ROOT, env=server.environment, capture_output=True, text=True, check=True
    )
    return list(json.loads(shown.stdout))


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

"""SIGKILL for the whole server or for one of its processes, and the wait until it serves again."""

import os
import random
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import psycopg

from tests.support.servers import Server
from tests.support.threads import eventually

PATIENCE = 10.0  # seconds in which it must serve again
WHOLE = ("group", "parent")
WORKING = (*WHOLE, "worker")  # with each of them the jobs are cut off
VICTIMS = (*WORKING, "web process")
# What a process holds for a while, and nobody gives back when it dies.
HELD = [
    ("jobs_job", "lease_until", "state = 'running'"),
    ("mirror_mirroredassertion", "held_until", "held_until IS NOT NULL"),
    ("mirror_mirroredassertion", "settling_until", "settling_until IS NOT NULL"),
    ("mirror_mirroredbadgeclass", "held_until", "held_until IS NOT NULL"),
    ("mirror_mirroredbadgeclass", "settling_until", "settling_until IS NOT NULL"),
    ("mirror_badgeprovider", "renewing_until", "renewing_until IS NOT NULL"),
]


def strike(server: Server, victim: str) -> None:
    """Kill it at this moment, and see the server serve again."""
    if victim == "web process":
        slay(random.choice(server.web_processes()))
    elif victim == "worker":
        for worker in server.workers():  # none, just after its death
            slay(worker)
        let_time_pass(server)
    elif victim == "parent":
        assert server.process
        slay(server.process.pid)
        server.process.wait()
        eventually(lambda: not server.group(), PATIENCE)
    else:
        server.kill()
    if victim in WHOLE:
        let_time_pass(server)
        server.start(patience=PATIENCE)
    else:
        server.wait_until_ready(PATIENCE)


def slay(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def let_time_pass(server: Server) -> None:
    """What the dead held has run out: minutes that the test need not wait."""
    now = moment()
    with database(server) as connection:
        for table, column, held in HELD:
            connection.execute(f"UPDATE {table} SET {column} = '{now}' WHERE {held}")  # noqa: S608


def moment() -> str:
    """Now, as both databases understand it, and SQLite has it from Django."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(" ")


def jobs_run(server: Server, kind: str = "%") -> bool:
    """Whether a worker that lives is at work, at a job of this kind."""
    held = f"state = 'running' AND lease_until > '{moment()}' AND kind LIKE '{kind}'"
    with database(server) as connection:
        return connection.execute(f"SELECT 1 FROM jobs_job WHERE {held}").fetchone() is not None  # noqa: S608


def most_claims(server: Server, kind: str) -> int:
    """How often one job of this kind was begun."""
    with database(server) as connection:
        query = f"SELECT MAX(fence) FROM jobs_job WHERE kind = '{kind}'"  # noqa: S608
        return connection.execute(query).fetchone()[0]


@contextmanager
def database(server: Server) -> Iterator[Any]:
    """The server's own, beside it; committed at the end."""
    if url := server.database.environment.get("DATABASE_URL"):
        connection: Any = psycopg.connect(url, options="-c TimeZone=UTC")
    else:
        connection = sqlite3.connect(server.data / "laurel.sqlite3", timeout=30)
    with closing(connection), connection:
        yield connection

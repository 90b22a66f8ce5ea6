"""Celery on real brokers that are emptied, killed and started again: nothing is lost, nothing is
done twice. Real `laurel up`, real Celery workers and beat.
"""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.mirror.remote import PASSWORD, USERNAME, RemoteBadgr
from tests.support.brokers import Broker, RabbitMQ, Redis
from tests.support.clients import APIClient, connect
from tests.support.servers import ROOT, Server
from tests.support.threads import eventually

CELERY = [sys.executable, "-m", "celery", "-A"]
APP, LASTING = "config.celery", "tests.support.lasting"
QUEUES = ["-Q", "laurel,laurel-urgent"]
LIST = 1_001
LEASE = 3.0  # seconds, of tests.support.lasting
PATIENCE = 90.0


@contextmanager
def celery(server: Server, app: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """`celery` with the server's settings, told to stop at the end of the block."""
    log = server.data.parent / f"celery-{arguments[0]}.log"
    with (
        log.open("ab") as output,
        subprocess.Popen(
            [*CELERY, app, *arguments],
            cwd=ROOT,
            env=server.environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
            process.terminate()
            assert process.wait(60) == 0, log.read_text()[-4000:]
        finally:
            process.kill()


@pytest.fixture
def remote() -> Iterator[RemoteBadgr]:
    running = RemoteBadgr()
    yield running
    running.close()


@pytest.fixture(params=[(Redis, "prefork"), (RabbitMQ, "threads")], ids=["redis", "rabbitmq"])
def broker_and_pool(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    kind, pool = request.param
    broker = kind(tmp_path / "broker")
    try:
        yield broker.start(), pool
    finally:
        broker.kill()


class World:
    """A server whose awards are mirrored, and what has arrived."""

    def __init__(self, server: Server, client: APIClient, remote: RemoteBadgr) -> None:
        self.server, self.client, self.remote = server, client, remote
        issuer = client.issuer()["entityId"]
        self.mirrored = client.badge_class(issuer, name="Mirrored")["entityId"]
        self.listed = client.badge_class(issuer, name="Listed")["entityId"]
        self.people: list[str] = []
        server.command(
            *("mirror", "add", "--type", "badgr", "--name", "Remote", "--slug", "remote"),
            *("--url", remote.url, "--issuer-entity-id", "remote-issuer"),
            *("--badge-class", self.mirrored, "--username", USERNAME, "--password", PASSWORD),
        )

    def award(self, count: int) -> None:
        for _ in range(count):
            self.people.append(f"recipient-{len(self.people)}@example.org")
            self.client.award(self.mirrored, self.people[-1])

    def award_list(self) -> str:
        rows = [{"recipient": {"identity": f"row-{n}@example.org"}} for n in range(LIST)]
        answer = self.client.http.post(f"/v2/badgeclasses/{self.listed}/issue", json=rows)
        assert answer.status_code == 202, answer.text
        return answer.json()["result"][0]["statusUrl"]

    def state(self, url: str) -> tuple[str, int]:
        (told,) = self.client.http.get(url).json()["result"]
        return told["state"], told["awarded"]

    def arrived(self, count: int) -> None:
        eventually(lambda: len(self.remote.awards) >= count, PATIENCE)


@contextmanager
def world(tmp_path: Path, remote: RemoteBadgr, broker_url: str) -> Iterator[World]:
    allowed = {"LAUREL_OUTBOUND_ALLOW": "127.0.0.1", "CELERY_BROKER_URL": broker_url}
    server = Server(tmp_path / "data", **allowed)
    try:
        server.start()
        with closing(connect(server)) as client:
            yield World(server, client, remote)
    finally:
        server.close()


def test_a_broker_that_loses_all_loses_nothing(
    tmp_path: Path, remote: RemoteBadgr, broker_and_pool: tuple[Broker, str]
) -> None:
    broker, pool = broker_and_pool
    with ExitStack() as stack:
        there = stack.enter_context(world(tmp_path, remote, broker.url))
        assert there.server.workers() == []
        there.award(20)  # nobody works yet
        empty_queues(there.server)
        stack.enter_context(celery(there.server, APP, "beat"))
        worker = stack.enter_context(
            celery(there.server, APP, "worker", "-c", "4", "-P", pool, *QUEUES)
        )
        there.arrived(10)
        empty_queues(there.server)
        status = there.award_list()
        there.award(20)
        broker.kill()
        broker.forget()
        there.award(20)  # answered as ever
        broker.start()
        there.award(20)
        there.arrived(80)
        eventually(lambda: there.state(status) == ("complete", LIST), PATIENCE)
        copies = [row["recipient"]["identity"] for row in remote.awards]
        assert sorted(copies) == sorted(there.people)
        assert there.client.http.get("/healthz").json()["jobs"]["dead"] == 0
        assert worker.poll() is None


def empty_queues(server: Server) -> None:
    command = [*CELERY, APP, "purge", "-f", *QUEUES]
    subprocess.run(command, cwd=ROOT, env=server.environment, check=True, capture_output=True)


def test_a_long_job_stays_with_its_worker_and_is_finished_before_it_stops(tmp_path: Path) -> None:
    """It lasts for three leases, beside another worker; SIGTERM comes in its middle. One of them
    works in threads, one in processes: whichever has it.
    """
    notes, broker = tmp_path / "notes", Redis(tmp_path / "broker")
    server = Server(
        tmp_path / "data", CELERY_BROKER_URL=broker.url, DJANGO_SETTINGS_MODULE="config.settings"
    )
    arguments = (LASTING, "worker", "-c", "2", *QUEUES)
    try:
        broker.start()
        server.prepare()
        run(server, f"enqueue(kind=KIND, payload={{'notes': {str(notes)!r}}})")
        with celery(server, APP, "beat"):
            with (
                celery(server, *arguments, "-P", "threads"),
                celery(server, *arguments, "-P", "prefork"),
            ):
                eventually(notes.exists, 60)
                time.sleep(1.5 * LEASE)
            assert notes.read_text().split() == ["begun", "ended"]
        assert run(
            server, "print(*Job.objects.filter(kind=KIND).values_list('state', 'fence'))"
        ) == ("('done', 1)")
    finally:
        broker.kill()
        server.close()


def run(server: Server, statement: str) -> str:
    """What a statement prints that knows the kind of jobs that last."""
    script = (
        "from tests.support.lasting import KIND\n"
        "from jobs.models import Job\n"
        "from jobs.services import enqueue\n"
        f"{statement}\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, cwd=ROOT, env=server.environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class BlackHole:
    """Takes connections and never says a word."""

    def __init__(self) -> None:
        self.taken: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.swallow, daemon=True).start()

    def swallow(self) -> None:
        while True:
            try:
                self.taken.append(self.listener.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        self.listener.close()
        for connection in self.taken:
            connection.close()


@pytest.mark.parametrize("address", ["redis://127.0.0.1:{}/0", "amqp://127.0.0.1:{}//"])
def test_a_broker_that_hangs_holds_up_no_award(
    tmp_path: Path, remote: RemoteBadgr, address: str
) -> None:
    """Whoever commits does not ask it: few connections are tried, by threads of their own."""
    with (
        closing(BlackHole()) as hole,
        world(tmp_path, remote, address.format(hole.port)) as there,
    ):
        there.award(40)
        assert 1 <= len(hole.taken) < 10
        with working(there.server):  # beside Celery, or instead of it
            there.arrived(40)


@contextmanager
def working(server: Server) -> Iterator[None]:
    """A `laurel worker` during the block."""
    command = [sys.executable, "-m", "config", "worker"]
    with subprocess.Popen(command, cwd=ROOT, env=server.environment) as process:
        try:
            yield
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            process.kill()

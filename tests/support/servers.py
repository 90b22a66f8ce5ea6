"""A real `laurel up` in its own process group, with its own data and database, on a free port."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.support import prepared

ROOT = Path(__file__).resolve().parents[2]
LAUREL = [sys.executable, "-m", "config"]
PASSWORD = "correct-horse-9-battery"
NOT_INHERITED = {"LAUREL_PARENT_PID", "DJANGO_SETTINGS_MODULE"}
OWNER = "ada@example.org"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """Start it, talk to it, kill it. `database_url` empty means SQLite in `data`."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.database = Database(data)
        self.environment = (
            {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
            | {"LAUREL_DATA": str(data), "LAUREL_URL": self.url}
            | self.database.environment
            | environment
        )
        self.process: subprocess.Popen[bytes] | None = None
        self.log = data.parent / f"{data.name}.log"

    def start(self, patience: float = 60.0, *, under: Sequence[str] = ()) -> "Server":
        """Without data of its own it begins with those that a first boot leaves."""
        self.prepare()
        return self.boot(patience, under=under)

    def prepare(self) -> None:
        if not self.data.exists():
            prepared.copy_to(self.data)
            self.database.create(prepared.create_database)

    def boot(self, patience: float = 60.0, *, under: Sequence[str] = ()) -> "Server":
        """`laurel up` on what there is, or is not. `under`: the command of a program that runs it,
        such as strace.
        """
        self.database.create(prepared.create_empty_database)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*under, *LAUREL, "up", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_ready(patience)
        return self

    def wait_until_ready(self, patience: float = 60.0) -> None:
        """Until it answers that it is healthy."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200:
                    return
            if self.process and self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"the server did not come up:\n{self.log.read_text()[-4000:]}")

    def command(self, *arguments: str) -> dict[str, Any]:
        """Run a `laurel` command that prints JSON."""
        self.prepare()
        done = subprocess.run(
            [*LAUREL, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def children(self) -> list[int]:
        """Process ids of the server's direct children."""
        assert self.process
        listed = []  # a child is listed with the thread that started it
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            with suppress(OSError):
                listed += (thread / "children").read_text().split()
        return [int(pid) for pid in listed]

    def workers(self) -> list[int]:
        """Process ids of those that run jobs."""
        return [pid for pid in self.children() if is_worker(pid)]

    def web_processes(self) -> list[int]:
        alive = self.group()
        return [pid for pid in self.children() if pid in alive and not is_worker(pid)]

    def group(self) -> list[int]:
        """Process ids of everything alive in the server's process group."""
        assert self.process
        alive = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[2]) == self.process.pid and fields[0] != "Z":
                    alive.append(int(stat.parent.name))
        return alive

    def kill(self) -> None:
        """SIGKILL to the whole group: what a power cut does to processes."""
        assert self.process
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM, as an operator's service manager does. Returns the exit code."""
        assert self.process
        self.process.terminate()
        try:
            return self.process.wait(timeout=30)
        finally:
            self.kill()

    def close(self) -> None:
        if self.process:
            self.kill()
        self.database.drop()


def is_worker(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[-2:-1] == [b"worker"]
    return False


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server on data of its own, gone afterwards."""
    server = Server(folder / "data")
    try:
        yield server.start()
    finally:
        server.close()


class Database:
    """SQLite in the data folder; or a database of its own beside the one that DATABASE_URL
    names.
    """

    def __init__(self, data: Path) -> None:
        self.admin_url = os.environ.get("DATABASE_URL", "")
        self.name = f"laurel_{os.getpid()}_{free_port()}"
        self.environment: dict[str, str] = {}
        self.created = False
        if self.admin_url.startswith("postgres"):
            self.environment["DATABASE_URL"] = prepared.beside(self.admin_url, self.name)

    def create(self, way: Callable[[str, str], None]) -> None:
        """Once, in this way."""
        if self.environment and not self.created:
            way(self.admin_url, self.name)
        self.created = True

    def drop(self) -> None:
        if self.environment and self.created:
            statement = f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)'
            prepared.execute(self.admin_url, statement)

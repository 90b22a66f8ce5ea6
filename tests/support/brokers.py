"""Real brokers, each of the test's own: to be stopped, emptied and started again."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import redis
from amqp import Connection
from amqp.exceptions import AMQPError

from tests.support.servers import free_port

RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"  # the one in PATH serves the machine


class Broker:
    """`start` it, `kill` it; `forget` what it had. Says where it is by `url`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.folder.mkdir()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def answers(self) -> bool:
        raise NotImplementedError

    def start(self) -> "Broker":
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env=os.environ | self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 90
        while not self.answers():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.1)
        return self

    def kill(self) -> None:
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def forget(self) -> None:
        """While it is down: everything that it had on disk is gone."""
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)


class Redis(Broker):
    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        # On disk it has nothing to forget.
        return ["redis-server", "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"]

    def answers(self) -> bool:
        with suppress(redis.RedisError), redis.Redis(port=self.port) as connection:
            return bool(connection.ping())
        return False


class RabbitMQ(Broker):
    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def command(self) -> list[str]:
        return [RABBITMQ]

    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder),  # of the cookie
            "RABBITMQ_NODENAME": f"laurel{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "none"),
        }

    def answers(self) -> bool:
        with (
            suppress(OSError, AMQPError),
            Connection(f"127.0.0.1:{self.port}", userid="guest", password="guest") as connection,
        ):
            return bool(connection.connected)
        return False

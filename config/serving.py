"""One process tree: the web server's parent, its web processes, and the worker of jobs beside them.

The parent replaces a child that dies; a child whose parent is gone ends itself.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time

from django.conf import settings
from django.db import connections
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

log = logging.getLogger("laurel.serving")

# Threads are made as they are needed. Twenty slow senders on one process must leave others free.
THREADS = 32
HEADER_TIMEOUT = 15_000  # milliseconds
PARENT = "LAUREL_PARENT_PID"


def serve(*, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    os.environ[PARENT] = str(os.getpid())
    worker = SupervisedWorker()
    server = Server(
        "config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.LAUREL_WORKERS or os.cpu_count() or 1,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT),
        websockets=False,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
    )
    connections.close_all()  # the web processes are forked: each opens its own
    server.on_startup(worker.start)
    server.on_shutdown(worker.stop)
    server.serve()


class SupervisedWorker:
    """`laurel worker` as a child: started, replaced when it dies, stopped with the server."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.stopping = threading.Event()

    def start(self) -> None:
        self.spawn()
        threading.Thread(target=self.watch, name="worker-watch", daemon=True).start()

    def spawn(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "config", "worker"])  # noqa: S603

    def watch(self) -> None:
        while self.process:
            code = self.process.wait()
            if self.stopping.is_set():
                return
            log.error("the worker ended with %s and is replaced", code)
            self.stopping.wait(1.0)
            if not self.stopping.is_set():
                self.spawn()

    def stop(self) -> None:
        self.stopping.set()
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()


def end_with_parent() -> None:
    """In a child of `laurel up`: end at once when the parent is gone, even if it was killed."""
    parent = os.environ.get(PARENT)
    if parent is None or int(parent) == os.getpid():
        return
    threading.Thread(target=watch_parent, args=(int(parent),), daemon=True).start()


def watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.25)
    os.kill(os.getpid(), signal.SIGKILL)

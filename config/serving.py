"""One process tree: the web server's parent, its web processes, and the worker of jobs beside them.

The parent replaces a child that dies; a child whose parent is gone ends itself.
"""

import ctypes
import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import connection, connections
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from config.dispatch import ask_first
from config.gateway import Gateway
from config.long_answers import empty_folder
from public.door import PublicDoor
from public.local_documents import LocalDocuments

log = logging.getLogger("laurel.serving")

HEADER_TIMEOUT = 15_000  # milliseconds
PARENT = "LAUREL_PARENT_PID"
# Seconds for requests and jobs that are under way when the server is told to stop.
WEB_PATIENCE = 10
WORKER_PATIENCE = 20
# A child that dies so soon is replaced after a pause: one that cannot start must not eat a core.
SOON = 2.0
PAUSE = 0.5
GLANCE = 0.1
# New objects after which the young are looked through for garbage (Python's own figure), and how
# often that happens before the older ones are, and those before the oldest: that takes 30 ms, in
# which no thread of a process runs. More seldom, what batches leave behind takes 150 MB more.
YOUNG = 700
OLDER = (10, 100)
SWITCH_INTERVAL = 0.0002  # seconds
M_ARENA_MAX = -8  # malloc.h


class PortTaken(Exception):
    """Somebody else listens there, or we may not."""


def reserve_port(host: str, port: int) -> socket.socket:
    """Take the port for this process tree, while the returned socket is open. Raises PortTaken.

    Web processes listen with SO_REUSEPORT, which a second server of the same user could join. So a
    trial without it finds whoever listens already, and a lock (a name that the kernel gives once,
    and takes back when its processes have ended) whoever starts at this moment.
    """
    lock = socket.socket(socket.AF_UNIX)
    try:
        if sys.platform == "linux":  # elsewhere the parent listens, and the lock is not needed
            lock.bind(f"\0laurel {host} {port}")
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except (OSError, OverflowError) as error:
        lock.close()
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
        raise PortTaken(f"Cannot listen on {host}, port {port}: {reason}.") from None
    return lock


def serve(application: Callable[..., Iterable[bytes]], *, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    os.environ[PARENT] = str(os.getpid())
    empty_folder()
    connections.close_all()  # the web processes are forked: each opens its own
    # A local file is read at once. A database behind a network can keep its readers waiting: it is
    # read in the gateway's threads.
    door = PublicDoor(LocalDocuments().read) if connection.vendor == "sqlite" else None
    gateway = Gateway(application, door, prepare=end_with_parent)
    ask_first(gateway.answer_at_once)

    def load() -> Gateway:
        become_child()
        return gateway

    leave_the_old_alone()  # for the web processes, too
    WebServer(SupervisedWorker(), host, port).serve(target_loader=load, wrap_loader=False)


class WebServer(Server):  # type: ignore[misc]
    """granian's server, except that it never gives up on replacing its children, and that the
    worker is one of them.
    """

    def __init__(self, worker: "SupervisedWorker", host: str, port: int) -> None:
        super().__init__(
            "config.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.RSGI,
            workers=settings.LAUREL_WORKERS or os.cpu_count() or 1,
            runtime_mode=RuntimeModes.st,  # one thread alone hands over requests, and asks the door
            runtime_blocking_threads=2,  # they read the files of long answers, a piece at a time
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT),
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=WEB_PATIENCE,
            log_level=LogLevels.warning,
            log_dictconfig=OUR_LOG,
        )
        self.worker = worker

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        """Replace web processes that die until told to stop. (granian's own loop ends the server
        when one dies twice within seconds.)
        """
        self.worker.start()
        while True:
            # Only a glance: a signal does not end the wait.
            self.main_loop_interrupt.wait(GLANCE)
            self.main_loop_interrupt.clear()
            if self.interrupt_signal:
                break
            while self.interrupt_children and not self.interrupt_signal:
                number = self.interrupt_children.pop(0)
                log.error("web process %s died and is replaced", number + 1)
                if time.monotonic() - self.wrks[number].birth < SOON:
                    self.main_loop_interrupt.wait(PAUSE)
                self._respawn_workers([number], spawn_target, target_loader)
        for process in self.wrks:
            process.interrupt_by_parent = True
        self.worker.ask_to_stop()

    def signal_handler_interrupt(self, *_signal: object) -> None:
        """Only note it. (granian's own handler sets the event, and would wait for ever for the lock
        that the main loop, which it interrupts, may hold as it begins or ends to wait.)
        """
        self.interrupt_signal = True

    def signal_handler_reload(self, *_signal: object) -> None:
        """SIGHUP, with which a closed terminal says good-bye, stops nothing."""

    def shutdown(self, exit_code: int = 0) -> None:
        """Told to stop, and stopped: that is no failure, whatever died on the way."""
        try:
            super().shutdown(exit_code)
        finally:
            self.worker.wait()
        sys.exit(exit_code)


# granian's records go the way of all others.
OUR_LOG = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}


class SupervisedWorker:
    """`laurel worker` as a child: started, replaced when it dies, stopped with the server."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.lock = threading.Lock()
        self.stopping = threading.Event()

    def start(self) -> None:
        if settings.CELERY_BROKER_URL:
            return  # Celery's workers do the jobs
        threading.Thread(target=self.supervise, name="worker-watch", daemon=True).start()

    def supervise(self) -> None:
        leave_interrupts_to_parent()  # the worker inherits it from this thread
        while process := self.spawn():
            started = time.monotonic()
            code = process.wait()
            if not self.stopping.is_set():
                log.error("the worker ended with %s and is replaced", code)
                self.stopping.wait(PAUSE if time.monotonic() - started < SOON else 0)

    def spawn(self) -> subprocess.Popen[bytes] | None:
        with self.lock:
            if self.stopping.is_set():
                return None
            self.process = subprocess.Popen([sys.executable, "-m", "config", "worker"])  # noqa: S603
            return self.process

    def ask_to_stop(self) -> None:
        with self.lock:
            self.stopping.set()
            if self.process:
                self.process.terminate()

    def wait(self) -> None:
        """Wait until it has finished its jobs; after WORKER_PATIENCE they are taken up by the next
        one.
        """
        if self.process:
            try:
                self.process.wait(timeout=WORKER_PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def leave_the_old_alone(*, young: int = YOUNG) -> None:
    """What is loaded by now stays: it is never looked through for garbage. Of what comes later only
    the young is, often: going through all of it keeps every thread waiting for tens of
    milliseconds, and a thousand awards would give cause for it twice.
    """
    gc.freeze()
    gc.set_threshold(young, *OLDER)


def become_child() -> None:
    """In a new web process: forget the parent's signal handlers, with which it would not stop."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    leave_interrupts_to_parent()
    share_memory_pools()
    # A thread at a batch would keep the interpreter for 5 ms, from others who need it many times.
    sys.setswitchinterval(SWITCH_INTERVAL)


def share_memory_pools() -> None:
    """All threads allocate from two pools. With one each, as glibc has it, every thread keeps what
    its largest body once took: sixteen times the memory of one.
    """
    with suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def leave_interrupts_to_parent() -> None:
    """Ctrl-C reaches every process of the group, but it is the parent that stops the others."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


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

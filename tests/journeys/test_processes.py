"""The process tree of `laurel up`: replaced when killed, gone when stopped, never left behind."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.support.clients import connect
from tests.support.servers import LAUREL, ROOT, Server


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "data", LAUREL_WORKERS="2")
    try:
        yield server.start()
    finally:
        server.close()


def wait_for(condition: Callable[[], bool], what: str, patience: float = 20) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"in vain: {what}"
        time.sleep(0.05)


def answers(server: Server) -> bool:
    """One answer; a connection that was open to a process as it was killed is asked for again."""
    for _ in range(50):
        with suppress(httpx.TransportError):
            return httpx.get(f"{server.url}/healthz", timeout=5).status_code == 200
        time.sleep(0.05)
    return False


def settled(server: Server) -> bool:
    return len(server.web_processes()) == 2 and len(server.workers()) == 1


def test_killed_children_are_replaced(running: Server) -> None:
    wait_for(lambda: settled(running), "two web processes and a worker")
    for victims in (running.web_processes, running.workers):
        (victim, *_) = victims()
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda v=victim: v not in running.children(), "the dead one is gone")
        wait_for(lambda: settled(running), "a new one in its place")
        assert answers(running)


def test_kills_in_quick_succession_are_survived(running: Server) -> None:
    wait_for(lambda: settled(running), "two web processes and a worker")
    for _ in range(8):
        before = set(running.children())
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda b=before: not b & set(running.children()), "the dead ones are gone")
        wait_for(lambda: bool(running.web_processes()), "a web process again")
        assert answers(running)
    wait_for(lambda: settled(running), "all of them again")
    assert running.process and running.process.poll() is None
    assert running.stop() == 0


def test_a_killed_parent_leaves_no_child(running: Server) -> None:
    wait_for(lambda: settled(running), "two web processes and a worker")
    assert running.process
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait()
    wait_for(lambda: not running.group(), "every process of the group gone", patience=5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_it_stops_cleanly(running: Server, number: signal.Signals) -> None:
    assert running.process
    if number == signal.SIGINT:
        os.killpg(running.process.pid, number)  # a terminal sends it to the whole group
    else:
        running.process.send_signal(number)
    assert running.process.wait(timeout=30) == 0
    assert running.group() == []
    log = running.log.read_text()
    assert "Traceback" not in log
    assert "replaced" not in log


def test_ctrl_c_is_for_the_parent_alone(running: Server) -> None:
    """It reaches the whole group: children that ended by themselves would be replaced."""
    wait_for(lambda: settled(running), "two web processes and a worker")
    interrupt = 1 << (signal.SIGINT - 1)

    def blocked(pid: int) -> bool:
        status = Path(f"/proc/{pid}/status").read_text()
        return bool(int(status.split("SigBlk:")[1].split()[0], 16) & interrupt)

    assert running.process
    wait_for(lambda: all(map(blocked, running.children())), "every child leaves it alone", 5)
    assert not blocked(running.process.pid)


def test_a_new_child_can_be_stopped_before_it_serves() -> None:
    """It is forked with the parent's handlers: a SIGTERM that they took would be lost in it."""
    script = (
        "import os, signal\n"
        "from config.serving import become_child\n"
        "signal.signal(signal.SIGTERM, lambda *_: None)\n"
        "become_child()\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
    )
    command = [LAUREL[0], "-c", "import django; django.setup()\n" + script]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(command, cwd=ROOT, env=environment, timeout=60)
    assert done.returncode == -signal.SIGTERM


@pytest.mark.parametrize("delay", [0.0, 0.6, 1.2])
def test_it_stops_whenever_it_is_told_to(running: Server, delay: float) -> None:
    """Also while it starts: a signal that comes before the handlers must not be lost."""
    running.stop()
    with running.log.open("ab") as log:
        running.process = subprocess.Popen(
            [*LAUREL, "up", "--port", str(running.port)],
            cwd=ROOT,
            env=running.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    time.sleep(delay)
    running.process.terminate()
    assert running.process.wait(timeout=20) in (0, -signal.SIGTERM)
    wait_for(lambda: not running.group(), "every process of the group gone", patience=5)


def test_a_request_under_way_is_answered_before_it_stops(running: Server) -> None:
    client = connect(running)
    with client.http:
        issuer = client.issuer()["entityId"]
        badge_class = client.badge_class(issuer)["entityId"]
    answered: list[int] = []
    lost: list[int] = []
    stopping = threading.Event()

    def award(number: int) -> None:
        while not stopping.is_set():
            try:
                body = {"recipient": {"identity": f"r{number}-{time.monotonic_ns()}@example.org"}}
                path = f"{running.url}/v2/badgeclasses/{badge_class}/assertions"
                answer = httpx.post(path, json=body, headers=dict(client.http.headers))
                answered.append(answer.status_code)
            except httpx.ConnectError:
                return
            except httpx.TransportError:
                lost.append(number)
                return

    threads = [threading.Thread(target=award, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(1.5)
    assert running.stop() == 0
    stopping.set()
    for thread in threads:
        thread.join()
    assert set(answered) == {201}
    # Connections that no process had accepted yet end with the listening sockets.
    assert len(lost) <= 2


def test_a_second_server_on_the_port_says_so_and_leaves_the_first_alone(running: Server) -> None:
    second = subprocess.run(
        [*LAUREL, "up", "--port", str(running.port)],
        cwd=ROOT,
        env=running.environment,
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
    )
    assert second.returncode == 1
    assert f"Cannot listen on 127.0.0.1, port {running.port}" in second.stderr
    assert "Traceback" not in second.stderr
    assert answers(running)


def test_two_that_start_at_once_on_new_data_make_one_server(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    command = [*LAUREL, "up", "--port", str(server.port)]
    both = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=server.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        for _ in range(2)
    ]
    try:
        wait_for(lambda: any(one.poll() is not None for one in both), "one gives way", patience=60)
        (loser,) = [one for one in both if one.poll() is not None]
        (server.process,) = [one for one in both if one is not loser]
        assert loser.returncode == 1
        assert b"Cannot listen" in loser.communicate()[0]
        server.wait_until_ready()
        assert server.stop() == 0
    finally:
        for one in both:
            with suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)
            one.wait()
            if one.stdout:
                one.stdout.close()
        server.close()


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"LAUREL_URL": "badges.example.org"}, "is not an origin such as https://"),
        ({"LAUREL_URL": "https://badges.example.org/laurel"}, "must be scheme and host alone"),
        ({"LAUREL_TRUSTED_PROXIES": "10.0.0.1/8"}, "LAUREL_TRUSTED_PROXIES: 10.0.0.1/8"),
        ({"LAUREL_WORKERS": "many"}, "A setting cannot be read"),
        ({"LAUREL_LOG_LEVEL": "loud"}, "LAUREL_LOG_LEVEL: 'loud' is no level"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(
    tmp_path: Path, environment: dict[str, str], sentence: str
) -> None:
    server = Server(tmp_path / "data")
    try:
        done = subprocess.run(
            [*LAUREL, "up", "--port", str(server.port)],
            cwd=ROOT,
            env=server.environment | environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        server.close()
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_running_job_is_finished_before_it_stops(tmp_path: Path) -> None:
    """The worker alone, with a kind of job that lasts: told to stop, it reports it done first."""
    server = Server(tmp_path / "data")
    script = tmp_path / "work.py"
    script.write_text(
        "import os, sys, time, threading, signal\n"
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from config.preparation import prepare_data\n"
        "from jobs.registry import handler\n"
        "from jobs.services import enqueue\n"
        "from jobs.models import Job\n"
        "@handler('test.lasting')\n"
        "def last(payload):\n"
        "    os.kill(os.getpid(), signal.SIGTERM); time.sleep(1.5)\n"
        "prepare_data()\n"
        "job = enqueue(kind='test.lasting', payload={})\n"
        "call_command('worker')\n"
        "print(Job.objects.get(pk=job.pk).state)\n"
    )
    try:
        done = subprocess.run(
            [LAUREL[0], str(script)],
            cwd=ROOT,
            env=server.environment
            | {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == ["done"]
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        assert any("test.lasting" in line["event"] and "done" in line["event"] for line in lines)
    finally:
        server.close()

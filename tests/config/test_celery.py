"""The bridge to Celery: there when a broker is named, and only then. Brokers: tests/journeys."""

import os
import subprocess
import sys

import pytest

from tests.support.servers import NOT_INHERITED, ROOT

BROKER = "redis://127.0.0.1:1/0"  # nobody is there


def run(script: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "tests.settings"} | more,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(("broker", "expected"), [("", "[]"), (BROKER, "['celery', 'kombu']")])
def test_nothing_of_it_is_imported_without_a_broker(broker: str, expected: str) -> None:
    script = (
        "import sys, django; django.setup(); import config.wsgi\n"
        "print(sorted({'celery', 'kombu'} & set(sys.modules)))"
    )
    done = run(script, CELERY_BROKER_URL=broker)
    assert done.stdout.strip() == expected, done.stderr


def test_a_broker_without_the_extra_is_told_in_a_sentence() -> None:
    script = (
        "import sys; sys.modules['celery'] = None; sys.argv = ['laurel', 'worker']\n"
        "from config.cli import main; main()"
    )
    done = run(script, CELERY_BROKER_URL=BROKER)
    assert done.returncode == 1
    assert "the extra `scale` is not installed" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_broker_there_is_no_app() -> None:
    """Celery's own default would be a broker on this machine."""
    done = run("import config.celery", CELERY_BROKER_URL="")
    assert done.returncode == 1
    assert "CELERY_BROKER_URL names no broker" in done.stderr


def test_who_commits_does_not_send() -> None:
    """The thread that commits goes on at once; another one tries, and tells of the failure once."""
    script = (
        "import django; django.setup()\n"
        "import threading, time\n"
        "from config import celery\n"
        "senders, done = [], threading.Event()\n"
        "def send():\n"
        "    senders.append(threading.current_thread().name)\n"
        "    done.set()\n"
        "    raise ConnectionError('amqp://user:secret@broker')\n"
        "celery.send_messages = send\n"
        "for _ in range(1000): celery.wake()\n"
        "done.wait(10); time.sleep(0.1)\n"
        "print(senders)"
    )
    done = run(script, CELERY_BROKER_URL=BROKER)
    assert done.stdout.strip() == "['waker']", done.stderr
    assert done.stderr.count("the broker was not told of work: ConnectionError") == 1
    assert "secret" not in done.stderr

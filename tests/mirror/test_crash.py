"""A worker that dies at any moment of a push: another goes on, and there is one remote award."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone

from issuer.services.revocations import revoke_assertion
from jobs.models import Job
from jobs.worker import LONG_LEASE, run_due
from mirror.models import MirroredAssertion, MirroredBadgeClass
from tests.mirror.conftest import pass_time
from tests.mirror.remote import Handler
from tests.mirror.test_pushing import ADMINISTRATOR
from tests.support.worlds import awarded

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)


def worker() -> subprocess.Popen[bytes]:
    database = str(connection.settings_dict["NAME"])
    media = str(settings.MEDIA_ROOT)
    command = [sys.executable, "-m", "tests.mirror.pushing_worker", database, media]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"SECRET_KEY": settings.SECRET_KEY})


class Killer:
    """A fault: SIGKILL for the worker, before the remote did what it was asked or after."""

    def __init__(self, *, after: bool) -> None:
        self.after = after
        self.process: subprocess.Popen[bytes] | None = None

    def __call__(self, handler: Handler, body: bytes) -> bool:
        if self.after:
            with handler.remote.lock:
                handler.remote.answer(handler, body)
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        handler.cut()
        return False

    def run(self) -> None:
        with worker() as self.process:
            assert self.process.wait(60) == -signal.SIGKILL, Job.objects.values_list("last_error")


def resume() -> None:
    """The lease runs out, and another worker takes over."""
    with time_machine.travel(timezone.now() + LONG_LEASE + timedelta(minutes=1)):
        run_due()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("method", "ending"),
    [("POST", "/o/token"), ("POST", "/badgeclasses"), ("POST", "/assertions")],
)
def test_killed_while_it_awards(after, method, ending, provider, badge_class, remote) -> None:
    remote.refuses_duplicates = False
    killer = Killer(after=after)
    remote.fail(method, ending, killer)
    awarded(badge_class)
    killer.run()
    resume()
    assert (len(remote.classes), len(remote.awards)) == (1, 1)
    row = MirroredAssertion.objects.get()
    assert (row.state, row.remote_id) == ("complete", remote.awards[0]["entityId"])
    assert MirroredBadgeClass.objects.get().state == "complete"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_while_it_revokes(after, provider, badge_class, remote) -> None:
    assertion = awarded(badge_class)
    pass_time(hours=0)
    killer = Killer(after=after)
    remote.fail("DELETE", remote.awards[0]["entityId"], killer)
    revoke_assertion(actor=ADMINISTRATOR, assertion=assertion, reason="A mistake.")
    killer.run()
    resume()
    assert [row["revoked"] for row in remote.awards] == [True]
    assert MirroredAssertion.objects.get().state == "complete"

"""Laurel's Celery app, with short leases and a kind of job that lasts much longer than one."""

import time
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from config import celery_tasks  # noqa: E402
from config.celery import app  # noqa: E402, F401 - `celery -A tests.support.lasting`
from jobs.registry import Payload, handler  # noqa: E402

LEASE = timedelta(seconds=3)
KIND = "tests.lasting"

celery_tasks.LEASE = LEASE


@handler(KIND)
def last(payload: Payload) -> None:
    with Path(payload["notes"]).open("a") as notes:
        print("begun", file=notes, flush=True)
        time.sleep(3 * LEASE.total_seconds())
        print("ended", file=notes, flush=True)

"""The Celery app, for where CELERY_BROKER_URL names a broker. A message says no more than that
there may be work in the Job table, which stays the truth: a broker may lose them all.
"""

import logging
import os
import threading
import time
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if not settings.CELERY_BROKER_URL:
    raise ImproperlyConfigured("CELERY_BROKER_URL names no broker: docs/how-to/scale.md")

log = logging.getLogger("laurel.celery")

# Of the second only what must not wait behind mails is done (jobs.claiming.claim).
ORDINARY, URGENT = "laurel", "laurel-urgent"
WORK, PLAN = "laurel.work", "laurel.plan"
STALE = 60  # seconds after which a message says nothing any more
SWEEP = timedelta(seconds=3)
PLANNING = timedelta(seconds=30)
BROKER_PATIENCE = 2.0  # seconds
PACE = 0.1
PAUSE = 5.0

app = Celery("laurel", broker=settings.CELERY_BROKER_URL, include=["config.celery_tasks"])
app.conf.update(
    task_queues=[Queue(name, message_ttl=STALE) for name in (ORDINARY, URGENT)],
    task_default_queue=ORDINARY,
    task_default_delivery_mode="transient",
    task_ignore_result=True,
    task_acks_late=True,
    # What runs goes on without the broker, which knows nothing of it.
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_prefetch_multiplier=1,
    # With it, threads of a pool speak on one connection after a broker's return, and hang for ever.
    worker_enable_prefetch_count_reduction=False,
    worker_redirect_stdouts=False,
    worker_enable_remote_control=False,
    broker_connection_timeout=BROKER_PATIENCE,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    beat_scheduler="celery.beat:Scheduler",  # in memory: the periods are in the Job table
    beat_schedule={
        f"sweep {queue}": {
            "task": WORK,
            "schedule": SWEEP,
            "args": [queue == URGENT],
            "options": {"queue": queue, "expires": STALE},
        }
        for queue in (ORDINARY, URGENT)
    }
    | {"plan": {"task": PLAN, "schedule": PLANNING, "options": {"expires": STALE}}},
)


@setup_logging.connect
def keep_our_logs(**_: Any) -> None:
    """Celery leaves logging alone where somebody listens to this: config.logs has set it up."""


class Waker:
    """Says from a thread of its own that there is work: whoever commits waits for no broker."""

    def __init__(self) -> None:
        self.wanted = threading.Event()
        self.thread: threading.Thread | None = None

    def __call__(self) -> None:
        self.wanted.set()
        if self.thread is None or not self.thread.is_alive():  # new, or lost in a fork
            self.thread = threading.Thread(target=self.run, name="waker", daemon=True)
            self.thread.start()

    def run(self) -> None:
        while True:
            self.wanted.wait()
            self.wanted.clear()
            try:
                send_messages()
            except Exception as error:  # of many libraries; beat will see to the jobs
                log.warning("the broker was not told of work: %s", type(error).__name__)
                time.sleep(PAUSE)
            time.sleep(PACE)  # many commits, few messages


def send_messages() -> None:
    once = {"max_retries": 1, "interval_start": 0}  # on a new connection, if the old one broke
    with app.producer_or_acquire() as producer:
        for queue in (URGENT, ORDINARY):
            app.send_task(
                WORK,
                args=[queue == URGENT],
                queue=queue,
                expires=STALE,
                producer=producer,
                retry_policy=once,
            )


wake = Waker()

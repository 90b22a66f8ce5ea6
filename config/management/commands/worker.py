"""`laurel worker`: run jobs until told to stop. Any number, on any machine that reaches the
database.
"""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from config.serving import end_with_parent, leave_the_old_alone
from jobs.worker import Worker

THREADS = 6
RESERVED = 2  # of them, for what must not wait behind mails
YOUNG = 50_000  # objects: nobody waits for an answer here, so garbage may lie for longer
PATIENCE = 15  # seconds; less than `laurel up` has with us


class Command(BaseCommand):
    help = "Run jobs until SIGTERM or SIGINT; running ones are finished first, or given back."
    requires_system_checks = []  # checked by `laurel check`, not at every start of a child

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        end_with_parent()
        leave_the_old_alone(young=YOUNG)
        Worker(stop=stop, threads=THREADS, reserved=RESERVED, patience=PATIENCE).run()

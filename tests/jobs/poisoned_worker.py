"""A real worker process that dies of the job it is given. test_poison starts it."""

import os
import signal
import sys
import threading
from datetime import timedelta

import django
from django.conf import settings


def main(database: str) -> None:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from jobs.registry import handler
    from jobs.worker import Worker

    @handler("note", max_attempts=60)
    def die(payload: dict[str, str]) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    Worker(stop=threading.Event(), lease=timedelta(milliseconds=300)).run()


if __name__ == "__main__":
    main(sys.argv[1])

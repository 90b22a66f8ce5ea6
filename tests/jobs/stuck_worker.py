"""A real worker process with a job that never ends. test_crash starts it and kills it."""

import sys
import threading

import django
from django.conf import settings


def main(database: str) -> None:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from jobs.registry import handler
    from jobs.worker import Worker

    @handler("note", max_attempts=3)
    def hang(payload: dict[str, str]) -> None:
        print("running", payload["id"], flush=True)
        threading.Event().wait()

    Worker(stop=threading.Event(), threads=2).run()


if __name__ == "__main__":
    main(sys.argv[1])

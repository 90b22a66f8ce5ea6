"""A real worker process that does what is due. test_crash has it killed in the middle."""

import sys

import django
from django.conf import settings


def main(database: str, media: str) -> None:
    settings.DATABASES["default"]["NAME"] = database
    settings.MEDIA_ROOT = media
    settings.LAUREL_OUTBOUND_ALLOW = "127.0.0.1"
    django.setup()
    from jobs.worker import run_due

    run_due()


if __name__ == "__main__":
    main(*sys.argv[1:])

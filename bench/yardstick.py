"""The yardstick: a Django project with an empty middleware list and one view that returns constant
bytes. `python -m bench.yardstick PORT` serves it as Laurel is served.
"""

import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import re_path

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
settings.MIDDLEWARE, settings.ROOT_URLCONF = [], __name__

from config.gateway import Gateway  # noqa: E402 - once Django is set up
from config.serving import WebServer, become_child  # noqa: E402

application = WSGIHandler()
DOCUMENT = Path(os.environ["YARDSTICK_DOCUMENT"]).read_bytes()


def document(request: HttpRequest) -> HttpResponse:
    return HttpResponse(DOCUMENT, content_type="application/ld+json")


urlpatterns = [re_path(r"", document)]


class NoWorker:
    """In the place of the worker of jobs."""

    def start(self) -> None:
        pass

    ask_to_stop = wait = start


def load() -> Gateway:
    become_child()
    return Gateway(application, door=None, prepare=lambda: None)


if __name__ == "__main__":
    server = WebServer(NoWorker(), "127.0.0.1", int(sys.argv[1]))  # type: ignore[arg-type]
    server.serve(target_loader=load, wrap_loader=False)

"""The yardstick: a Django project with an empty middleware list and one view that returns constant
bytes.
"""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import re_path

settings.configure(
    ALLOWED_HOSTS=["*"], MIDDLEWARE=[], ROOT_URLCONF=__name__, SECRET_KEY="yardstick", DEBUG=False
)
DOCUMENT = Path(os.environ["YARDSTICK_DOCUMENT"]).read_bytes()


def document(request: HttpRequest) -> HttpResponse:
    return HttpResponse(DOCUMENT, content_type="application/ld+json")


urlpatterns = [re_path(r"", document)]
application = get_wsgi_application()

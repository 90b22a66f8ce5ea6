"""`/healthz`: can this process serve? 503 only when database or media cannot be used; late work is
told, with 200.
"""

import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse

from jobs.queries import backlog


class HealthMiddleware:
    """Stands first: a balancer asks by address, so `/healthz` answers any Host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return health()
        return self.get_response(request)


def health() -> JsonResponse:
    report: dict[str, object] = {"database": "ok", "media": "ok"}
    try:
        report["jobs"] = backlog()  # reads a table: a connection alone proves little
    except Error:
        report["database"] = "unusable"
    if not media_usable(Path(settings.MEDIA_ROOT)):
        report["media"] = "not writable"
    healthy = report["database"] == report["media"] == "ok"
    report["status"] = "ok" if healthy else "failing"
    return JsonResponse(
        report, status=200 if healthy else 503, headers={"Cache-Control": "no-store"}
    )


def media_usable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)

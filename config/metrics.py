"""`/metrics`: the jobs by kind in Prometheus' text format, for who knows LAUREL_METRICS_TOKEN.
Where that is not set there is no such page.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jobs.queries import KindReport, reports_by_kind

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Value = Callable[[KindReport], int]
METRICS: tuple[tuple[str, str, Value], ...] = (
    ("due", "Jobs whose time has come.", lambda report: report["due"]),
    (
        "oldest_due_seconds",
        "How long the oldest of them has been due.",
        lambda report: report["oldest_seconds"],
    ),
    ("waiting", "Jobs that are due or will be.", lambda report: report["waiting"]),
    (
        "attempts",
        "Attempts that those which wait have made in vain.",
        lambda report: report["attempts"],
    ),
    ("running", "Jobs that run.", lambda report: report["running"]),
    ("dead", "Jobs that have failed for good.", lambda report: report["dead"]),
)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not settings.LAUREL_METRICS_TOKEN:
        raise Http404
    known = f"Bearer {settings.LAUREL_METRICS_TOKEN}"
    if not constant_time_compare(request.headers.get("Authorization", ""), known):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(exposition(reports_by_kind()), content_type=CONTENT_TYPE)


def exposition(reports: dict[str, KindReport]) -> str:
    lines: list[str] = []
    for name, told, value in METRICS:
        metric = f"laurel_jobs_{name}"
        lines += [f"# HELP {metric} {told}", f"# TYPE {metric} gauge"]
        lines += [f'{metric}{{kind="{kind}"}} {value(of)}' for kind, of in reports.items()]
    return "\n".join(lines) + "\n"

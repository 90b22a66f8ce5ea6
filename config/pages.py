"""The home page and the error pages. Under the API's prefixes an error is JSON in the envelope,
never HTML.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts.memberships import issuers_of
from api.envelope import failure
from api.errors import NOT_FOUND
from issuer.queries import archived_memberships_of
from oauth.web.authorize import speaks_json
from public.answers import HTML
from public.views import wanted_by

API_PREFIXES = ("/v1/", "/v2/", "/o/", "/ims/", "/bcv1/", "/.well-known/")


def home(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {}
    if request.user.is_authenticated:
        context["issuers"] = issuers_of(request.user)
        context["archived_issuers"] = archived_memberships_of(request.user)
    return render(request, "home.html", context)


def wants_json(request: HttpRequest) -> bool:
    if request.path_info.rstrip("/") == "/o/authorize":  # a page that has a JSON form
        return speaks_json(request)
    if f"{request.path_info}/".startswith(API_PREFIXES):
        return True
    is_public = request.path_info.startswith(("/public/", "/media/"))
    return is_public and wanted_by(request) != HTML


def error(request: HttpRequest, status: int, description: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(failure(description), status=status)
    return render(request, f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(request, 400, "bad request")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(request, 403, "insufficient privileges")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(request, 404, NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    return error(request, 500, "internal error")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its proof: of another site, too old, or of a browser that keeps no cookies."""
    if wants_json(request):
        return JsonResponse(failure("CSRF check failed"), status=403)
    return render(request, "403_csrf.html", status=403)

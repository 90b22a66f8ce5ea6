"""Response headers that belong to whole parts of the site rather than to one view."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

OPEN_PREFIXES = ("/public/", "/media/", "/.well-known/")


class PublicPagesMiddleware:
    """Open Badges must be readable from any web page (open-badges.md H4): CORS `*`, never with
    credentials.

    It stands outermost so that errors carry the header too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(OPEN_PREFIXES):
            return self.get_response(request)
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
            response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response["Access-Control-Allow-Headers"] = "Accept, Content-Type, If-None-Match"
            response["Access-Control-Max-Age"] = "86400"
        else:
            response = self.get_response(request)
        if response.status_code == 304:
            del response["Content-Length"]  # Django says 0; of a body not sent it says nothing
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Link, Location"
        return response

"""What every JSON view is: a declared table of scopes, held to whatever the view can do."""

from typing import Any, ClassVar

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.views import APIView


class ScopedView(APIView):
    """A view that declares who may: `scopes = {"GET": {...}, "POST": {...}}`, any one of which is
    enough.
    """

    http_method_names = ["get", "head", "post", "put", "delete"]
    scopes: ClassVar[dict[str, frozenset[str]]] = {}

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Whatever charset is claimed, queries and forms are UTF-8 (WHATWG URL, 5)."""
        request.encoding = "utf-8"
        return super().initialize_request(request, *args, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """What was parsed ends with the answer. View and serializer refer to themselves, and would
        keep it until the garbage collector comes by: a gigabyte, when large bodies are refused.
        """
        response = super().dispatch(request, *args, **kwargs)
        parsed = self.request._full_data
        if type(parsed) in (dict, list):
            parsed.clear()
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "\x00" in request.path:  # PostgreSQL cannot even be asked for such a name
            raise Http404
        if any("\x00" in value for _, values in request.query_params.lists() for value in values):
            raise ParseError("The query contains a NUL character.")

    def check_permissions(self, request: Request) -> None:
        """A method that the route does not have is 405, whatever the token."""
        if request.method in self.allowed_methods:
            super().check_permissions(request)

"""How clients speak to us and are answered: credentials in the body or by Basic; form, multipart or
JSON in, JSON out that no cache keeps.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, JsonResponse
from django.http.multipartparser import MultiPartParserError
from rest_framework.exceptions import ParseError

from api.parsers import loads
from api.throttling import FailureThrottle

FAILURES = FailureThrottle("token", allowed=30, window=timedelta(minutes=10))
MAX_BODY = 64 * 1024  # anybody may send one, and it is parsed before anybody is known
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class BadRequest(Exception):
    """The request cannot be read; the text says why."""


def answer(status: int, payload: dict[str, object]) -> JsonResponse:
    response = JsonResponse(payload, status=status, headers=NO_STORE)
    if status == 401:  # RFC 6749, 5.2
        response["WWW-Authenticate"] = 'Basic realm="laurel"'
    return response


def only(*methods: str) -> JsonResponse:
    told = {"error": "invalid_request", "error_description": f"Send {' or '.join(methods)}."}
    response = answer(405, told)
    response["Allow"] = ", ".join(methods)
    return response


def too_many_failures(wait: int) -> JsonResponse:
    response = answer(
        429,
        {
            "error": "login attempts throttled",
            "error_description": "Too many login attempts. Please wait and try again.",
            "expires": wait,
        },
    )
    response["Retry-After"] = str(wait)
    return response


def read_parameters(request: HttpRequest, names: Sequence[str]) -> dict[str, str]:
    """These of the body's parameters as text, whether form, multipart or JSON. Raises
    BadRequest.
    """
    request.encoding = "utf-8"  # whatever is claimed (WHATWG URL, 5)
    if request.META.get("QUERY_STRING"):
        raise BadRequest("Token grant parameters must be sent in post body, not query parameters")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        raise BadRequest(f"The body is larger than {MAX_BODY} bytes.")
    try:
        if request.content_type == "application/json":
            parameters = loads(request.body)
        else:
            if any(len(request.POST.getlist(name)) > 1 for name in names):
                raise BadRequest("A parameter is given twice.")
            parameters = request.POST.dict()
    except (ParseError, MultiPartParserError, SuspiciousOperation, RequestDataTooBig) as error:
        raise BadRequest(f"The body cannot be read: {error}") from None
    if not isinstance(parameters, dict):
        raise BadRequest("The body must be a JSON object.")
    present = {name: parameters[name] for name in names if parameters.get(name) is not None}
    for name, value in present.items():
        if not isinstance(value, str) or "\x00" in value:
            raise BadRequest(f"The parameter {name} must be plain text.")
    return present

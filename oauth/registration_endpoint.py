"""`POST /o/register`: an application makes itself known (RFC 7591), by JSON. Anybody may, some
times an hour: what it gets is worth nothing until a person consents.
"""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import ParseError

from activity.actors import Actor, Channel
from api.parsers import loads
from api.throttling import FailureThrottle
from oauth.client_requests import MAX_BODY, answer, only
from oauth.services.registrations import InvalidMetadata, register_application

TRIES = FailureThrottle("register", allowed=20, window=timedelta(hours=1))


@method_decorator(csrf_exempt, name="dispatch")
class RegistrationView(View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        if wait := TRIES.record_failure(request):  # whatever comes of it
            told = {"error": "too_many_requests", "error_description": "Come back later."}
            response = answer(429, told)
            response["Retry-After"] = str(wait)
            return response
        try:
            application, secret, registered = register_application(
                actor=Actor(user=None, channel=Channel.API), metadata=read_metadata(request)
            )
        except InvalidMetadata as error:
            return answer(400, {"error": error.code, "error_description": str(error)})
        credentials = {
            "client_id": application.client_id,
            "client_secret": secret,
            "client_id_issued_at": int(application.created.timestamp()),
            "client_secret_expires_at": 0,  # never
        }
        return answer(201, credentials | registered)

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return only("POST")


def read_metadata(request: HttpRequest) -> dict[str, Any]:
    """Raises InvalidMetadata."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        raise InvalidMetadata(f"The body is larger than {MAX_BODY} bytes.")
    try:
        metadata = loads(request.body)
    except ParseError as error:
        raise InvalidMetadata(f"The body cannot be read: {error}") from None
    if not isinstance(metadata, dict):
        raise InvalidMetadata("The body must be a JSON object.")
    return metadata

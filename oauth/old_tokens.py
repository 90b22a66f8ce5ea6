"""`/api-auth/token`, where Badgr's first clients signed in: gone, and told where to go
(badgr-api.md 9).
"""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from api.envelope import failure

GONE = "This way to sign in is gone: send an app password to /o/token, and `Authorization: Bearer`."


@csrf_exempt  # it reads nothing
def old_token(request: HttpRequest) -> JsonResponse:
    """401, whatever is sent. Public."""
    body = failure("no valid auth token found", validation_errors=[GONE])
    headers = {"WWW-Authenticate": 'Bearer realm="laurel"', "Cache-Control": "no-store"}
    return JsonResponse(body, status=401, headers=headers)

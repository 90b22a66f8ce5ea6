"""What every page may know about the server."""

from django.conf import settings
from django.http import HttpRequest


def server(request: HttpRequest) -> dict[str, object]:
    return {
        "laurel_url": settings.LAUREL_URL,
        "practice_server": settings.LAUREL_PRACTICE,
        "support_contact": settings.LAUREL_SUPPORT_CONTACT,
    }

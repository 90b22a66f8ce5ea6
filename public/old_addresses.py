"""Addresses under which Badgr shared badges: links in the wild lead to where they are now."""

import string
from urllib.parse import quote

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from issuer.queries import published
from public.answers import CACHE
from public.views import not_found, reads_only, wanted_by


@reads_only
def shared_award(request: HttpRequest, entity_id: str) -> HttpResponse:
    """/share/badge/{id} and /sharebadge/{id}: 301, the query kept (badgr-api.md 4)."""
    try:
        assertion = published("assertions", entity_id)
    except ObjectDoesNotExist:
        return not_found(request, wanted_by(request))
    # WSGI gives bytes as Latin-1; not escaped before Django does, they would be encoded once more.
    sent = request.META.get("QUERY_STRING", "")
    query = quote(sent, safe=string.punctuation, encoding="iso-8859-1")
    location = assertion.public_url + (f"?{query}" if query else "")
    return HttpResponsePermanentRedirect(location, headers={"Cache-Control": CACHE})

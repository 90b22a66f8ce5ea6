"""Addresses under which Badgr shared badges: links in the wild lead to where they are now."""

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
    query = request.META.get("QUERY_STRING", "")
    location = assertion.public_url + (f"?{query}" if query else "")
    return HttpResponsePermanentRedirect(location, headers={"Cache-Control": CACHE})

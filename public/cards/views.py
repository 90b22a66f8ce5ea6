"""The address of a card."""

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from issuer.queries import published
from public.answers import JSON, matches
from public.cards import making
from public.views import json_failure, not_found, reads_only

BRIEFLY = "public, max-age=300"


@reads_only
def card(request: HttpRequest, collection: str, entity_id: str) -> HttpResponse:
    """/public/{issuers,badges,assertions}/{id}/card.png. A revoked award has none: 410."""
    try:
        row = published(collection, entity_id)
    except ObjectDoesNotExist:
        return not_found(request, JSON)
    if row.http_status != 200:
        return json_failure(410, "revoked", reasons=("This award is revoked.",))
    shown = making.card_of(row)
    headers = {"ETag": f'"{shown.key}"', "Cache-Control": BRIEFLY}
    if matches(request.headers.get("If-None-Match", ""), headers["ETag"]):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(making.content(shown), content_type="image/png", headers=headers)

"""All badges of an issuer in one list, for programs. People see them on the issuer's page."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from api.switches import switched_on
from issuer.queries import StoredDocument, stored_document
from ob import documents
from ob.legacy import as_v1_1
from public.answers import CACHE, HTML, VARY, json_answer
from public.queries import badge_class_documents
from public.views import as_response, not_found, reads_only, wanted_by

HEADERS = {"Vary": VARY, "Cache-Control": CACHE}


@reads_only
def badge_list(request: HttpRequest, entity_id: str, suffix: str | None = None) -> HttpResponse:
    """/public/issuers/{id}/badges[.json]?v=1_1&include_archived=true: an array of BadgeClass
    documents (badgr-api.md 4).
    """
    wanted = wanted_by(request, json_suffix=bool(suffix))
    with_archived = switched_on(request, "include_archived")
    found = badge_class_documents(entity_id, include_archived=with_archived)
    if not found and stored_document("issuers", entity_id) is None:
        return not_found(request, wanted)
    if wanted == HTML:
        page = f"/public/issuers/{entity_id}"
        return HttpResponseRedirect(page, status=303, headers=HEADERS)
    if request.GET.get("v") == "1_1":
        found = [documents.encode(as_v1_1(documents.decode(document))) for document in found]
    content = b"[" + b",".join(found) + b"]"
    stored = StoredDocument(content, documents.etag(content), 200)
    return as_response(json_answer(stored, wanted, request.headers.get("If-None-Match", "")))

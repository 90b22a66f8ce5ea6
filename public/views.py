"""Documents and pages at the public addresses: negotiation, versions, expansion. Images have a
module of their own.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import MethodNotAllowed

from api.envelope import failure
from api.errors import NOT_FOUND
from api.rendering import JSONRenderer
from issuer.models import Assertion, BadgeClass, Issuer
from issuer.queries import StoredDocument, published, stored_document
from ob import documents
from ob.legacy import as_v1_1
from public.answers import CACHE, HTML, JSON, VARY, Answer, json_answer, representation
from public.pages import EMBEDDABLE, PAGES, page_context

HEADERS_ON_HTML = {"Vary": VARY, "Cache-Control": CACHE}


def reads_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """GET and HEAD alone: every other method is 405, also where no CSRF token comes along. There
    is no state to protect, and nobody should have to look for a token to be told so.
    """

    @csrf_exempt
    @wraps(view)
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return not_allowed(request, ["GET", "HEAD"])
        return view(request, *args, **kwargs)

    return read


@method_decorator(csrf_exempt, name="dispatch")
class DocumentView(View):
    """/public/{issuers,badges,assertions}/{id}[.json]. Public to all, reads only."""

    http_method_names = ["get", "head", "options"]

    def get(
        self, request: HttpRequest, collection: str, entity_id: str, suffix: str | None = None
    ) -> HttpResponse:
        wanted = wanted_by(request, json_suffix=bool(suffix))
        if wanted == HTML:
            return document_page(request, collection, entity_id)
        return document_json(request, collection, entity_id, wanted)

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return not_allowed(request, self._allowed_methods())


@reads_only
def criteria_redirect(request: HttpRequest, entity_id: str) -> HttpResponse:
    """/public/badges/{id}/criteria: the class's own page tells them (badgr-api.md 4)."""
    if stored_document("badges", entity_id) is None:
        return not_found(request, wanted_by(request))
    return HttpResponseRedirect(f"/public/badges/{entity_id}", headers={"Cache-Control": CACHE})


def wanted_by(request: HttpRequest, *, json_suffix: bool = False) -> str:
    headers = request.headers
    return representation(
        headers.get("Accept", ""), headers.get("User-Agent", ""), json_suffix=json_suffix
    )


def document_json(
    request: HttpRequest, collection: str, entity_id: str, media_type: str
) -> HttpResponse:
    version, expansions = request.GET.get("v", ""), set(request.GET.getlist("expand"))
    if version != "1_1" and not expansions:
        stored = stored_document(collection, entity_id)
        if stored is None:
            return not_found(request, media_type)
    else:
        try:
            row = published(collection, entity_id)
        except ObjectDoesNotExist:
            return not_found(request, media_type)
        stored = transformed(row, expansions, legacy=version == "1_1")
    answer = json_answer(stored, media_type, request.headers.get("If-None-Match", ""))
    return as_response(answer)


def as_response(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status)
    del response["Content-Type"]
    for name, value in answer.headers:
        response[name] = value
    response._csp_exempt = True  # type: ignore[attr-defined] - data, not a page
    return response


def transformed(
    row: Issuer | BadgeClass | Assertion, expansions: set[str], *, legacy: bool
) -> StoredDocument:
    """The document with its class or issuer embedded, or in its OB 1.1 form. Revoked ones stay
    minimal.
    """
    document = stored_dict(row)
    if isinstance(row, Assertion) and row.revoked_at is None and "badge" in expansions:
        issuer = stored_dict(row.badge_class.issuer) if "badge.issuer" in expansions else None
        document = documents.expand_assertion(document, stored_dict(row.badge_class), issuer)
    elif isinstance(row, BadgeClass) and "issuer" in expansions:
        document = documents.expand_badge_class(document, stored_dict(row.issuer))
    if legacy:
        document = as_v1_1(document)
    content = documents.encode(document)
    return StoredDocument(content, documents.etag(content), row.http_status)


def stored_dict(row: Issuer | BadgeClass | Assertion) -> dict[str, Any]:
    return documents.decode(bytes(row.document))


def document_page(request: HttpRequest, collection: str, entity_id: str) -> HttpResponse:
    try:
        row = published(collection, entity_id)
        context = page_context(row, number=request.GET.get("page", ""))
    except ObjectDoesNotExist:
        return not_found(request, HTML)
    if collection in EMBEDDABLE and request.GET.get("embedVersion") == "2":
        return framed(page(request, "public/embed.html", context, status=row.http_status))
    return page(request, PAGES[collection], context, status=row.http_status)


def framed(response: HttpResponse) -> HttpResponse:
    """A page that any site may show in a frame: nothing in it can be pressed in somebody's name."""
    response.xframe_options_exempt = True  # type: ignore[attr-defined]
    response._csp_replace = {"frame-ancestors": ["*"]}  # type: ignore[attr-defined]
    return response


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int
) -> HttpResponse:
    return TemplateResponse(
        request, template, context, status=status, headers=HEADERS_ON_HTML
    ).render()


def not_found(request: HttpRequest, media_type: str) -> HttpResponse:
    """404 in the form that was wanted."""
    if media_type == HTML:
        return page(request, "public/404.html", {}, status=404)
    return json_failure(404, NOT_FOUND, media_type=media_type)


def not_allowed(request: HttpRequest, allowed: Sequence[str]) -> HttpResponse:
    """405, in the words of the API's own."""
    told = str(MethodNotAllowed(request.method or "").detail)
    response = json_failure(405, "miscellaneous error", reasons=(told,))
    response["Allow"] = ", ".join(allowed)
    return response


def json_failure(
    status: int, description: str, *, reasons: tuple[str, ...] = (), media_type: str = JSON
) -> HttpResponse:
    body = JSONRenderer().render(failure(description, validation_errors=reasons))
    headers = {"Vary": VARY, "Cache-Control": "no-cache"}
    response = HttpResponse(body, status=status, content_type=media_type, headers=headers)
    response._csp_exempt = True  # type: ignore[attr-defined] - data, not a page
    return response

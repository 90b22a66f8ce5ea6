"""Images at the public addresses: redirects to immutable URLs, baked images spliced on demand,
uploaded artwork. Cards for previews have a package of their own.
"""

import hashlib
from pathlib import PurePosixPath

from django.core.exceptions import ObjectDoesNotExist
from django.core.files.storage import default_storage
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)

from issuer.models import Assertion, Illustrated
from issuer.queries import StoredDocument, pictured, published
from ob import baking
from public.views import json_failure, not_found, reads_only, transformed

CONTENT_TYPES = {"png": "image/png", "svg": "image/svg+xml"}
IMMUTABLE = "public, max-age=31536000, immutable"
# SVG is markup: even cleaned, it is shown without scripts, frames, forms or anything from
# elsewhere.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
TYPES, FORMATS = ("original", "png"), ("square", "wide")
VERSIONS = ("2_0", "1_1")


@reads_only
def image_redirect(request: HttpRequest, collection: str, entity_id: str) -> HttpResponse:
    """/public/…/{id}/image?type=original|png&fmt=square|wide (badgr-api.md 4)."""
    kind = request.GET.get("type", "original")
    shape = request.GET.get("fmt", "square")
    if kind not in TYPES:
        return json_failure(400, "bad request", reasons=(f"invalid image type: {kind[:40]}",))
    if shape not in FORMATS:
        return json_failure(400, "bad request", reasons=(f"invalid image format: {shape[:40]}",))
    try:
        row = pictured(collection, entity_id)
    except ObjectDoesNotExist:
        return not_found(request, "application/json")
    if isinstance(row, Assertion) and (kind, shape) == ("original", "square"):
        return redirect(baked_path(row))
    shown = row.badge_class if isinstance(row, Assertion) else row
    if not shown.image_digest:
        return not_found(request, "application/json")
    return redirect(default_storage.url(shown.image_file(rendering(kind, shape))))


def rendering(kind: str, shape: str) -> str:
    if shape == "wide":
        return "wide"
    return "square" if kind == "png" else "original"


def redirect(location: str) -> HttpResponse:
    return HttpResponseRedirect(location, headers={"Cache-Control": "public, no-cache"})


@reads_only
def baked_redirect(request: HttpRequest, entity_id: str) -> HttpResponse:
    """/public/assertions/{id}/baked?v=2_0|1_1 (badgr-api.md 4)."""
    version = request.GET.get("v", "2_0")
    if version not in VERSIONS:
        return json_failure(400, "bad request", reasons=("Invalid OpenBadges version",))
    try:
        assertion = bakeable(entity_id, version)
    except ObjectDoesNotExist:
        return not_found(request, "application/json")
    location = baked_path(assertion, version)
    return HttpResponsePermanentRedirect(location, headers={"Cache-Control": "public, no-cache"})


def document_to_bake(assertion: Assertion, version: str) -> StoredDocument:
    """What goes into the image: the stored document; for readers of OB 1.1 its old form with class
    and issuer within. Of a revoked award only the minimum, in either form.
    """
    if version == "1_1":
        return transformed(assertion, {"badge", "badge.issuer"}, legacy=True)
    return StoredDocument(bytes(assertion.document), assertion.etag, assertion.http_status)


def baked_key(assertion: Assertion, document: StoredDocument) -> str:
    """Names the bytes of a baked image: document, artwork and baker. Another of these is another
    address.
    """
    parts = f"{document.etag} {assertion.badge_class.image_digest} {baking.BAKER_VERSION}"
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def baked_path(assertion: Assertion, version: str = "2_0") -> str:
    key = baked_key(assertion, document_to_bake(assertion, version))
    folder = "1_1/" if version == "1_1" else ""
    kind = assertion.badge_class.image_kind
    return f"/public/assertions/{assertion.entity_id}/{folder}{key}.{kind}"


@reads_only
def baked_image(
    request: HttpRequest, entity_id: str, key: str, kind: str, version: str = "2_0"
) -> HttpResponse:
    """/public/assertions/{id}/[1_1/]{key}.{png,svg}: the class image with this award's document
    in it.
    """
    try:
        assertion = bakeable(entity_id, version)
    except ObjectDoesNotExist:
        return not_found(request, "application/json")
    current = baked_path(assertion, version)
    if request.path_info != current:
        return redirect(current)
    document = document_to_bake(assertion, version).document
    content = baking.bake(artwork_bytes(assertion.badge_class), document)
    return image_response(content, kind, etag=key)


def bakeable(entity_id: str, version: str) -> Assertion:
    """With what `document_to_bake` needs. Raises ObjectDoesNotExist."""
    read = published if version == "1_1" else pictured
    row = read("assertions", entity_id)
    if not isinstance(row, Assertion):
        raise TypeError("assertions are Assertion rows")
    return row


def artwork_bytes(row: Illustrated) -> bytes:
    with default_storage.open(row.image_file()) as file:
        return bytes(file.read())


@reads_only
def artwork(request: HttpRequest, name: str) -> HttpResponse:
    """/media/artwork/{digest}/{rendering}.{png,svg}: uploads as they were made safe, under their
    content's digest.
    """
    path = f"artwork/{name}"
    if not default_storage.exists(path):
        return not_found(request, "application/json")
    with default_storage.open(path) as file:
        content = bytes(file.read())
    return image_response(content, PurePosixPath(name).suffix[1:], etag=name.replace("/", "-"))


def image_response(content: bytes, kind: str, *, etag: str) -> HttpResponse:
    response = HttpResponse(
        content,
        content_type=CONTENT_TYPES[kind],
        headers={"Cache-Control": IMMUTABLE, "ETag": f'"{etag}"'},
    )
    response["Content-Security-Policy"] = SANDBOX
    return response
